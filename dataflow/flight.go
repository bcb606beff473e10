package dataflow

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

// A flight is one batch that was sent, until all that follows from it is
// committed. Queued batches and pending items of asynchronous operators hold
// references to the flights that they are part of; the last one to go ends it.
type flight struct {
	seen       time.Time
	partition  string
	size       int  // deltas of the batch
	background bool // derives again what is already visible; delays no one's reading

	refs   int
	at     int // in flights.bySeen; -1 when background or over
	merged *flight
	over   chan struct{} // closed when refs comes to 0, or merged is set
}

// flights are those of one graph that are under way.
type flights struct {
	mu      sync.Mutex // guards everything here, and all flights
	count   int
	bySeen  flightHeap
	idle    chan struct{} // closed when count comes to 0; nil if nobody waits
	already map[string]bool
}

// start returns a new flight with one reference.
func (fs *flights) start(f *flight) *flight {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.refs, f.at, f.over = 1, -1, make(chan struct{})
	fs.count++
	if f.partition != "" && !fs.already[f.partition] {
		if fs.already == nil {
			fs.already = make(map[string]bool)
		}
		fs.already[f.partition] = true
	}
	if !f.background {
		heap.Push(&fs.bySeen, f)
	}
	return f
}

func (f *flight) root() *flight {
	for f.merged != nil {
		f = f.merged
	}
	return f
}

// release gives up one reference to each of list.
func (fs *flights) release(list []*flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range list {
		fs.drop(f.root(), 1)
	}
}

func (fs *flights) drop(f *flight, refs int) {
	f.refs -= refs
	if f.refs > 0 {
		return
	}
	fs.remove(f)
	close(f.over)
	if fs.count == 0 && fs.idle != nil {
		close(fs.idle)
		fs.idle = nil
	}
}

func (fs *flights) remove(f *flight) {
	fs.count--
	if f.at >= 0 {
		heap.Remove(&fs.bySeen, f.at)
		f.at = -1
	}
}

// maxHeld bounds the flights that one item can be part of. A key that changes
// all the time while its work waits would collect them without end.
const maxHeld = 8

// extend adds references to more to those in held, and returns what is then
// held. When it gets too much, the oldest are merged into the newest: they end
// together.
func (fs *flights) extend(held, more []*flight) []*flight {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := make([]*flight, 0, len(held)+len(more))
	for _, f := range held {
		if f = f.root(); slices.Contains(out, f) {
			f.refs-- // two that were merged elsewhere
			continue
		}
		out = append(out, f)
	}
	for _, f := range unique(more) {
		if f = f.root(); !slices.Contains(out, f) {
			f.refs++
			out = append(out, f)
		}
		if len(out) > maxHeld {
			out = fs.merge(out)
		}
	}
	return out
}

// merge puts the first two of held with one origin together.
func (fs *flights) merge(held []*flight) []*flight {
	for i, old := range held {
		for _, f := range held[i+1:] {
			if f.partition != old.partition || f.background != old.background {
				continue
			}
			f.refs += old.refs - 1 // held has one reference instead of two
			if old.seen.Before(f.seen) {
				f.seen = old.seen
				if f.at >= 0 {
					heap.Fix(&fs.bySeen, f.at)
				}
			}
			fs.remove(old)
			old.merged = f
			close(old.over)
			return slices.Delete(held, i, i+1)
		}
	}
	return held
}

// wait returns a channel that is closed when f may be over, or nil if it is.
func (fs *flights) wait(f *flight) <-chan struct{} {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f = f.root(); f.refs <= 0 {
		return nil
	}
	return f.over
}

// drained returns a channel that is closed when there are no flights, or nil if
// there are none.
func (fs *flights) drained() <-chan struct{} {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.count == 0 {
		return nil
	}
	if fs.idle == nil {
		fs.idle = make(chan struct{})
	}
	return fs.idle
}

// oldest returns the earliest that any flight was seen.
func (fs *flights) oldest() (time.Time, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.bySeen) == 0 {
		return time.Time{}, false
	}
	return fs.bySeen[0].seen, true
}

// oldestOf does so for one partition; known is false if no batch ever had it.
func (fs *flights) oldestOf(partition string) (t time.Time, ok, known bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.bySeen {
		if f.partition == partition && (!ok || f.seen.Before(t)) {
			t, ok = f.seen, true
		}
	}
	return t, ok, fs.already[partition]
}

// origin returns what of causes has to survive a crash. Seen is zero if all of
// them are background work.
func (fs *flights) origin(causes []*flight) (seen time.Time, partition string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range causes {
		f = f.root()
		if !f.background && (seen.IsZero() || f.seen.Before(seen)) {
			seen, partition = f.seen, f.partition
		}
	}
	return seen, partition
}

// size returns the size of the smallest batch among causes.
func (fs *flights) size(causes []*flight) int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	n := 0
	for _, f := range causes {
		if s := f.root().size; n == 0 || s < n {
			n = s
		}
	}
	return n
}

// know records a partition of an earlier run.
func (fs *flights) know(partition string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.already == nil {
		fs.already = make(map[string]bool)
	}
	fs.already[partition] = true
}

type flightHeap []*flight

func (h flightHeap) Len() int           { return len(h) }
func (h flightHeap) Less(i, j int) bool { return h[i].seen.Before(h[j].seen) }
func (h flightHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}
func (h *flightHeap) Push(v any) {
	f := v.(*flight)
	f.at = len(*h)
	*h = append(*h, f)
}
func (h *flightHeap) Pop() any {
	old := *h
	f := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return f
}
