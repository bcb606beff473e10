package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
)

// A Watermark says how far event time has come: what is older is late. It never
// goes back, and is one for all keys. It moves at the end of an epoch, by the
// times of the values that the epoch inserts, in whatever order: whether a value
// is late is decided by the epochs before its own.
//
// The zero Watermark is the greatest time seen. It is exact when clocks are right,
// and lost when one is not: a single event a month ahead makes everything late for
// a month. With Recent it is the median of the last Recent times: fewer than half
// as many absurd times among any Recent in succession do not move it. The cost is
// lag: in a stream in order it is the time of the event Recent/2 before, and there
// is none until Recent events have come. 256 is a good number: the 41 events of a
// public stream that come days ahead, all at its beginning, would fool 64.
//
// Values that are ahead of the watermark are never late, however far ahead.
type Watermark struct {
	// Recent is how many times the median is taken of; 0: the maximum. They
	// are part of the state, 8 bytes each. Of an epoch with more values,
	// Recent are taken, evenly from the smallest to the greatest.
	Recent int

	of *node
}

// WatermarkOf returns the watermark of a stream for use by operators that do not
// read it themselves: of another time than the one they work with, of heartbeats,
// or one for several operators. Of w it takes Recent.
func WatermarkOf[T any](s Stream[T], name string, at func(T) Time, w Watermark) Watermark {
	if s.n == nil {
		return Watermark{}
	}
	w.of = nil
	w.of = w.node(s.n, name, address(at), at == nil, func(p any, see func(*turn, Time, int)) {
		p.(*port[T]).read(func(x *turn, d Delta[T]) { see(x, at(d.Value), d.Diff) })
	})
	return w
}

// node returns the node of w or, if it has none, makes one that reads from.
func (w Watermark) node(from *node, name string, at any, missing bool, read func(from any, see func(*turn, Time, int))) *node {
	if w.of != nil {
		if w.of.g != from.g {
			from.g.problem(from, "is used with the watermark of another graph")
		}
		return w.of
	}
	g := from.g
	n := g.addStateful("watermark", name, fmt.Sprintf("of %d", w.Recent), from)
	if missing {
		g.problem(n, "has no function that gives the time")
	}
	if w.Recent < 0 {
		g.problem(n, "is of %d times", w.Recent)
	}
	if n.same != nil {
		n.same = append(n.same, at)
	}
	n.build = func(b *builder, n *node, in []any) any {
		c := &clock{
			recent: w.Recent, before: noTime, now: noTime,
			key:  b.g.keys.state(b.scope+n.state, 0),
			seen: make([]seenTimes, b.workers),
		}
		b.run(n, c)
		read(in[0], c.see)
		return c
	}
	return n
}

// ownWatermark is the watermark of an operator that was given none.
func ownWatermark[T any](w Watermark, s Stream[T], name string, at func(T) Time, same any) *node {
	return w.node(s.n, suffixed(name, ".watermark"), same, at == nil, func(p any, see func(*turn, Time, int)) {
		p.(*port[T]).read(func(x *turn, d Delta[T]) { see(x, at(d.Value), d.Diff) })
	})
}

// noTime is before every time.
const noTime Time = math.MinInt64

// plus is t later by d, or the last or first time that there is.
func (t Time) plus(d time.Duration) Time {
	sum := t + Time(d)
	switch {
	case d > 0 && sum < t:
		return math.MaxInt64
	case d < 0 && sum > t:
		return math.MinInt64
	}
	return sum
}

// A clock is a running watermark. It steps before the operators that read it.
type clock struct {
	port[struct{}] // nothing comes out
	recent         int
	key            []byte

	before Time // as of the epochs before the running one
	now    Time // with the running one, once the clock has stepped
	cause  []*flight
	seen   []seenTimes // by worker
	last   recentTimes
}

// see takes in a value of the running epoch.
func (c *clock) see(x *turn, t Time, diff int) {
	if c.recent == 0 && t <= c.before {
		return
	}
	s := &c.seen[x.worker]
	s.add(t, diff)
	if x.cause != nil && x.tracked() {
		s.causes.join(x.cause)
	}
}

// step moves the watermark.
func (c *clock) step(x *turn) error {
	times := c.gather()
	if len(times) == 0 {
		return nil
	}
	to := times[len(times)-1].Value
	if c.recent > 0 {
		c.last.add(x, c.key, x.epoch, evenly(times, c.recent), c.recent)
		to = c.last.median(c.recent)
	}
	if to > c.now {
		c.now = to
		x.tx.put(c.key, binary.AppendVarint(nil, int64(to)))
	}
	return nil
}

// gather returns the times that the epoch inserts more often than it retracts
// them, in order, with how often.
func (c *clock) gather() []Delta[Time] {
	var all []Delta[Time]
	var origin causes
	for i := range c.seen {
		s := &c.seen[i]
		all = append(all, s.list...)
		origin.join(s.causes.unique())
		s.reset()
	}
	c.cause = origin.unique()
	all = sumTimes(all)
	inserted := all[:0]
	for _, d := range all {
		if d.Diff > 0 {
			inserted = append(inserted, d)
		}
	}
	return inserted
}

func (c *clock) committed(*turn) { c.before, c.cause = c.now, nil }

func (c *clock) recover(_ context.Context, x *turn) error {
	err := x.g.backend.Scan(c.key, func(k, b []byte) error {
		if rest := k[len(c.key):]; len(rest) > 0 {
			return c.last.load(rest, b)
		}
		t, n := binary.Varint(b)
		if n <= 0 {
			return fmt.Errorf("%q is not a time", b)
		}
		c.before, c.now = Time(t), Time(t)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the watermark: %w", err)
	}
	return nil
}

// typeName names a type, as part of what an operator's state is of.
func typeName[T any]() string { return reflect.TypeFor[T]().String() }
