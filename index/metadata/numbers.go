package metadata

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// numbers are distinct numbers, numbered as they come.
type numbers struct {
	list []float64 // only appended to
	ids  numbering
}

func (n *numbers) find(v float64) (uint32, bool) {
	return n.ids.find(n.hash(v), func(id uint32) bool { return n.list[id] == v })
}

func (n *numbers) add(v float64) uint32 {
	if id, ok := n.find(v); ok {
		return id
	}
	id := uint32(len(n.list))
	n.list = append(n.list, v)
	n.ids.add(n.hash(v), id)
	return id
}

func (n *numbers) hash(v float64) uint32 {
	return uint32(maphash.Comparable(n.ids.seed, v+0)) // -0 + 0 is 0
}

func (n *numbers) bytes() int { return 8*cap(n.list) + n.ids.bytes() }

// within returns which numbers of list, in which ids are sorted as far as they
// go, stand in relation op to v; the others if that is fewer.
func within(list []float64, sorted []uint32, op Op, v float64) (ids []uint32, others bool) {
	from, _ := slices.BinarySearchFunc(sorted, v, func(id uint32, v float64) int {
		if c := cmp.Compare(list[id], v); c != 0 || op == Less || op == GreaterEqual {
			return c
		}
		return -1 // the place after v
	})
	less := op == Less || op == LessEqual
	others = less == (from > len(sorted)/2)
	part := sorted[from:]
	if less != others {
		part = sorted[:from]
	}
	ids = slices.Clone(part)
	for id := len(sorted); id < len(list); id++ {
		if op.holds(list[id], v) != others {
			ids = append(ids, uint32(id))
		}
	}
	return ids, others
}

func (op Op) holds(a, b float64) bool {
	switch op {
	case Less:
		return a < b
	case LessEqual:
		return a <= b
	case Greater:
		return a > b
	case GreaterEqual:
		return a >= b
	}
	return false
}
