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
	def     iterationPlan[T]
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

func newIteration[T any](b *builder, n *node, d iterationPlan[T], in []any) *port[T] {
	it := &iteration[T]{
		def: d, node: n, builder: *b, body: d.nodes(),
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

// begin puts the epoch's changes of the inputs where they are kept.
func (it *iteration[T]) begin(w *turn) error {
	for _, s := range it.streams {
		if err := s.settle(w); err != nil {
			return err
		}
	}
	start := it.variable.net(w)
	it.current[w.worker] = append(it.current[w.worker][:0], start...)
	it.variable.lists[w.worker] = emptied(it.variable.lists[w.worker])
	return it.record(w, 0, it.current[w.worker])
}

// settle runs one pass after another until nothing changes any more.
func (it *iteration[T]) settle(x *turn) error {
	for i := 0; ; i++ {
		fresh := i == len(it.passes)
		if fresh && it.settled(i) {
			return it.excess(i)
		}
		if !fresh && !it.touches() {
			return nil // what follows does not change either
		}
		if err := x.guard(func() error { return it.pass(x, i, fresh) }); err != nil {
			return &opError{it.node, fmt.Errorf("iteration %d: %w", i+1, err)}
		}
	}
}

// settled tells whether collection i, which no pass reads yet, is the result.
func (it *iteration[T]) settled(i int) bool {
	return i > 0 && (i >= it.def.limit.n || it.count(i) == 0)
}

func (it *iteration[T]) excess(i int) error {
	if it.def.limit.strict && it.count(i) != 0 {
		return fmt.Errorf("has not settled after %d iterations, which is the limit", i)
	}
	return nil
}

// touches tells whether the next pass has anything to do in this epoch.
func (it *iteration[T]) touches() bool {
	n := total(it.current)
	for _, s := range it.streams {
		n += s.len()
	}
	return n > 0
}

// count returns how many values are in round i.
func (it *iteration[T]) count(i int) (n int) {
	for _, counts := range it.counts {
		if i < len(counts) {
			n += counts[i]
		}
	}
	return n
}

// pass makes the changes of collection i+1 of those of collection i.
func (it *iteration[T]) pass(x *turn, i int, fresh bool) error {
	if fresh {
		it.passes = append(it.passes, it.newPass(i))
		if err := it.fill(i); err != nil {
			return err
		}
	}
	p, n := it.passes[i], total(it.current)
	for _, s := range it.streams {
		if n += s.len(); fresh {
			n += s.filled()
		}
	}
	err := x.each(n, func(w *turn) error {
		w.cause = it.cause
		p.push(w, it.current[w.worker], it.streams, fresh)
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.step(x); err != nil {
		return err
	}
	x.at = it.node
	return x.each(it.variable.in.len()+total(it.current), func(w *turn) error { return it.advance(w, i) })
}

// fill gives a new pass all of its input: the streams and collection i.
func (it *iteration[T]) fill(i int) error {
	for _, s := range it.streams {
		if err := s.fill(); err != nil {
			return err
		}
	}
	for w := range it.current {
		it.current[w] = it.current[w][:0]
	}
	err := it.history.each(func(worker int, v atRound[T], n int) {
		if v.Round <= i {
			it.current[worker] = append(it.current[worker], Delta[T]{v.Value, n})
		}
	})
	for w := range it.current {
		it.current[w] = it.variable.consolidate(it.current[w])
	}
	return err
}

// advance replaces the changes of collection i by those of collection i+1, and
// records by how much they differ.
func (it *iteration[T]) advance(w *turn, i int) error {
	if err := it.variable.gather(w); err != nil {
		return err
	}
	now := it.variable.net(w)
	before := it.current[w.worker]
	difference := make([]Delta[T], 0, len(now)+len(before))
	difference = append(difference, now...)
	for _, d := range before {
		difference = append(difference, Delta[T]{d.Value, -d.Diff})
	}
	it.current[w.worker] = append(before[:0], now...)
	it.variable.lists[w.worker] = emptied(now)
	return it.record(w, i+1, it.variable.consolidate(difference))
}

// record adds changes to round i. They are changes of the result as well, which is
// the sum of all rounds.
func (it *iteration[T]) record(w *turn, i int, changes []Delta[T]) error {
	counts := &it.counts[w.worker]
	for len(*counts) <= i {
		*counts = append(*counts, 0)
	}
	for _, d := range changes {
		n, err := it.history.add(w, it.variable.digest(d.Value), atRound[T]{d.Value, i}, d.Diff)
		if err != nil {
			return err
		}
		switch {
		case n == 0:
			(*counts)[i]--
		case n == d.Diff:
			(*counts)[i]++
		}
	}
	it.changed[w.worker] = append(it.changed[w.worker], changes...)
	return nil
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
