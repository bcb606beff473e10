package bm25

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/analyze"
)

// A Leg finds chunks by their words. It is in memory.
type Leg struct {
	config  Config
	weights weights
	scorer  scorer
	writer  *writer   // of Apply
	askers  sync.Pool // of *asker
	scratch sync.Pool // of *collector

	view atomic.Pointer[view]

	mu     sync.Mutex // held for moments; guards what follows
	epoch  rag.Epoch
	census census
	lanes  [lanes]lane
	closed bool
}

// New returns an empty leg.
func New(c Config) (*Leg, error) {
	c = c.withDefaults()
	w, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("bm25: %w", err)
	}
	a, err := analyze.New(c.Analyzer)
	if err != nil {
		return nil, fmt.Errorf("bm25: %w", err)
	}
	l := &Leg{config: c, weights: w, scorer: scorer{c.K1, c.B, w.unit}, census: make(census)}
	l.writer = newWriter(a, w)
	l.view.Store(&view{leg: l})
	return l, nil
}

// Snapshot implements index.Leg.
func (l *Leg) Snapshot() index.Snapshot { return snapshot{l.view.Load()} }

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return 0 }

// Close implements index.Leg. It ends merges and waits for them.
func (l *Leg) Close() error {
	l.mu.Lock()
	l.closed = true
	for i := range l.lanes {
		l.lanes[i].stop()
	}
	l.mu.Unlock()
	for i := range l.lanes {
		l.lanes[i].work.Wait()
	}
	return nil
}

// Apply implements index.Leg.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) (err error) {
	defer guard(&err)()
	l.mu.Lock()
	held := l.epoch
	l.mu.Unlock()
	if epoch != 0 && epoch <= held {
		return nil
	}
	b := newBatch(l.view.Load())
	for i, c := range changes {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				l.abandon(b)
				return err
			}
		}
		if c.Diff > 0 {
			l.writer.add(b, c)
		}
	}
	if err := ctx.Err(); err != nil {
		l.abandon(b)
		return err
	}
	l.commit(epoch, b, changes)
	return nil
}

// A batch is what one Apply adds: chunks to the last head that there was, and
// heads of its own.
type batch struct {
	last  *head  // may be nil
	n     uint32 // chunks in it before
	fresh []*head
}

// newBatch begins with the last head of v if that has room: then it is not
// sealed before the batch is committed.
func newBatch(v *view) *batch {
	b := &batch{}
	if len(v.parts) > 0 {
		if h, ok := v.parts[len(v.parts)-1].part.(*head); ok && !h.full() {
			b.last, b.n = h, h.n
		}
	}
	return b
}

// head returns the head to add the next chunk to.
func (b *batch) head() *head {
	h := b.last
	if len(b.fresh) > 0 {
		h = b.fresh[len(b.fresh)-1]
	}
	if h == nil || h.full() {
		h = newHead()
		b.fresh = append(b.fresh, h)
	}
	return h
}

// abandon deletes what b has added to the last head; nobody has seen it.
func (l *Leg) abandon(b *batch) {
	if b.last == nil || b.last.n == b.n {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view.Load().clone()
	var added []uint32
	for n := b.n; n < b.last.n; n++ {
		added = append(added, n)
	}
	p := &v.parts[len(v.parts)-1] // a head with room is not sealed
	p.n, p.deletion = b.last.n, p.deletion.with(p.part, added)
	l.view.Store(v)
}

// clone returns a view with parts of its own.
func (v *view) clone() *view {
	next := *v
	next.parts = append(make([]partView, 0, len(v.parts)+1), v.parts...)
	return &next
}

// commit makes the view of an epoch.
func (l *Leg) commit(epoch rag.Epoch, b *batch, changes []index.Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view.Load().clone()
	l.remove(v, changes)
	if b.last != nil {
		l.count(v, &v.parts[len(v.parts)-1], b.last)
	}
	for _, h := range b.fresh {
		v.parts = append(v.parts, partView{part: h})
		l.count(v, &v.parts[len(v.parts)-1], h)
	}
	v.languages = l.census.frequent()
	if epoch != 0 {
		l.epoch = epoch
	}
	l.view.Store(v)
	l.tidy(v)
}

// count shows the chunks that h has more than p.
func (l *Leg) count(v *view, p *partView, h *head) {
	for ; p.n < h.n; p.n++ {
		c := h.chunk(p.n)
		v.chunks++
		v.length += uint64(c.length)
		v.end = max(v.end, c.row+1)
		l.census[c.language]++
	}
}

// remove deletes chunks from the parts of v.
func (l *Leg) remove(v *view, changes []index.Change) {
	var removed [][]uint32 // by part
	for _, c := range changes {
		if c.Diff >= 0 {
			continue
		}
		i, n, ok := v.find(c)
		if !ok {
			continue
		}
		if removed == nil {
			removed = make([][]uint32, len(v.parts))
		}
		removed[i] = append(removed[i], n)
		old := v.parts[i].chunk(n)
		v.chunks--
		v.length -= uint64(old.length)
		if l.census[old.language]--; l.census[old.language] == 0 {
			delete(l.census, old.language)
		}
	}
	for i, chunks := range removed {
		p := &v.parts[i]
		p.deletion = p.deletion.with(p.part, chunks)
	}
}

// find returns the chunk that c names. It looks at the newest parts first.
func (v *view) find(c index.Change) (part int, chunk uint32, ok bool) {
	for i := len(v.parts) - 1; i >= 0; i-- {
		n, ok := v.parts[i].find(c.Row)
		if ok && v.parts[i].chunk(n).id == half(c.ID) {
			return i, n, true
		}
	}
	return 0, 0, false
}

// half is what is kept of an ID, which is a hash.
func half(id rag.ChunkID) uint64 { return binary.LittleEndian.Uint64(id[:8]) }

// languageOf returns the base of a BCP 47 tag, "" of anything else.
func languageOf(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	if len(base) < 2 || len(base) > 8 {
		return ""
	}
	for _, r := range base {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return ""
		}
	}
	return strings.ToLower(base)
}
