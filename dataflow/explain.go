package dataflow

import (
	"fmt"
	"strings"
)

// Explain describes the graph as it was defined and as it runs: a line for each
// operator or, of what runs, for each chain of operators that is one loop, with
// what it reads. Before Run it supposes that there is no Backend.
func (g *Graph) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "dataflow %s\ndefined:\n", g.name)
	explainDefined(&b, g.nodes, "  ")
	b.WriteString("runs:\n")
	explainRunning(&b, g.nodes, g.opts, "  ")
	return b.String()
}

func explainDefined(b *strings.Builder, nodes []*node, indent string) {
	for _, n := range nodes {
		b.WriteString(indent + n.String() + reads(n.inputs) + "\n")
		if n.inside != nil {
			explainDefined(b, n.inside.nodes, indent+"  ")
		}
	}
}

func explainRunning(b *strings.Builder, nodes []*node, o Options, indent string) {
	for _, chain := range chains(optimized(nodes, o)) {
		names := make([]string, len(chain))
		for i, n := range chain {
			names[i] = n.String()
		}
		b.WriteString(indent + strings.Join(names, " | ") + reads(chain[0].inputs) + "\n")
		if inside := chain[0].inside; inside != nil {
			explainRunning(b, inside.nodes, o, indent+"  ")
		}
	}
}

func reads(inputs []*node) string {
	if len(inputs) == 0 {
		return ""
	}
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.String()
	}
	return " <- " + strings.Join(names, ", ")
}

// chains puts nodes together that run as one loop: each but the first is linear
// and reads the one before, which nothing else reads.
func chains(nodes []*node) [][]*node {
	readers := make(map[*node]int)
	for _, n := range nodes {
		for _, in := range n.inputs {
			readers[in]++
		}
	}
	var list [][]*node
	ends := make(map[*node]int) // last of a chain -> the chain
	for _, n := range nodes {
		if n.linear && len(n.inputs) == 1 && n.inputs[0].linear && readers[n.inputs[0]] == 1 {
			i := ends[n.inputs[0]]
			list[i] = append(list[i], n)
			ends[n] = i
			continue
		}
		ends[n] = len(list)
		list = append(list, []*node{n})
	}
	return list
}
