package chunk

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	rag "ragserver"
)

// An atom is a stretch of text that is not cut: what a packer joins.
type atom struct {
	start, end int // bytes; white space around it is left out
	section    int
	cost       int    // tokens
	again      int    // tokens of the header of its table, if it stands further up
	gap        int    // tokens between the atom before and this one
	level      level  // of the boundary before it
	hash       uint32 // of its text
}

// A packer joins the atoms of one text to chunks.
//
// The boundaries between atoms are taken in an order that depends on nothing but
// the level and the text that follows each, and a boundary disappears if what it
// separates fits into one chunk by then. So two neighbours of one topic are
// always more than one chunk's worth, chunks are well over half full, and as the
// order is a random one, what is decided in one place hardly depends on any
// other: an edit changes the chunk that it is in, and sometimes one beside it.
//
// Atoms are packed in windows that end where an important boundary is, so that
// memory does not grow with the text.
type packer struct {
	*Splitter
	by     Strategy
	text   string
	write  func(chunk []atom)
	family func() // called after the chunks of a parent, if there are parents

	atoms []atom
	lead  int // tokens of the headings directly before what is added
	order []uint64
	runs  []extent
	// parents are the runs of parents, each made of whole runs; runs itself if
	// there are none.
	parents []extent
}

// An extent is a run of joined atoms. It is kept at the run's first atom, and
// its first also at its last atom.
type extent struct{ first, last, cost int }

// window is how many atoms are packed together: 72 bytes each make a megabyte.
const window = 1 << 14

// add adds the atoms of a section, which is separated by level from the one
// before.
func (p *packer) add(index int, s rag.Section, l level) {
	if l == never {
		p.lead = 0
	}
	c := cutter{Splitter: p.Splitter, by: p.by, kind: s.Kind, text: p.text, room: p.budget}
	if s.Kind != rag.Heading && 2*p.lead <= p.budget {
		c.room -= p.lead // so that the headings above find a place
	}
	lead := p.lead
	p.lead = 0
	c.emit = func(a atom) {
		a.section = index
		p.append(a)
		if s.Kind == rag.Heading {
			p.lead = lead + a.cost
		}
	}
	if end, cost := p.header(p.text, s); end > 0 {
		if _, whole := c.fitsIn(c.room, p.text[s.Start:s.End]); !whole {
			c.cut(s.Start, end, l, cuts(s.Kind))
			c.again = cost
			c.room -= cost
			s.Start, l = end, inClause // the first rows stay with their header
		}
	}
	c.cut(s.Start, s.End, l, cuts(s.Kind))
}

func (p *packer) append(a atom) {
	if n := len(p.atoms); n > 0 {
		a.gap = p.cost(p.text[p.atoms[n-1].end:a.start])
	}
	a.hash = uint32(xxhash.Sum64String(p.text[a.start:a.end]))
	p.atoms = append(p.atoms, a)
	if n := len(p.atoms); n >= max(window, 4*p.Size, 4*p.Parent) {
		p.flush(n / 2)
	}
}

// flush writes chunks of the first atoms, at least enough of them, all if that
// is all. The rest stays to be packed with what follows.
func (p *packer) flush(enough int) {
	p.join()
	end := len(p.atoms)
	if enough < end {
		end = p.cleft(enough)
	}
	for at := 0; at < end; {
		last := p.parents[at].last
		for ; at <= last; at = p.runs[at].last + 1 {
			p.write(p.atoms[at : p.runs[at].last+1])
		}
		if p.Parent > 0 {
			p.family()
		}
	}
	p.atoms = p.atoms[:copy(p.atoms, p.atoms[end:])]
}

// cleft returns the boundary of chunks and parents, from the given atom on, that was the
// last to be looked at.
func (p *packer) cleft(from int) int {
	at, best := len(p.atoms), uint64(0)
	for i := p.parents[0].last + 1; i < len(p.atoms); i = p.parents[i].last + 1 {
		if k := p.key(i); i >= from && k >= best {
			at, best = i, k
		}
	}
	return at
}

// key orders the boundary before atom i.
func (p *packer) key(i int) uint64 {
	return uint64(p.atoms[i].level)<<56 | uint64(p.atoms[i].hash)<<24 | uint64(i)
}

// join finds the runs of atoms that are chunks, and joins these to parents.
func (p *packer) join() {
	p.order, p.runs = p.order[:0], p.runs[:0]
	for i, a := range p.atoms {
		p.runs = append(p.runs, extent{i, i, a.cost})
		if i > 0 && a.level != never {
			p.order = append(p.order, p.key(i))
		}
	}
	slices.Sort(p.order)
	p.order = p.merge(p.runs, p.fits)
	p.parents = p.runs
	if p.Parent > 0 {
		p.parents = slices.Clone(p.runs)
		p.merge(p.parents, p.fitsParent)
	}
}

// merge joins the runs on both sides of each boundary that does not have to stay
// and returns those that do, in their order.
func (p *packer) merge(runs []extent, fits func(left, right *extent) (int, bool)) (stay []uint64) {
	stay = p.order[:0]
	for _, k := range p.order {
		i := int(k & (1<<24 - 1))
		left, right := &runs[runs[i-1].first], &runs[i]
		cost, ok := fits(left, right)
		if !ok {
			stay = append(stay, k)
			continue
		}
		left.last, left.cost = right.last, cost
		runs[right.last].first = left.first
	}
	return stay
}

// fits returns the cost of both runs as one, and whether they may be one chunk.
func (p *packer) fits(left, right *extent) (int, bool) {
	first, a := p.atoms[left.first], p.atoms[right.first]
	cost, budget := left.cost+a.gap+right.cost, p.budget-first.again
	if cost > budget || p.by.apart(a.level, left.cost, right.cost, p.MinSize) {
		return cost, false
	}
	if a.level == inWord { // a word in two can have fewer tokens than in one
		cost = max(cost, p.cost(p.text[first.start:p.atoms[right.last].end]))
	}
	return cost, cost <= budget
}

// fitsParent is fits for parents. Sections under headings of their own share one
// if both are small, as in chunks.
func (p *packer) fitsParent(left, right *extent) (int, bool) {
	a := p.atoms[right.first]
	cost := left.cost + a.gap + right.cost
	small := max(p.Parent/8, p.MinSize)
	return cost, cost <= p.Parent-p.Overlap && (a.level != nearTopics || left.cost < small && right.cost < small)
}
