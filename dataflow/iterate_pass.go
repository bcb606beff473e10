package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
)

// A pass is one copy of the body of an iteration.
type pass[T any] struct {
	plan     *plan
	variable *port[T] // nil if the body does not read it
	streams  []any    // ports of what is entered; nil for what is not read
}

// newPass makes pass i, which has no state yet and pushes at it.variable.
func (it *iteration[T]) newPass(i int) *pass[T] {
	b := it.builder
	b.plan, b.scope = new(plan), it.scope(i)
	ports := make(map[int]any, len(it.body))
	for n, p := range b.build(it.body) {
		if n.sink || len(n.inputs) == 0 {
			ports[n.id] = p
		}
	}
	p := &pass[T]{plan: b.plan}
	p.variable, _ = ports[it.def.variable.id].(*port[T])
	for _, e := range it.def.entered {
		p.streams = append(p.streams, ports[e.to.id])
	}
	ports[it.def.result.id].(*port[T]).read(it.variable.add)
	return p
}

// scope comes before the names of the state of pass i. It makes that state part of
// the iteration's own: no part's name begins with this byte, and no name of an
// operator has a zero byte.
func (it *iteration[T]) scope(i int) string {
	return fmt.Sprintf("%s%s\x00\xff%d/", it.builder.scope, it.node.state, i)
}

// push hands the changes of the variable and of what is entered to the pass, or
// all of what is entered.
func (p *pass[T]) push(w *turn, changes []Delta[T], streams []entered, all bool) {
	if p.variable != nil {
		for _, d := range changes {
			p.variable.push(w, d)
		}
	}
	for i, s := range streams {
		if p.streams[i] != nil {
			s.push(w, p.streams[i], all)
		}
	}
}

func (p *pass[T]) step(x *turn) error {
	for _, o := range p.plan.ops {
		s, ok := o.stage.(stage)
		if !ok {
			continue
		}
		x.at, x.cause = o.node, nil
		if err := x.guard(func() error { return s.step(x) }); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass[T]) committed(x *turn) {
	for _, c := range stages[committer](p.plan) {
		c.committed(x)
	}
}

func (p *pass[T]) recover(ctx context.Context, x *turn) error {
	for _, o := range p.plan.ops {
		r, ok := o.stage.(recoverer)
		if !ok {
			continue
		}
		x.at = o.node
		if err := x.guard(func() error { return r.recover(ctx, x) }); err != nil {
			return err
		}
	}
	return nil
}

// spare decides which passes the next epoch drops. To have some more than needed
// is cheaper than to compute one again whenever the number goes up and down.
func (it *iteration[T]) spare() {
	needed := 1
	for needed < len(it.passes) && it.count(needed) != 0 {
		needed++
	}
	for i := needed; i <= len(it.passes); i++ {
		if it.count(i) != 0 {
			return
		}
	}
	if len(it.passes) > 2*needed+2 {
		it.idle = len(it.passes) - (needed + needed/2 + 1)
	}
}

// drop removes idle passes with their state, of which this epoch has not written
// anything yet.
func (it *iteration[T]) drop(x *turn) error {
	keep := len(it.passes) - it.idle
	for i := keep; i < len(it.passes) && x.g.opts.Backend != nil; i++ {
		prefix := x.g.keys.key('s', it.scope(i), "")
		prefix = prefix[:len(prefix)-1] // names follow
		err := x.g.backend.Scan(prefix, func(k, _ []byte) error {
			x.tx.Delete(k)
			return nil
		})
		if err != nil {
			return fmt.Errorf("removing the state of iteration %d: %w", i+1, err)
		}
	}
	clear(it.passes[keep:])
	it.passes, it.idle = it.passes[:keep], 0
	for w, counts := range it.counts {
		it.counts[w] = counts[:min(len(counts), keep+1)]
	}
	return nil
}

// control makes the number of passes and the sizes of the rounds part of the epoch.
func (it *iteration[T]) control(x *turn) {
	if x.g.opts.Backend == nil {
		return
	}
	b := binary.AppendUvarint(nil, uint64(len(it.passes)))
	for i := range len(it.passes) + 1 {
		b = binary.AppendUvarint(b, uint64(it.count(i)))
	}
	if string(b) != string(it.stored) {
		it.stored = b
		x.writes = append(x.writes, Write{Key: it.controlKey(x), Value: b})
	}
}

func (it *iteration[T]) controlKey(x *turn) []byte {
	return x.g.keys.state(it.builder.scope+it.node.state, partOfControl)
}

// readControl makes the passes that there were.
func (it *iteration[T]) readControl(x *turn) error {
	b, err := x.g.backend.Get(it.controlKey(x))
	if err != nil || b == nil {
		return err
	}
	it.stored = b
	next := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			err = fmt.Errorf("reading the rounds: %q is not a list of numbers", it.stored)
			return 0
		}
		b = b[size:]
		return int(n)
	}
	passes := next()
	for i := 0; i <= passes && err == nil; i++ {
		it.counts[0] = append(it.counts[0], next())
	}
	for i := 0; i < passes && err == nil; i++ {
		it.passes = append(it.passes, it.newPass(i))
	}
	return err
}
