package dataflow

import "context"

// joiner outputs the matches of a change when it is absorbed: a change of a with
// the rows of b as they are then, and the other way round. Whatever the order, that
// adds up. Rows by themselves come and go at the end of the epoch, so that a
// side which is empty only within it makes no difference.
type joiner[K comparable, A, B, Out any] struct {
	combiner[K, A, B, Out]
	node    *node
	a       *exchange[K, A]
	b       *exchange[K, B]
	tables  []*table[K, *pair[A, B]]
	touched keysTouched[K, *pair[A, B]]
	causes  causes // of the epoch
	owing   warning
	out     *port[Out]
}

func (j *joiner[K, A, B, Out]) absorb(x *turn) error {
	n := j.a.len() + j.b.len()
	if n == 0 {
		return nil
	}
	cause := join(j.a.take(), j.b.take())
	j.causes.join(cause)
	return x.each(n, func(w *turn) error {
		w.cause = cause
		if err := j.a.drain(w, func(k K, v A, diff int) error { return j.changeA(w, k, v, diff) }); err != nil {
			return err
		}
		return j.b.drain(w, func(k K, v B, diff int) error { return j.changeB(w, k, v, diff) })
	})
}

func (j *joiner[K, A, B, Out]) changeA(w *turn, k K, v A, diff int) error {
	p, err := j.touch(w, k)
	if err != nil {
		return err
	}
	more, err := p.a.add(v, diff)
	if err != nil || more == 0 {
		return err
	}
	if err := p.b.complete(); err != nil {
		return err
	}
	for v2, n := range p.b.each {
		w.at = j.node
		j.out.push(w, Delta[Out]{j.both(k, v, v2), more * n})
	}
	if p.aloneA {
		w.at = j.node
		j.out.push(w, Delta[Out]{j.onlyA(k, v), more})
	}
	return nil
}

func (j *joiner[K, A, B, Out]) changeB(w *turn, k K, v B, diff int) error {
	p, err := j.touch(w, k)
	if err != nil {
		return err
	}
	more, err := p.b.add(v, diff)
	if err != nil || more == 0 {
		return err
	}
	if err := p.a.complete(); err != nil {
		return err
	}
	for v2, n := range p.a.each {
		w.at = j.node
		j.out.push(w, Delta[Out]{j.both(k, v2, v), more * n})
	}
	if p.aloneB {
		w.at = j.node
		j.out.push(w, Delta[Out]{j.onlyB(k, v), more})
	}
	return nil
}

// touch returns the state of k. The first time in an epoch it notes what is out.
func (j *joiner[K, A, B, Out]) touch(w *turn, k K) (*pair[A, B], error) {
	w.at = j.node
	p, err := openKey(j.tables[w.worker], k)
	if err != nil || p.touched {
		return p, err
	}
	p.touched = true
	j.touched.add(w, k, p)
	p.aloneA, p.aloneB, err = j.alone(p)
	return p, err
}

// alone tells which side's rows come out by themselves.
func (j *joiner[K, A, B, Out]) alone(p *pair[A, B]) (a, b bool, err error) {
	if j.onlyA == nil && j.onlyB == nil {
		return false, false, nil
	}
	someA, err := p.a.some()
	if err != nil {
		return false, false, err
	}
	someB, err := p.b.some()
	return j.onlyA != nil && someA && !someB, j.onlyB != nil && someB && !someA, err
}

func (j *joiner[K, A, B, Out]) step(x *turn) error {
	if err := j.absorb(x); err != nil {
		return err
	}
	cause := j.causes.unique()
	j.causes = causes{}
	return j.touched.settle(x, func(w *turn, k K, p *pair[A, B]) error {
		w.cause = cause
		return j.settle(w, k, p)
	})
}

func (j *joiner[K, A, B, Out]) settle(w *turn, k K, p *pair[A, B]) error {
	w.at, p.touched = j.node, false
	a, b, err := j.alone(p)
	if err != nil {
		return err
	}
	if a != p.aloneA {
		if err := turnOut(w, j.node, &p.a, a, j.out, func(v A) Out { return j.onlyA(k, v) }); err != nil {
			return err
		}
	}
	if b != p.aloneB {
		if err := turnOut(w, j.node, &p.b, b, j.out, func(v B) Out { return j.onlyB(k, v) }); err != nil {
			return err
		}
	}
	if p.a.owing() || p.b.owing() {
		j.owing.once(w, j.node, k)
	}
	return j.tables[w.worker].save(w, k, p)
}

// turnOut outputs every row, or takes it back.
func turnOut[V, Out any](w *turn, n *node, r *rows[V], on bool, to *port[Out], out func(V) Out) error {
	if err := r.complete(); err != nil {
		return err
	}
	sign := -1
	if on {
		sign = +1
	}
	for v, count := range r.each {
		w.at = n
		to.push(w, Delta[Out]{out(v), sign * count})
	}
	w.at = n
	return nil
}

func (j *joiner[K, A, B, Out]) committed(*turn) {
	for _, t := range j.tables {
		t.trim()
	}
}

func (j *joiner[K, A, B, Out]) recover(_ context.Context, _ *turn) error {
	return recoverTables(j.tables)
}
