package dataflow

import (
	"context"
	"fmt"
)

// asOfNow takes state in as it comes and queries together, at the end of the
// epoch: only then is state what it is as of now.
type asOfNow[K comparable, Q, S, Out any] struct {
	combiner[K, Q, S, Out]
	node    *node
	queries *exchange[K, Q]
	state   *exchange[K, S]
	tables  []*table[K, *answering[Q, S, Out]]
	touched keysTouched[K, *answering[Q, S, Out]]
	causes  causes // of the epoch
	owing   warning
	out     *port[Out]
}

// answering is the state of a key.
type answering[Q, S, Out any] struct {
	rows  rows[S]
	asked asked[Q, Out]

	// Of the running epoch.
	touched bool
	queries []Delta[Q]
}

func (j *asOfNow[K, Q, S, Out]) absorb(x *turn) error {
	n := j.queries.len() + j.state.len()
	if n == 0 {
		return nil
	}
	j.causes.join(join(j.queries.take(), j.state.take()))
	return x.each(n, func(w *turn) error {
		err := j.state.drain(w, func(k K, v S, diff int) error {
			a, err := j.touch(w, k)
			if err == nil {
				_, err = a.rows.add(v, diff)
			}
			return err
		})
		if err != nil {
			return err
		}
		return j.queries.drain(w, func(k K, q Q, diff int) error {
			a, err := j.touch(w, k)
			if err == nil {
				a.queries = append(a.queries, Delta[Q]{q, diff})
			}
			return err
		})
	})
}

func (j *asOfNow[K, Q, S, Out]) touch(w *turn, k K) (*answering[Q, S, Out], error) {
	a, err := openKey(j.tables[w.worker], k)
	if err == nil && !a.touched {
		a.touched = true
		j.touched.add(w, k, a)
	}
	return a, err
}

func (j *asOfNow[K, Q, S, Out]) step(x *turn) error {
	if err := j.absorb(x); err != nil {
		return err
	}
	cause := j.causes.unique()
	j.causes = causes{}
	return j.touched.settle(x, func(w *turn, k K, a *answering[Q, S, Out]) error {
		w.cause = cause
		return j.settle(w, k, a)
	})
}

// settle answers what is asked and takes back what is not asked any more.
func (j *asOfNow[K, Q, S, Out]) settle(w *turn, k K, a *answering[Q, S, Out]) error {
	a.touched = false
	for _, d := range a.asked.kind.consolidate(a.queries) {
		w.at = j.node
		q, err := a.asked.at(d.Value)
		if err != nil {
			return err
		}
		if d.Diff < 0 {
			a.asked.retract(q, -d.Diff, func(n int, answers []Delta[Out]) { j.give(w, -n, answers) })
		} else if n := a.asked.settleDebt(q, d.Diff); n > 0 {
			answers, err := j.answer(k, d.Value, a)
			if err != nil {
				return err
			}
			a.asked.remember(q, w.epoch, n, answers)
			j.give(w, n, answers)
		}
		a.asked.forget(q)
	}
	w.at, a.queries = j.node, nil
	if a.rows.owing() || a.asked.debts > 0 {
		j.owing.once(w, j.node, k)
	}
	return j.tables[w.worker].save(w, k, a)
}

// answer returns what a query is told now.
func (j *asOfNow[K, Q, S, Out]) answer(k K, q Q, a *answering[Q, S, Out]) ([]Delta[Out], error) {
	if err := a.rows.complete(); err != nil {
		return nil, err
	}
	var answers []Delta[Out]
	for s, n := range a.rows.each {
		answers = append(answers, Delta[Out]{j.both(k, q, s), n})
	}
	if len(answers) == 0 && j.onlyA != nil {
		answers = []Delta[Out]{{j.onlyA(k, q), 1}}
	}
	return answers, nil
}

func (j *asOfNow[K, Q, S, Out]) give(w *turn, n int, answers []Delta[Out]) {
	for _, d := range answers {
		j.out.push(w, Delta[Out]{d.Value, n * d.Diff})
	}
}

func (j *asOfNow[K, Q, S, Out]) committed(*turn) {
	for _, t := range j.tables {
		t.trim()
	}
}

func (j *asOfNow[K, Q, S, Out]) recover(_ context.Context, _ *turn) error {
	return recoverTables(j.tables)
}

func (a *answering[Q, S, Out]) open(s stored) {
	a.asked.open(s.part(sideA))
	a.rows.open(s.part(sideB))
}

func (a *answering[Q, S, Out]) empty() bool { return a.rows.empty() && a.asked.empty() }

func (a *answering[Q, S, Out]) load(record, value []byte) error {
	switch {
	case len(record) > 0 && record[0] == sideA:
		return a.asked.load(record[1:], value)
	case len(record) > 0 && record[0] == sideB:
		return a.rows.load(record[1:], value)
	}
	return fmt.Errorf("record %q is of no side", record)
}

func (a *answering[Q, S, Out]) save(put func(record, value []byte)) error {
	if err := a.asked.save(ofSide(sideA, put)); err != nil {
		return err
	}
	return a.rows.save(ofSide(sideB, put))
}
