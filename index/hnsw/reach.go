package hnsw

import (
	"context"
	"slices"
	"time"
)

// checkDue checks what can be reached, if the graph has grown by a fourth since
// the last time, or changed and come to rest.
func (l *Leg) checkDue(ctx context.Context) error {
	done := l.linkedAll.Load()
	grown := done - l.checked.linked
	if grown == 0 || l.entry.Load() == 0 {
		return nil
	}
	rested := time.Since(l.checked.at) > restAfter
	if l.checked.linked > 0 && grown*4 < l.checked.linked && !rested {
		return nil
	}
	l.checked = progress{linked: done, at: time.Now()}
	l.graph.Lock() // nobody links
	defer l.graph.Unlock()
	c := &check{view: l.view(), builder: l.newBuilder()}
	return c.run(ctx)
}

// A check finds the nodes that no walk can come to, and has others lead to them.
// Linking keeps a link to every node, but some may lead to each other only.
type check struct {
	view    view
	builder *builder
	reached []uint64
	stack   []slot
}

// rounds is how often a check begins anew. What is left then is found by exact
// scans only, and tried again at the next check.
const rounds = 4

func (c *check) run(ctx context.Context) error {
	for range rounds {
		lost := c.lost()
		if len(lost) == 0 {
			return nil
		}
		for _, s := range lost {
			if err := c.attach(ctx, s); err != nil {
				return err
			}
		}
	}
	if lost := c.lost(); len(lost) > 0 {
		c.builder.leg.config.Logger.Warn("vectors that the graph does not lead to", "count", len(lost))
	}
	return nil
}

// lost returns the linked nodes that level 0 does not lead to from the entry, and
// counts the links that lead to each node.
func (c *check) lost() (lost []slot) {
	n := c.view.nodes
	c.reached = make([]uint64, n.slots()/64)
	inward := make([]int32, n.slots())
	var ends []slot
	for s := range slot(n.slots()) {
		if n.kind(s) == linked {
			ends = n.list(s, 0).read(ends[:0])
			for _, e := range ends {
				inward[e]++
			}
		}
	}
	for s, count := range inward {
		n.inward(slot(s)).Store(count)
	}
	from, ok := unpack(c.builder.leg.entry.Load())
	if !ok {
		return nil
	}
	c.reach(from.slot)
	for s := range slot(n.slots()) {
		if n.kind(s) == linked && !has(c.reached, s) {
			lost = append(lost, s)
		}
	}
	return lost
}

// reach marks what s leads to.
func (c *check) reach(s slot) {
	c.mark(s)
	var ends []slot
	for len(c.stack) > 0 {
		at := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		ends = c.view.nodes.list(at, 0).read(ends[:0])
		for _, e := range ends {
			c.mark(e)
		}
	}
}

func (c *check) mark(s slot) {
	if !has(c.reached, s) {
		c.reached[s/64] |= 1 << (s % 64)
		c.stack = append(c.stack, s)
	}
}

// attach has the nearest node that can be reached lead to s.
func (c *check) attach(ctx context.Context, s slot) error {
	if has(c.reached, s) {
		return nil // another one that was attached leads to it
	}
	b := c.builder
	from, _ := unpack(b.leg.entry.Load())
	b.probe.SetSlot(c.view.table, s)
	if err := b.search(ctx, c.view, from, 0); err != nil {
		return err
	}
	b.found[0] = slices.DeleteFunc(b.found[0], func(n candidate) bool { return !has(c.reached, n.slot) })
	b.force(c.view, s, b.found[0])
	c.reach(s)
	return nil
}
