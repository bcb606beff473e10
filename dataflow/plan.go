package dataflow

import (
	"fmt"
	"strings"
)

// A plan is a graph as it runs.
type plan struct {
	ops    []op // those with something to do in an epoch, in order
	tracks bool // there are asynchronous operators, which want to know causes
}

// An op is a running operator: a stage, and whatever else of stage.go it is.
type op struct {
	node  *node
	stage any
}

// stages returns the operators that are also a T, in order.
func stages[T any](p *plan) []T {
	if p == nil {
		return nil
	}
	var list []T
	for _, o := range p.ops {
		if t, ok := o.stage.(T); ok {
			list = append(list, t)
		}
	}
	return list
}

// A builder makes the operators of a plan.
type builder struct {
	g       *Graph
	plan    *plan
	workers int
	scope   string // comes before the names of state; see Iterate
}

// run adds an operator that has something to do in an epoch.
func (b *builder) run(n *node, stage any) { b.plan.ops = append(b.plan.ops, op{n, stage}) }

// build makes the operators of nodes, which are in order.
func (b *builder) build(nodes []*node) map[*node]any {
	ports := make(map[*node]any, len(nodes))
	for _, n := range nodes {
		in := make([]any, len(n.inputs))
		for i, from := range n.inputs {
			in[i] = ports[from]
		}
		ports[n] = n.build(b, n, in)
	}
	return ports
}

// plan decides what runs, and makes it.
func (g *Graph) plan() *plan {
	b := &builder{g: g, plan: new(plan), workers: g.opts.workers()}
	nodes := g.optimized()
	for _, n := range nodes {
		b.plan.tracks = b.plan.tracks || n.kind == "async"
	}
	b.build(nodes)
	return b.plan
}

// optimized returns the nodes that are run, in order.
func (g *Graph) optimized() []*node {
	read := make(map[*node]bool)
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		if n.sink || n.object != nil {
			read[n] = true
		}
		if read[n] {
			for _, in := range n.inputs {
				read[in] = true
			}
		}
	}
	var nodes []*node
	for _, n := range g.nodes {
		if read[n] {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// Explain describes the plan: one line for each operator, what it reads, and
// which operators run as one loop.
func (g *Graph) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "dataflow %s\n", g.name)
	for _, n := range g.nodes {
		fmt.Fprintf(&b, "  %s", n)
		for i, in := range n.inputs {
			if i == 0 {
				b.WriteString(" <-")
			}
			fmt.Fprintf(&b, " %s", in)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
