package dataflow

import "slices"

// A plan is a graph as it runs.
type plan struct {
	nodes  []*node // in order
	edges  []edge
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
		var edges []edge
		for i, from := range n.inputs {
			in[i] = ports[from]
			if !slices.Contains(n.inputs[:i], from) {
				p := in[i].(source)
				edges = append(edges, edge{from: from, to: n, port: p, first: p.readers()})
			}
		}
		ports[n] = n.build(b, n, in)
		for i := range edges {
			edges[i].last = edges[i].port.readers()
		}
		b.plan.edges = append(b.plan.edges, edges...)
	}
	b.plan.nodes = append(b.plan.nodes, nodes...)
	return ports
}

// plan decides what runs, and makes it.
func (g *Graph) plan() *plan {
	nodes := optimized(g.nodes, g.opts)
	b := &builder{g: g, plan: new(plan), workers: g.opts.workers()}
	for _, n := range nodes {
		b.plan.tracks = b.plan.tracks || n.kind == "async"
	}
	b.build(nodes)
	return b.plan
}
