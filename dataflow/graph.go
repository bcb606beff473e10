package dataflow

import (
	"context"
	"crypto/sha256"
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
	alike    map[string]int // operators with state and without a name, by shape
	problems []error
	flights  flights

	// Of the inside of an iteration; see Scope.
	around *Graph
	over   bool // body has returned: nothing more is read from outside

	// Set by Run before started is closed.
	keys    keyspace
	backend Backend
	log     *slog.Logger
	opts    Options

	unsigned []Write // signatures for the next epoch that is written

	gate    sync.Mutex    // held while an epoch takes what waits
	wake    chan struct{} // holds one token when something waits
	started chan struct{} // closed when the state is recovered
	ended   chan struct{} // closed when Run returns

	mu      sync.Mutex // guards what follows
	begun   bool
	running *plan // does not change once Run has begun
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
		alike:   make(map[string]int),
		wake:    make(chan struct{}, 1),
		started: make(chan struct{}),
		ended:   make(chan struct{}),
		changed: make(chan struct{}),
	}
}

// A node is an operator of the definition. It does nothing: a plan makes the
// operators that run, from the nodes that are left of the definition.
type node struct {
	g      *Graph
	id     int
	kind   string
	name   string // what the user calls it; may be "" where it has no effect outside
	state  string // names its state; "" for an operator without
	types  string // of its state, for people; another one is another state
	inputs []*node

	// build makes the running operator, which reads the ports in, and
	// returns its own port; nil for a sink. It may be called more than once.
	build func(b *builder, n *node, in []any) any

	shaped []byte // see shape

	// same holds what makes this node equal to another of its kind that
	// reads the same: functions as their address, other things as they
	// are. Nil: no other node is equal.
	same []any

	// linear operators treat every delta by itself, in the loop of the
	// operator that they read.
	linear bool

	// Keep is the predicate of a filter, and filters say how to put a filter
	// of the output on each of the inputs; empty if that cannot be done.
	keep    any
	filters []filterOf

	sink   bool   // has an effect outside
	object any    // what the caller holds: an input, an asynchronous operator
	inside *Graph // of an iteration
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
	if g.over {
		g.problem(n, "reads a stream from the inside of an iteration")
	}
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

// addStateful makes a node whose state is named name, or, without a name, by its
// place. Nodes with a name of their own are never taken
// for equal to others.
func (g *Graph) addStateful(kind, name, types string, inputs ...*node) *node {
	var n *node
	if name != "" {
		n = g.addNamed(kind, name, inputs...)
		n.state = name
	} else {
		n = g.add(kind, "", inputs...)
		n.same = []any{types}
		n.state = g.placed(n, types)
	}
	n.types = types
	return n
}

// placed names the state of an operator by what it reads, as far as can be told
// without its functions, so that other parts of the program may change. Those that
// look the same are counted.
func (g *Graph) placed(n *node, types string) string {
	shape := sha256.New()
	fmt.Fprint(shape, types)
	for _, in := range n.inputs {
		fmt.Fprintf(shape, "\x00%x", in.shape())
	}
	name := fmt.Sprintf("%s#%x", n.kind, shape.Sum(nil)[:6])
	g.alike[name]++
	return fmt.Sprintf("%s/%d", name, g.alike[name])
}

// shape is a hash of what is above n.
func (n *node) shape() []byte {
	if n.shaped == nil {
		h := sha256.New()
		fmt.Fprintf(h, "%s\x00%s\x00%s", n.kind, n.name, n.types)
		for _, in := range n.inputs {
			fmt.Fprintf(h, "\x00%x", in.shape())
		}
		n.shaped = h.Sum(nil)
	}
	return n.shaped
}

func (g *Graph) problem(n *node, format string, args ...any) {
	err := fmt.Errorf("dataflow %s: %s %s", g.name, n, fmt.Sprintf(format, args...))
	for g.around != nil {
		g = g.around
	}
	g.problems = append(g.problems, err)
}

// Validate returns what is wrong with the definition.
func (g *Graph) Validate() error { return errors.Join(g.problems...) }

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
