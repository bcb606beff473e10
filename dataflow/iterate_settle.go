package dataflow

import "fmt"

// begin puts the epoch's changes of the inputs where they are kept.
func (it *iteration[T]) begin(w *turn) error {
	for _, s := range it.streams {
		if err := s.settle(w); err != nil {
			return err
		}
	}
	start := it.variable.net(w)
	it.current[w.worker] = append(it.current[w.worker][:0], start...)
	it.variable.clear(w.worker)
	return it.record(w, 0, it.current[w.worker])
}

// settle runs one pass after another until nothing changes any more.
func (it *iteration[T]) settle(x *turn) error {
	whole := len(it.passes) == 0 // it.current is all of the collection
	for i := 0; ; i++ {
		fresh := i == len(it.passes)
		if fresh && it.settled(i) {
			return it.excess(i)
		}
		if !fresh && !it.touches() {
			return nil // what follows does not change either
		}
		if err := x.guard(func() error { return it.pass(x, i, fresh, whole) }); err != nil {
			return &opError{it.node, fmt.Errorf("iteration %d: %w", i+1, err)}
		}
		whole = whole || fresh
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
func (it *iteration[T]) touches() bool { return it.inputs(false) > 0 }

// count returns how many values are in round i.
func (it *iteration[T]) count(i int) (n int) {
	for _, counts := range it.counts {
		if i < len(counts) {
			n += counts[i]
		}
	}
	return n
}

// pass makes the changes of collection i+1 of those of collection i. A fresh pass
// makes all of it, of all of its input.
func (it *iteration[T]) pass(x *turn, i int, fresh, whole bool) error {
	if fresh {
		it.passes = append(it.passes, it.newPass(i))
		if err := it.fill(i, whole); err != nil {
			return err
		}
	}
	p := it.passes[i]
	err := x.each(it.inputs(fresh), func(w *turn) error {
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

// inputs is how many deltas the next pass gets.
func (it *iteration[T]) inputs(fresh bool) int {
	n := total(it.current)
	for _, s := range it.streams {
		if fresh {
			n += s.filled()
		} else {
			n += s.len()
		}
	}
	return n
}

// fill makes all of the streams ready for a new pass and, unless that is what
// it.current has, all of collection i.
func (it *iteration[T]) fill(i int, whole bool) error {
	for _, s := range it.streams {
		if err := s.fill(); err != nil {
			return err
		}
	}
	if whole {
		return nil
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
	it.variable.clear(w.worker)
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
