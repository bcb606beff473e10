package dataflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The program may change between two runs over one backend. What an operator
// with state is - its kind and the types that it keeps - is stored with its
// state. At start an operator that is the same goes on with its state. One that
// is new, or another than it was, begins empty and is given its input again, as
// is everything behind it; if that cannot be done, Run says why and does nothing.
// The state of an operator that is gone is removed. A function that does something
// else than before is not noticed.

// A Resetter is a sink that can begin again: Reset forgets everything that was
// written to it, as part of the epoch that then writes all of it.
type Resetter interface {
	Reset(tx *Tx) error
}

// An edge is where a running operator reads another.
type edge struct {
	from, to    *node
	port        source
	first, last int // its functions among the readers of the port
}

// A source is a port of any type.
type source interface {
	readers() int
	scannable() bool
	backfill(x *turn, first, last int) error
}

func (p *port[T]) readers() int    { return len(p.out) }
func (p *port[T]) scannable() bool { return p.scan != nil }

// backfill gives the collection as of the last commit to some of the readers.
func (p *port[T]) backfill(x *turn, first, last int) error {
	return p.scan(x, func(x *turn, d Delta[T]) {
		for _, f := range p.out[first:last] {
			f(x, d)
		}
	})
}

// signature says what n keeps; "" if it keeps nothing that could become wrong.
func (n *node) signature() string {
	switch {
	case n.sink:
		return "sink"
	case n.types != "":
		return n.kind + ": " + n.types
	}
	return ""
}

// keptAs is the name of what n keeps.
func (n *node) keptAs() string {
	if n.state != "" {
		return n.state
	}
	return n.name
}

// A revision is how the program differs from the one that wrote the state.
type revision struct {
	g       *Graph
	stored  map[string]string // signatures by name
	known   bool              // signatures were stored at all
	changed map[*node]bool    // nodes that are not what they were, and what is behind them
}

// revise compares the program with the stored state.
func (g *Graph) revise() (*revision, error) {
	r := &revision{g: g, stored: make(map[string]string), changed: make(map[*node]bool)}
	prefix := g.keys.signature("")
	prefix = prefix[:len(prefix)-1]
	err := g.backend.Scan(prefix, func(k, b []byte) error {
		r.known = true
		if name := strings.TrimSuffix(string(k[len(prefix):]), "\x00"); name != "" {
			r.stored[name] = string(b)
		}
		return nil
	})
	if err != nil || !r.known {
		return r, err
	}
	for _, e := range g.running.edges {
		if r.isNew(e.to) || r.changed[e.from] {
			r.changed[e.to] = true
		}
	}
	return r, nil
}

func (r *revision) isNew(n *node) bool {
	s := n.signature()
	return s != "" && r.stored[n.keptAs()] != s
}

// check returns why what has changed cannot be computed again.
func (r *revision) check() error {
	var problems []error
	for _, e := range r.g.running.edges {
		if !r.changed[e.to] {
			continue
		}
		switch {
		case e.to.kind == "async":
			problems = append(problems, r.refused(e.to, "its results would have to be computed again"))
		case !r.changed[e.from] && !e.port.scannable():
			problems = append(problems, r.refused(e.to, fmt.Sprintf("what it reads, %s, is not kept and cannot be read again", e.from)))
		}
		if _, ok := e.to.object.(Resetter); e.to.sink && !ok && r.stored[e.to.keptAs()] != "" {
			problems = append(problems, r.refused(e.to, "it has what was written before and no method Reset"))
		}
	}
	return errors.Join(problems...)
}

func (r *revision) refused(n *node, why string) error {
	what := "reads something that has changed"
	switch was := r.stored[n.keptAs()]; {
	case r.isNew(n) && was == "":
		what = "is new"
	case r.isNew(n):
		what = fmt.Sprintf("was %q and is %q", was, n.signature())
	}
	return fmt.Errorf("%s %s, but there is state of earlier runs: %s; undo the change, or begin with an empty backend or another Options.Prefix", n, what, why)
}

// forget removes the state of what has changed or is gone. Its signature goes
// first, so that a crash on the way has it done again.
func (r *revision) forget() error {
	g := r.g
	var names []string
	kept := make(map[string]bool)
	for _, n := range g.running.nodes {
		if n.signature() == "" {
			continue
		}
		kept[n.keptAs()] = true
		if r.changed[n] && !n.sink {
			names = append(names, n.keptAs())
		}
	}
	for name := range r.stored {
		if !kept[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		g.log.Info("removing the state of an operator that is not what it was", "operator", name, "was", r.stored[name])
		if err := g.backend.Commit([]Write{{Key: g.keys.signature(name), Delete: true}}, false); err != nil {
			return err
		}
		for _, prefix := range g.keys.all(name) {
			if err := removeAll(g.backend, prefix); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeAll(b Backend, prefix []byte) error {
	const at = 1 << 14
	var writes []Write
	flush := func() error {
		w := writes
		writes = nil
		return b.Commit(w, false)
	}
	err := b.Scan(prefix, func(k, _ []byte) error {
		writes = append(writes, Write{Key: slices.Clone(k), Delete: true})
		if len(writes) < at {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// signatures returns what stores the program's signatures.
func (r *revision) signatures() (list []Write) {
	if !r.known {
		list = append(list, Write{Key: r.g.keys.signature(""), Value: []byte{}})
	}
	for _, n := range r.g.running.nodes {
		if s := n.signature(); s != "" && r.stored[n.keptAs()] != s {
			list = append(list, Write{Key: r.g.keys.signature(n.keptAs()), Value: []byte(s)})
		}
	}
	return list
}

// rebuild computes what has changed from what has not, as one epoch. The next
// epoch that is written stores the signatures.
func (r *revision) rebuild(ctx context.Context, x *turn) error {
	g := r.g
	g.unsigned = r.signatures()
	if len(r.changed) == 0 {
		return nil
	}
	for _, n := range g.running.nodes {
		if s, ok := n.object.(Resetter); ok && n.sink && r.changed[n] {
			g.log.Info("writing to a sink again", "sink", n.name)
			x.at, x.output = n, true
			if err := x.guard(func() error { return s.Reset(x.tx) }); err != nil {
				return err
			}
		}
	}
	for _, e := range g.running.edges {
		if !r.changed[e.to] || r.changed[e.from] {
			continue
		}
		x.at = e.to
		if err := x.guard(func() error { return e.port.backfill(x, e.first, e.last) }); err != nil {
			return err
		}
	}
	if err := g.step(x); err != nil {
		return err
	}
	x.output = true
	return g.commit(ctx, x)
}
