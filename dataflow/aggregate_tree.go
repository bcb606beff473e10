package dataflow

import (
	"iter"
	"slices"
)

// A rankedTree is a multiset in the order of a comparison, which every call is
// given: a sorted slice while there are few values, then a B+ tree, so that a
// change costs O(log n). A number is never 0, but may be below.
//
// Nodes that a removal leaves nearly empty are joined with the one before them
// (compare Johnson and Shasha, "B-trees with inserts and deletes: why
// free-at-empty is better than merge-at-half", JCSS 47, 1993).
type rankedTree[W any] struct {
	few  []ranked[W]    // if there is no root
	root *rankedNode[W] // an inner node, or nil
}

// ranked is a value and how often it is there.
type ranked[W any] struct {
	value W
	n     int
}

// A rankedNode has items, if it is a leaf, or else children. None is empty.
type rankedNode[W any] struct {
	items    []ranked[W]
	children []*rankedNode[W]
	bounds   []W // children[i] has no value below bounds[i], and those before it only such
}

// rankedWidth is how many items or children a node has at most.
const rankedWidth = 64

// add puts w in diff more times. It sets w to the equal value that the tree has,
// if there is one, and returns how often it is there now.
func (t *rankedTree[W]) add(compare func(a, b W) int, w *W, diff int) int {
	if t.root == nil {
		leaf := rankedNode[W]{items: t.few}
		n, right := leaf.add(compare, w, diff)
		if t.few = leaf.items; right != nil {
			t.grow(&rankedNode[W]{items: t.few}, right)
		}
		return n
	}
	n, right := t.root.add(compare, w, diff)
	if right != nil {
		t.grow(t.root, right)
	}
	for t.root != nil && len(t.root.children) == 1 {
		if t.root = t.root.children[0]; t.root.children == nil {
			t.few, t.root = t.root.items, nil
		}
	}
	return n
}

func (t *rankedTree[W]) grow(left, right *rankedNode[W]) {
	t.few = nil
	t.root = &rankedNode[W]{children: []*rankedNode[W]{left, right}, bounds: []W{left.first(), right.first()}}
}

// get returns the value equal to w, and how often it is there.
func (t *rankedTree[W]) get(compare func(a, b W) int, w W) (W, int) {
	items := t.few
	for n := t.root; n != nil; {
		if n.children == nil {
			items = n.items
			break
		}
		n = n.children[n.child(compare, w)]
	}
	if i, ok := findRanked(compare, items, w); ok {
		return items[i].value, items[i].n
	}
	return w, 0
}

// from returns the first value that is not below w.
func (t *rankedTree[W]) from(compare func(a, b W) int, w W) (v W, ok bool) {
	if t.root == nil {
		return (&rankedNode[W]{items: t.few}).from(compare, w)
	}
	return t.root.from(compare, w)
}

// all yields the values in order, with their numbers.
func (t *rankedTree[W]) all() iter.Seq2[W, int] {
	return func(yield func(W, int) bool) {
		if t.root != nil {
			t.root.each(yield)
			return
		}
		(&rankedNode[W]{items: t.few}).each(yield)
	}
}

// least returns the first value; there must be one.
func (t *rankedTree[W]) least() W {
	if t.root != nil {
		return t.root.first()
	}
	return t.few[0].value
}

func (t *rankedTree[W]) empty() bool { return t.root == nil && len(t.few) == 0 }

// findRanked returns where w is in items, or would be.
func findRanked[W any](compare func(a, b W) int, items []ranked[W], w W) (int, bool) {
	low, high := 0, len(items)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch c := compare(items[mid].value, w); {
		case c == 0:
			return mid, true
		case c < 0:
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, false
}

// child returns the child that has w if any has.
func (n *rankedNode[W]) child(compare func(a, b W) int, w W) int {
	low, high := 1, len(n.bounds)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if compare(n.bounds[mid], w) <= 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

// add is add of the tree. What does not fit in the node comes back as its right
// neighbour.
func (n *rankedNode[W]) add(compare func(a, b W) int, w *W, diff int) (now int, right *rankedNode[W]) {
	if n.children == nil {
		return n.addItem(compare, w, diff), n.split()
	}
	i := n.child(compare, *w)
	now, right = n.children[i].add(compare, w, diff)
	switch {
	case right != nil:
		n.children = slices.Insert(n.children, i+1, right)
		n.bounds = slices.Insert(n.bounds, i+1, right.first())
	case n.children[i].size() == 0:
		n.remove(i)
	case i > 0 && n.children[i-1].size()+n.children[i].size() <= rankedWidth/2:
		n.children[i-1].join(n.children[i], n.bounds[i])
		n.remove(i)
	}
	return now, n.split()
}

func (n *rankedNode[W]) addItem(compare func(a, b W) int, w *W, diff int) int {
	i, ok := findRanked(compare, n.items, *w)
	if !ok {
		n.items = slices.Insert(n.items, i, ranked[W]{*w, diff})
		return diff
	}
	*w = n.items[i].value
	n.items[i].n += diff
	now := n.items[i].n
	if now == 0 {
		n.items = slices.Delete(n.items, i, i+1)
	}
	return now
}

func (n *rankedNode[W]) size() int { return len(n.items) + len(n.children) }

func (n *rankedNode[W]) remove(i int) {
	n.children = slices.Delete(n.children, i, i+1)
	n.bounds = slices.Delete(n.bounds, i, i+1)
}

// join appends the node that comes after n, whose values are not below bound.
func (n *rankedNode[W]) join(next *rankedNode[W], bound W) {
	n.items = append(n.items, next.items...)
	n.children = append(n.children, next.children...)
	if n.bounds = append(n.bounds, next.bounds...); len(next.bounds) > 0 {
		n.bounds[len(n.bounds)-len(next.bounds)] = bound
	}
}

// split halves a node that is too wide, and returns the right half.
func (n *rankedNode[W]) split() *rankedNode[W] {
	if n.size() <= rankedWidth {
		return nil
	}
	right := new(rankedNode[W])
	if n.children == nil {
		n.items, right.items = halved(n.items)
		return right
	}
	n.children, right.children = halved(n.children)
	n.bounds, right.bounds = halved(n.bounds)
	return right
}

func halved[E any](list []E) (left, right []E) {
	mid := len(list) / 2
	right = append(make([]E, 0, rankedWidth+1), list[mid:]...)
	clear(list[mid:])
	return list[:mid], right
}

func (n *rankedNode[W]) first() W {
	for n.children != nil {
		n = n.children[0]
	}
	return n.items[0].value
}

func (n *rankedNode[W]) from(compare func(a, b W) int, w W) (v W, ok bool) {
	if n.children == nil {
		i, _ := findRanked(compare, n.items, w)
		if i == len(n.items) {
			return v, false
		}
		return n.items[i].value, true
	}
	i := n.child(compare, w)
	if v, ok = n.children[i].from(compare, w); ok || i+1 == len(n.children) {
		return v, ok
	}
	return n.children[i+1].first(), true
}

func (n *rankedNode[W]) each(yield func(W, int) bool) bool {
	for i := range n.items {
		if !yield(n.items[i].value, n.items[i].n) {
			return false
		}
	}
	for _, c := range n.children {
		if !c.each(yield) {
			return false
		}
	}
	return true
}
