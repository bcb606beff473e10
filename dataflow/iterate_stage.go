package dataflow

import (
	"context"
	"fmt"
)

// iteration runs the copies of a body, which it calls passes: pass i makes
// collection i+1 of collection i. It keeps the variable as differences: round i of
// the history is what collection i has that collection i-1 lacks, so collection i
// is the sum of rounds 0 to i, and i-1 is a fixpoint if round i is empty. Between
// epochs the last round is empty, unless the limit is reached.
type iteration[T any] struct {
	def     iterationPlan
	node    *node
	builder builder // of the copies, but for plan and scope
	body    []*node
	cause   []*flight // of the epoch

	variable intake[T] // what changes in the collection that the next pass reads
	history  shelf[atRound[T]]
	counts   [][]int // values in each round, by worker; one worker alone may be below 0
	streams  []entered

	passes []*pass[T]
	idle   int    // passes to drop
	stored []byte // the control record as of the last save

	current [][]Delta[T] // by worker: changes of the collection that the pass reads
	changed [][]Delta[T] // by worker: changes of the result in this epoch
	out     *port[T]
}

// An atRound is a value in a round.
type atRound[T any] struct {
	Value T
	Round int
}

// Parts of the state; streams that are entered follow.
const (
	partOfControl = iota
	partOfHistory
	partOfStreams
)

func newIteration[T any](b *builder, n *node, d iterationPlan, in []any) *port[T] {
	it := &iteration[T]{
		def: d, node: n, builder: *b, body: d.nodes(b.g.opts),
		variable: newIntake[T](b), history: newShelf[atRound[T]](b, n, partOfHistory),
		counts: make([][]int, b.workers), current: make([][]Delta[T], b.workers),
		changed: make([][]Delta[T], b.workers), out: new(port[T]),
	}
	in[0].(*port[T]).read(func(x *turn, d Delta[T]) {
		x.at = n
		it.variable.add(x, d)
	})
	for i, e := range d.entered {
		it.streams = append(it.streams, e.hold(b, n, byte(partOfStreams+i), in[1+i]))
	}
	b.run(n, it)
	return it.out
}

// absorb takes in what has come, without computing anything of it.
func (it *iteration[T]) absorb(x *turn) error {
	n := it.waiting()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		for _, s := range it.streams {
			if err := s.gather(w); err != nil {
				return err
			}
		}
		return it.variable.gather(w)
	})
}

// waiting is how many deltas of the inputs the epoch has so far.
func (it *iteration[T]) waiting() int {
	n := it.variable.len()
	for _, s := range it.streams {
		n += s.len()
	}
	return n
}

func (it *iteration[T]) step(x *turn) error {
	n := it.waiting()
	if n == 0 {
		return nil
	}
	if err := it.absorb(x); err != nil {
		return err
	}
	it.cause = it.causes()
	if err := it.drop(x); err != nil {
		return err
	}
	if err := x.each(n, it.begin); err != nil {
		return err
	}
	if err := it.settle(x); err != nil {
		return err
	}
	return it.finish(x)
}

func (it *iteration[T]) causes() []*flight {
	var all causes
	all.join(it.variable.in.take())
	for _, s := range it.streams {
		all.join(s.causes())
	}
	return all.unique()
}

// finish outputs what the epoch has changed, and saves it.
func (it *iteration[T]) finish(x *turn) error {
	err := x.each(total(it.changed), func(w *turn) error {
		w.cause = it.cause
		list := it.variable.consolidate(it.changed[w.worker])
		for _, d := range list {
			it.out.push(w, d)
		}
		it.changed[w.worker] = emptied(list)
		it.current[w.worker] = emptied(it.current[w.worker])
		w.at = it.node
		for _, s := range it.streams {
			if err := s.save(w); err != nil {
				return err
			}
		}
		return it.history.save(w)
	})
	for _, s := range it.streams {
		s.reset()
	}
	it.variable.in.take() // part of the same
	it.cause = nil
	it.spare()
	it.control(x)
	return err
}

func (it *iteration[T]) committed(x *turn) {
	for _, p := range it.passes {
		p.committed(x)
	}
	for _, s := range it.streams {
		s.trim()
	}
	it.history.trim()
}

func (it *iteration[T]) recover(ctx context.Context, x *turn) error {
	if err := it.readControl(x); err != nil {
		return err
	}
	for i, p := range it.passes {
		if err := p.recover(ctx, x); err != nil {
			return &opError{it.node, fmt.Errorf("iteration %d: %w", i+1, err)}
		}
	}
	for _, s := range it.streams {
		if err := s.recover(); err != nil {
			return err
		}
	}
	return it.history.recover()
}
