package dataflow

import (
	"math"
	"time"
)

// A Behavior says when a window shows its result and when it is final. Both go by
// the watermark, at the end of an epoch. The zero Behavior shows every result at
// once and corrects it for ever, which takes memory for every window that there
// ever was.
type Behavior struct {
	// Delay holds a window's result back until the watermark has come to the
	// window's start plus Delay; after that every change is shown. 0: a
	// result is shown at once. A window that becomes final shows its result
	// whatever Delay says.
	Delay time.Duration

	// Cutoff, if it is there, makes a window final when the watermark has come
	// to its end plus Cutoff: nothing is kept of the window any more, and
	// what would change it comes out as late.
	Cutoff Optional[time.Duration]

	// KeepResults leaves the results of final windows where they are.
	// Otherwise they are retracted: the output is what is going on now.
	KeepResults bool

	// Watermark is how far event time has come; the zero one is the greatest
	// time of the windowed values themselves.
	Watermark Watermark

	once bool // results are shown when they are final
}

// ExactlyOnce shows one result for each window, when the watermark has come to
// its end plus shift, and never corrects it.
func ExactlyOnce(shift time.Duration) Behavior {
	return Behavior{Cutoff: Some(shift), KeepResults: true, once: true}
}

// never is after every time that a watermark comes to.
const never Time = math.MaxInt64

// waits tells whether the watermark makes anything happen.
func (b *Behavior) waits() bool { return b.Cutoff.OK || b.Delay != 0 }

// closes returns when a window that ends at end is final.
func (b *Behavior) closes(end Time) Time {
	if !b.Cutoff.OK {
		return never
	}
	return end.plus(b.Cutoff.Value)
}

// shows returns when a window from start to end shows its result.
func (b *Behavior) shows(start, end Time) Time {
	switch {
	case b.once:
		return b.closes(end)
	case b.Delay == 0:
		return noTime
	}
	return min(start.plus(b.Delay), b.closes(end))
}

// closed tells whether a window that ends at end is final when the watermark is w.
func (b *Behavior) closed(end, w Time) bool {
	at := b.closes(end)
	return at <= w && at != never
}

// next returns when something happens next to a window, after the watermark has
// come to w.
func (b *Behavior) next(start, end, w Time) Time {
	if at := b.shows(start, end); at > w {
		return at
	}
	return b.closes(end)
}
