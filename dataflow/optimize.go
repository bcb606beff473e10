package dataflow

import (
	"fmt"
	"strings"
)

// optimized returns the nodes that run, in order: those of the definition, less
// what nothing reads and what is there twice, with filters where they cost least.
// What comes out of the sinks is the same.
//
// With a Backend no filter moves in front of state: what is kept would lack what
// another program may want of it.
func optimized(definition []*node, o Options) []*node {
	nodes := needed(definition)
	if o.literal {
		return nodes
	}
	nodes = merged(copied(nodes))
	for pushed(nodes, o.Backend != nil) {
		nodes = inOrder(nodes)
	}
	return nodes
}

// needed returns the nodes that have an effect outside, and all that these read.
func needed(nodes []*node) []*node {
	wanted := make(map[*node]bool)
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if !n.sink && n.object == nil && !wanted[n] {
			continue
		}
		wanted[n] = true
		for _, in := range n.inputs {
			wanted[in] = true
		}
	}
	var list []*node
	for _, n := range nodes {
		if wanted[n] {
			list = append(list, n)
		}
	}
	return list
}

// copied returns nodes that can be changed without changing the definition.
func copied(nodes []*node) []*node {
	at := make(map[*node]*node, len(nodes))
	list := make([]*node, len(nodes))
	for i, n := range nodes {
		c := *n
		c.inputs = make([]*node, len(n.inputs))
		for j, in := range n.inputs {
			c.inputs[j] = at[in]
		}
		at[n], list[i] = &c, &c
	}
	return list
}

// merged makes one of nodes that do the same with the same inputs.
func merged(nodes []*node) []*node {
	first := make(map[string]*node)
	instead := make(map[*node]*node)
	var list []*node
	for _, n := range nodes {
		for i, in := range n.inputs {
			if other := instead[in]; other != nil {
				n.inputs[i] = other
			}
		}
		if n.same != nil {
			what := n.identity()
			if other := first[what]; other != nil {
				instead[n] = other
				continue
			}
			first[what] = n
		}
		list = append(list, n)
	}
	return list
}

// identity is the same for two nodes that do the same.
func (n *node) identity() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%s", n.kind, n.types)
	for _, in := range n.inputs {
		fmt.Fprintf(&b, "\x00%p", in)
	}
	for _, v := range n.same {
		fmt.Fprintf(&b, "\x00%T %#v", v, v)
	}
	return b.String()
}

// A filterOf makes a filter of another stream out of one that was defined on the
// output of a node; nil if there is none that does the same.
type filterOf func(filter *node) *node

// pushed moves one filter in front of the operator that it reads, if that gives
// the same and nothing else reads the operator, and, where that is asked for, the
// operator has no state. It returns false if there is no such filter.
func pushed(nodes []*node, stateless bool) bool {
	readers := make(map[*node]int)
	for _, n := range nodes {
		for _, in := range n.inputs {
			readers[in]++
		}
	}
	for _, f := range nodes {
		if f.keep == nil {
			continue
		}
		from := f.inputs[0]
		if readers[from] != 1 || len(from.filters) == 0 || stateless && from.state != "" {
			continue
		}
		if push(f, from, nodes) {
			return true
		}
	}
	return false
}

func push(f, from *node, nodes []*node) bool {
	fronts := make([]*node, len(from.inputs))
	for i, in := range from.inputs {
		front := from.filters[i](f)
		if front == nil {
			return false
		}
		front.g, front.id, front.inputs = f.g, f.id, []*node{in}
		fronts[i] = front
	}
	from.inputs = fronts
	for _, n := range nodes {
		for i, in := range n.inputs {
			if in == f {
				n.inputs[i] = from
			}
		}
	}
	f.inputs = nil // nothing reads it any more
	return true
}

// inOrder returns what nodes with an effect read, and they, inputs first.
func inOrder(nodes []*node) []*node {
	var list []*node
	seen := make(map[*node]bool)
	var visit func(*node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, in := range n.inputs {
			visit(in)
		}
		list = append(list, n)
	}
	for _, n := range nodes {
		if n.sink || n.object != nil {
			visit(n)
		}
	}
	return list
}

// asItIs puts a filter in front of an operator whose inputs have the type of its
// output, and which treats values that the filter keeps apart from the others.
func asItIs(f *node) *node {
	c := *f
	return &c
}

// onKey puts a filter of keys in front of an operator by key, whose input has
// values of type V.
func onKey[K comparable, V any](f *node) *node {
	keep, ok := f.keep.(func(K) bool)
	if f.kind != "filterkey" || !ok {
		return nil
	}
	return &node{kind: f.kind, same: f.same, keep: keep, linear: true, build: keyFilter[K, V](keep)}
}
