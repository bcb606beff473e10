package hnsw

import (
	"context"
	"math"
	"slices"

	"ragserver/index/vectors"
)

// An entry is where walks begin: a node on the highest level.
type entry struct {
	slot  slot
	level int
}

// pack and unpack keep an entry in one word; 0 is none.
func (e entry) pack() uint64 { return uint64(e.slot+1)<<8 | uint64(e.level) }

func unpack(word uint64) (entry, bool) {
	return entry{slot(word>>8) - 1, int(word & 0xff)}, word != 0
}

// maxLevel fits an entry, and is above what 2^32 nodes come to with M = 2.
const maxLevel = 31

// A builder links nodes. It is used by one goroutine at a time.
type builder struct {
	leg   *Leg
	walk  *walker
	probe vectors.Probe // of the node that is linked
	other vectors.Probe // of a neighbour
	found [maxLevel + 1][]candidate
	near  []candidate
	pick  []slot
	ends  []slot
	score []float32
}

func (l *Leg) newBuilder() *builder {
	return &builder{leg: l, walk: newWalker(), score: make([]float32, 8192)}
}

// randomLevel draws the level of a new node: each is M times as rare as the one
// below.
func (l *Leg) randomLevel() int {
	l.randomMu.Lock()
	defer l.randomMu.Unlock()
	return min(int(l.random.ExpFloat64()/math.Log(float64(l.config.M))), maxLevel)
}

// link puts a waiting node into the graph.
func (b *builder) link(ctx context.Context, s slot) error {
	l := b.leg
	v := l.view()
	n := v.nodes
	level := l.randomLevel()
	from, ok := l.top(v, s, level)
	if !ok {
		n.setKind(s, linked)
		return nil
	}
	b.probe.SetSlot(v.table, s)
	if err := b.search(ctx, v, from, level); err != nil {
		return err
	}
	if head, ok := b.equal(v, s); ok {
		n.raise(s, 0)
		l.twinsMu.Lock()
		n.hang(s, head)
		l.twinsMu.Unlock()
		n.setKind(s, twin)
		return nil
	}
	n.raise(s, level)
	// From below: a walk that comes to s on a level goes on from it further down.
	for lv := range min(level, from.level) + 1 {
		b.connectAll(v, s, lv, b.found[lv])
	}
	n.setKind(s, linked)
	if level > from.level {
		l.lift(entry{s, level})
	}
	return nil
}

// top returns the entry; if there is none, s becomes it.
func (l *Leg) top(v view, s slot, level int) (entry, bool) {
	l.entryMu.Lock()
	defer l.entryMu.Unlock()
	if e, ok := unpack(l.entry.Load()); ok {
		return e, true
	}
	v.nodes.raise(s, level)
	l.entry.Store(entry{s, level}.pack())
	return entry{}, false
}

// lift makes e the entry if it is higher.
func (l *Leg) lift(e entry) {
	l.entryMu.Lock()
	defer l.entryMu.Unlock()
	if now, ok := unpack(l.entry.Load()); !ok || e.level > now.level {
		l.entry.Store(e.pack())
	}
}

// search finds the neighbours of b.probe on the levels from level down.
func (b *builder) search(ctx context.Context, v view, from entry, level int) error {
	at := b.walk.descend(v, &b.probe, from, level)
	for lv := min(level, from.level); lv >= 0; lv-- {
		b.walk.reset(v.nodes)
		if err := b.walk.beam(ctx, v, &b.probe, at, nil, b.leg.config.EfConstruction, lv); err != nil {
			return err
		}
		b.found[lv] = append(b.found[lv][:0], b.walk.pool...)
		for i := range b.found[lv] {
			b.found[lv][i].slot &^= expanded
		}
		at = b.found[lv][0]
	}
	return nil
}

// equal returns a node whose vector is the same as that of s.
func (b *builder) equal(v view, s slot) (slot, bool) {
	b.ends = append(b.ends[:0], s)
	b.probe.Near(v.table, b.ends, b.score)
	self := b.score[0]
	for _, c := range b.found[0] {
		if c.score < self {
			break // found is sorted, and equal vectors have equal codes
		}
		if c.score == self && c.slot != s && v.nodes.kind(c.slot) == linked &&
			slices.Equal(v.table.Vector(c.slot), v.table.Vector(s)) {
			return c.slot, true
		}
	}
	return 0, false
}

// connectAll gives s its links on a level, and its neighbours links to s.
func (b *builder) connectAll(v view, s slot, level int, found []candidate) {
	l := b.leg
	found = slices.DeleteFunc(found, func(c candidate) bool { return c.slot == s || !l.wanted(v, c.slot) })
	b.pick = b.choose(v, found, l.config.M, b.pick[:0])
	lock := l.lock(s)
	lock.Lock()
	v.nodes.list(s, level).write(b.pick)
	lock.Unlock()
	if level == 0 {
		for _, e := range b.pick {
			v.nodes.inward(e).Add(1)
		}
	}
	i := 0
	for _, e := range b.pick {
		for found[i].slot != e {
			i++
		}
		b.connect(v, e, candidate{found[i].score, s}, level)
	}
	if level == 0 && v.nodes.inward(s).Load() == 0 {
		b.force(v, s, found)
	}
}

// wanted says whether new links may lead to a node.
func (l *Leg) wanted(v view, s slot) bool { return !l.dead(v, s) }

// choose appends to out the at most m of the candidates that are nearer to where
// they were found from than to one chosen before: neighbours in different
// directions. It is the paper's algorithm 4. The candidates are sorted.
func (b *builder) choose(v view, found []candidate, m int, out []slot) []slot {
	if len(found) == 0 {
		return out
	}
	out = append(out, found[0].slot)
	for _, c := range found[1:] {
		if len(out) == m {
			break
		}
		b.other.SetSlot(v.table, c.slot)
		if !b.nearerToAny(v, out, c.score) {
			out = append(out, c.slot)
		}
	}
	return out
}

// nearerToAny says whether b.other is at least as near to one of the slots as
// score says that it is to the node in question. It looks at a few at a time:
// most often one of the first is.
func (b *builder) nearerToAny(v view, slots []slot, score float32) bool {
	for len(slots) > 0 {
		n := min(8, len(slots))
		b.other.Near(v.table, slots[:n], b.score)
		for _, x := range b.score[:n] {
			if x >= score {
				return true
			}
		}
		slots = slots[n:]
	}
	return false
}

// connect adds a link from s to c, of which the score is known. A list that is
// full is chosen anew.
func (b *builder) connect(v view, s slot, c candidate, level int) {
	lock := b.leg.lock(s)
	lock.Lock()
	defer lock.Unlock()
	l := v.nodes.list(s, level)
	if l.add(c.slot) {
		if level == 0 {
			v.nodes.inward(c.slot).Add(1)
		}
		return
	}
	b.ends = l.read(b.ends[:0])
	b.near = b.rank(v, s, b.ends, append(b.near[:0], c))
	chosen := b.choose(v, b.near, len(l)-1, make([]slot, 0, 2*maxM))
	if level == 0 {
		chosen = b.keepLast(v, b.ends, chosen)
		b.count(v, b.ends, chosen)
	}
	l.write(chosen)
}

// rank appends ends with their scores as seen from s, and sorts all.
func (b *builder) rank(v view, s slot, ends []slot, to []candidate) []candidate {
	b.other.SetSlot(v.table, s)
	if len(b.score) < len(ends) {
		b.score = make([]float32, 2*len(ends))
	}
	b.other.Near(v.table, ends, b.score)
	for i, e := range ends {
		to = append(to, candidate{b.score[i], e})
	}
	slices.SortFunc(to, func(x, y candidate) int {
		switch {
		case x.score > y.score:
			return -1
		case x.score < y.score:
			return 1
		}
		return int(x.slot) - int(y.slot)
	})
	return to
}

// keepLast sees to it that chosen does not lose a node that only this list leads
// to: it takes the place of one that has others.
func (b *builder) keepLast(v view, before, chosen []slot) []slot {
	for _, e := range before {
		if v.nodes.inward(e).Load() != 1 || slices.Contains(chosen, e) {
			continue
		}
		if len(chosen) < 2*v.nodes.m {
			chosen = append(chosen, e)
			continue
		}
		for i := len(chosen) - 1; i > 0; i-- {
			if v.nodes.inward(chosen[i]).Load() > 1 {
				chosen[i] = e
				break
			}
		}
	}
	return chosen
}

// count keeps inward in step with a list that is replaced.
func (b *builder) count(v view, before, after []slot) {
	for _, e := range before {
		v.nodes.inward(e).Add(-1)
	}
	for _, e := range after {
		v.nodes.inward(e).Add(1)
	}
}

// force makes one of the nodes that were found lead to s.
func (b *builder) force(v view, s slot, found []candidate) {
	for _, c := range found {
		if b.pressIn(v, c.slot, s) {
			return
		}
	}
}

// pressIn adds a link from s to e, in place of one whose end has others if need
// be, and says whether it did.
func (b *builder) pressIn(v view, s, e slot) bool {
	lock := b.leg.lock(s)
	lock.Lock()
	defer lock.Unlock()
	l := v.nodes.list(s, 0)
	if l.add(e) {
		v.nodes.inward(e).Add(1)
		return true
	}
	for i := l.len(); i > 1; i-- {
		old := l[i].Load()
		if v.nodes.inward(old).Load() > 1 {
			v.nodes.inward(old).Add(-1)
			v.nodes.inward(e).Add(1)
			l[i].Store(e)
			return true
		}
	}
	return false
}
