package hnsw

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ragserver/index"
)

// A slotPool gives out slots. The writer takes, the background gives.
type slotPool struct {
	mu   sync.Mutex // guards the rest
	free []slot
	next slot
}

func (p *slotPool) take() slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s
	}
	p.next++
	return p.next - 1
}

func (p *slotPool) give(slots []slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, slots...)
}

// A rowMap says which slot a row has. The list of slabs is copied when it grows.
type rowMap struct{ slabs []*[slabSlots]atomic.Uint32 }

// slot returns the slot that row was given last.
func (m rowMap) slot(row index.Row) (slot, bool) {
	n := int(row / slabSlots)
	if n >= len(m.slabs) || m.slabs[n] == nil {
		return 0, false
	}
	s := m.slabs[n][row%slabSlots].Load()
	return s - 1, s != 0
}

func (m rowMap) set(row index.Row, s slot) { m.slabs[row/slabSlots][row%slabSlots].Store(s + 1) }

// grown returns a map with room for row.
func (m rowMap) grown(row index.Row) rowMap {
	n := int(row / slabSlots)
	if n < len(m.slabs) && m.slabs[n] != nil {
		return m
	}
	m.slabs = slices.Clone(m.slabs)
	for len(m.slabs) <= n {
		m.slabs = append(m.slabs, nil)
	}
	m.slabs[n] = new([slabSlots]atomic.Uint32)
	return m
}

// A queue is the nodes that wait to be linked, in the order in which they came.
type queue struct {
	mu   sync.Mutex // guards the rest
	list []slot
}

func (q *queue) push(slots []slot) {
	if len(slots) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, slots...)
}

// pop takes up to len(buf) nodes.
func (q *queue) pop(buf []slot) []slot {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := copy(buf, q.list)
	if q.list = q.list[n:]; len(q.list) == 0 {
		q.list = nil
	}
	return buf[:n]
}

// take takes all nodes.
func (q *queue) take() []slot {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return list
}

// remove takes the nodes out for which drop is true, and returns them.
func (q *queue) remove(drop func(slot) bool) (dropped []slot) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = slices.DeleteFunc(q.list, func(s slot) bool {
		if !drop(s) {
			return false
		}
		dropped = append(dropped, s)
		return true
	})
	return dropped
}

// Holds counts the snapshots that are held, by version.
type holds struct {
	mu       sync.Mutex // guards the rest
	versions map[uint64]int
}

func (h *holds) release(version uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.versions[version]--; h.versions[version] == 0 {
		delete(h.versions, version)
	}
}

// oldest is the lowest version that is held, or newest.
func (h *holds) oldest(newest uint64) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.versions {
		newest = min(newest, v)
	}
	return newest
}

// A grace lets the background wait until nobody can be at a node that was taken
// out: until all walks that had begun have ended. Walks count themselves in one of
// two numbers, in turns (as in sleepable read-copy-update, McKenney 2006).
type grace struct {
	turn   atomic.Uint32
	inside [2]atomic.Int64
}

// enter begins a walk, and returns what leave is told.
func (g *grace) enter() uint32 {
	for {
		t := g.turn.Load() & 1
		g.inside[t].Add(1)
		if g.turn.Load()&1 == t {
			return t
		}
		g.inside[t].Add(-1)
	}
}

func (g *grace) leave(t uint32) { g.inside[t].Add(-1) }

// wait returns when all walks that had begun have ended, or ctx is done.
func (g *grace) wait(ctx context.Context) error {
	// Twice: a walk may have looked at the turn just before it changed.
	for range 2 {
		t := g.turn.Add(1) - 1
		for g.inside[t&1].Load() != 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Microsecond):
			}
		}
	}
	return nil
}
