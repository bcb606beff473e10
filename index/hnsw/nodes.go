package hnsw

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"ragserver/index/vectors"
)

// A slot is the place of a vector, and of its node.
type slot = vectors.Slot

// slabSlots is how many nodes are allocated at a time.
const slabSlots = vectors.SlabSlots

// A kind says what a node is.
type kind = uint32

const (
	unused  kind = iota
	waiting      // not in the graph: compared one by one
	linked       // in the graph
	twin         // hangs on a linked node with an equal vector
)

// A nodeSlab is the nodes of the vectors of one slab.
//
// All of it is read by walks, without locks, while builders write it: each word
// at once, and none that is not a node's number at any time. What a walk makes of
// a list of which it has seen a half is a list of other nodes near by, no harm.
type nodeSlab struct {
	kinds   []atomic.Uint32
	waiting [slabSlots / 64]atomic.Uint64 // a bit for each node of that kind
	links   []atomic.Uint32               // of level 0, see list
	upper   []atomic.Pointer[tower]
	twins   []atomic.Uint32 // next equal node + 1, 0 at the end
	inward  []atomic.Int32  // links of level 0 that lead here
}

// A tower is the lists of a node above level 0, one after the other.
type tower struct{ words []atomic.Uint32 }

func newTower(level, m int) *tower {
	return &tower{words: make([]atomic.Uint32, level*(m+1))}
}

// A list is the links of a node on a level: how many, then their ends. The rest
// means nothing.
type list []atomic.Uint32

func (l list) len() int { return min(int(l[0].Load()), len(l)-1) }

// read appends the ends to dst.
func (l list) read(dst []slot) []slot {
	for i := range l[1 : 1+l.len()] {
		dst = append(dst, l[1+i].Load())
	}
	return dst
}

// write replaces the ends. They are at most len(l)-1.
func (l list) write(ends []slot) {
	for i, e := range ends {
		l[1+i].Store(e)
	}
	l[0].Store(uint32(len(ends)))
}

// add appends an end and says whether there was room.
func (l list) add(end slot) bool {
	n := l.len()
	if n == len(l)-1 {
		return false
	}
	l[1+n].Store(end)
	l[0].Store(uint32(n + 1))
	return true
}

// Nodes is the nodes of all slots. The list of slabs is copied when it grows.
type nodes struct {
	m     int
	slabs []*nodeSlab
}

func newNodeSlab(m int) *nodeSlab {
	return &nodeSlab{
		kinds:  make([]atomic.Uint32, slabSlots),
		links:  make([]atomic.Uint32, slabSlots*(2*m+1)),
		upper:  make([]atomic.Pointer[tower], slabSlots),
		twins:  make([]atomic.Uint32, slabSlots),
		inward: make([]atomic.Int32, slabSlots),
	}
}

// grown returns nodes for slots below end.
func (n nodes) grown(end int) nodes {
	if len(n.slabs)*slabSlots >= end {
		return n
	}
	n.slabs = slices.Clone(n.slabs)
	for len(n.slabs)*slabSlots < end {
		n.slabs = append(n.slabs, newNodeSlab(n.m))
	}
	return n
}

func (n nodes) slots() int { return len(n.slabs) * slabSlots }

func (n nodes) at(s slot) (*nodeSlab, int) { return n.slabs[s/slabSlots], int(s % slabSlots) }

func (n nodes) kind(s slot) kind {
	sl, i := n.at(s)
	return sl.kinds[i].Load()
}

// setKind keeps the bits of waiting nodes in step. It is called by one goroutine
// at a time for each slot.
func (n nodes) setKind(s slot, k kind) {
	sl, i := n.at(s)
	sl.kinds[i].Store(k)
	if bit := uint64(1) << (i % 64); k == waiting {
		sl.waiting[i/64].Or(bit)
	} else {
		sl.waiting[i/64].And(^bit)
	}
}

// list returns the links of a node on a level that it has.
func (n nodes) list(s slot, level int) list {
	sl, i := n.at(s)
	if level == 0 {
		w := 2*n.m + 1
		return sl.links[i*w : (i+1)*w]
	}
	w := n.m + 1
	t := sl.upper[i].Load()
	if t == nil || level*w > len(t.words) {
		return make(list, 1) // of a node that was taken out meanwhile
	}
	return t.words[(level-1)*w : level*w]
}

// fetch begins to load the links of a node on level 0.
func (n nodes) fetch(s slot) {
	sl, i := n.at(s)
	w := 2*n.m + 1
	vectors.Prefetch(unsafe.Pointer(&sl.links[i*w]), (4*w+63)/64)
}

// level is the highest level that a node is on.
func (n nodes) level(s slot) int {
	sl, i := n.at(s)
	if t := sl.upper[i].Load(); t != nil {
		return len(t.words) / (n.m + 1)
	}
	return 0
}

// raise gives an unlinked node empty lists up to level.
func (n nodes) raise(s slot, level int) {
	sl, i := n.at(s)
	n.list(s, 0)[0].Store(0)
	sl.inward[i].Store(0)
	sl.twins[i].Store(0)
	if level == 0 {
		sl.upper[i].Store(nil)
		return
	}
	sl.upper[i].Store(newTower(level, n.m))
}

// next returns the node that hangs on s as its equal.
func (n nodes) next(s slot) (slot, bool) {
	sl, i := n.at(s)
	t := sl.twins[i].Load()
	return t - 1, t != 0
}

// hang makes s a twin of head.
func (n nodes) hang(s, head slot) {
	sl, i := n.at(s)
	hl, h := n.at(head)
	n.list(s, 0)[1].Store(head)
	sl.twins[i].Store(hl.twins[h].Load())
	hl.twins[h].Store(s + 1)
}

// head returns the node that a twin hangs on.
func (n nodes) head(s slot) slot { return n.list(s, 0)[1].Load() }

func (n nodes) inward(s slot) *atomic.Int32 {
	sl, i := n.at(s)
	return &sl.inward[i]
}
