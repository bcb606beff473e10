package dataflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// A Graph is a set of connected operators. It is defined by one goroutine, which
// then calls Run once; what is wrong with the definition is an error of Run.
//
// Names of inputs, operators with state and sinks are part of the keys under
// which their state is kept: an operator that gets another name starts empty.
type Graph struct {
	name     string
	nodes    []*node // an operator comes after those that it reads
	names    map[string]*node
	problems []error
	flights  flights

	// Set by Run before started is closed.
	keys    keyspace
	backend Backend
	log     *slog.Logger
	opts    Options

	wake    chan struct{} // holds one token when something waits
	started chan struct{} // closed when the state is recovered
	ended   chan struct{} // closed when Run returns

	mu      sync.Mutex // guards what follows
	running bool
	epoch   Epoch
	stalled error
	err     error
	changed chan struct{}
}

// New returns an empty graph. The name appears in messages.
func New(name string) *Graph {
	return &Graph{
		name:    name,
		names:   make(map[string]*node),
		wake:    make(chan struct{}, 1),
		started: make(chan struct{}),
		ended:   make(chan struct{}),
		changed: make(chan struct{}),
	}
}

// A node is an operator as the graph knows it.
type node struct {
	g      *Graph
	id     int
	kind   string
	name   string // "" for a linear operator
	inputs []*node
	stage  any // a stage, or nil for a linear operator
}

func (n *node) String() string {
	if n.name == "" {
		return fmt.Sprintf("%s#%d", n.kind, n.id)
	}
	return fmt.Sprintf("%s %q", n.kind, n.name)
}

// add makes a node; what it must hold of the streams it reads, it has checked.
func (g *Graph) add(kind, name string, inputs ...*node) *node {
	n := &node{g: g, id: len(g.nodes) + 1, kind: kind, name: name, inputs: inputs}
	g.nodes = append(g.nodes, n)
	return n
}

// addNamed makes a node with state of its own.
func (g *Graph) addNamed(kind, name string, inputs ...*node) *node {
	n := g.add(kind, name, inputs...)
	switch {
	case name == "":
		g.problem(n, "has no name")
	case strings.ContainsRune(name, 0):
		g.problem(n, "has a zero byte in its name")
	case g.names[name] != nil:
		g.problem(n, "has the name of %s", g.names[name])
	}
	g.names[name] = n
	return n
}

func (g *Graph) problem(n *node, format string, args ...any) {
	g.problems = append(g.problems, fmt.Errorf("dataflow %s: %s %s", g.name, n, fmt.Sprintf(format, args...)))
}

// Validate returns what is wrong with the definition.
func (g *Graph) Validate() error { return errors.Join(g.problems...) }

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
		if n.stage == nil {
			b.WriteString(" (fused)")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// notify tells the scheduler that something waits.
func (g *Graph) notify() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *Graph) recovered() bool {
	select {
	case <-g.started:
		return true
	default:
		return false
	}
}

// awaitStart blocks until the state is recovered or Run has ended.
func (g *Graph) awaitStart(ctx context.Context) error {
	select {
	case <-g.started:
		return nil
	case <-g.ended:
		return g.endedError()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ErrEnded is what calls that need a running graph return when Run has ended.
var ErrEnded = errors.New("dataflow has ended")

func (g *Graph) endedError() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return fmt.Errorf("%w: %w", ErrEnded, g.err)
	}
	return ErrEnded
}
