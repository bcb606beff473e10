package dataflow

import "slices"

// asked are the queries of a key with the answers that they were given.
type asked[Q, Out any] struct {
	kind  *askedKind[Q, Out]
	by    map[uint64][]*question[Q, Out] // hash of the query -> queries
	debts int                            // queries with more retractions than insertions
	dirty []answeredAt[Q, Out]
	rest  *stored // has the questions that are not in memory; nil: there are no others
}

type askedKind[Q, Out any] struct {
	identity[Q]
	query   Codec[Q]
	given   Codec[given[Out]]
	durable bool
}

// A question is a query. It has been given answers, or it has a debt, or neither
// for as long as it is to be saved.
type question[Q, Out any] struct {
	query Q
	given []*given[Out] // the oldest first
	debt  int
}

// given is what a query was answered in one epoch.
type given[Out any] struct {
	epoch   Epoch
	N       int // times that the query was asked
	Answers []Delta[Out]
}

func newAskedKind[Q, Out any](b *builder) *askedKind[Q, Out] {
	c := CBOR[Q]()
	return &askedKind[Q, Out]{identityOf(c), c, CBOR[given[Out]](), b.g.opts.Backend != nil}
}

func (k *askedKind[Q, Out]) none() asked[Q, Out] { return asked[Q, Out]{kind: k} }

func (a *asked[Q, Out]) empty() bool { return a.rest == nil && len(a.by) == 0 }

// open says where the records are. Those of a query are read when it is asked
// for, for it may be one of very many.
func (a *asked[Q, Out]) open(s stored) { a.rest = &s }

func (a *asked[Q, Out]) find(q Q) *question[Q, Out] {
	for _, found := range a.by[a.kind.hash(q)] {
		if a.kind.equal(found.query, q) {
			return found
		}
	}
	return nil
}

// at returns the question of q, which is to be forgotten after use.
func (a *asked[Q, Out]) at(q Q) (*question[Q, Out], error) {
	if found := a.find(q); found != nil {
		return found, nil
	}
	if a.rest == nil {
		return a.made(q), nil
	}
	name, err := a.kind.name(q)
	if err != nil {
		return nil, err
	}
	err = a.rest.part(name...).each(func(epoch, value []byte) error {
		return a.load(append(name[:len(name):len(name)], epoch...), value)
	})
	if err != nil {
		return nil, err
	}
	if found := a.find(q); found != nil {
		return found, nil
	}
	return a.made(q), nil
}

// made returns a new question.
func (a *asked[Q, Out]) made(q Q) *question[Q, Out] {
	if a.by == nil {
		a.by = make(map[uint64][]*question[Q, Out])
	}
	made, h := &question[Q, Out]{query: q}, a.kind.hash(q)
	a.by[h] = append(a.by[h], made)
	return made
}

// remember keeps that q was given answers n times.
func (a *asked[Q, Out]) remember(q *question[Q, Out], e Epoch, n int, answers []Delta[Out]) {
	g := &given[Out]{epoch: e, N: n, Answers: answers}
	q.given = append(q.given, g)
	a.changed(q, g)
}

// settleDebt returns how many of n queries are to be answered, after those whose
// retraction has come already.
func (a *asked[Q, Out]) settleDebt(q *question[Q, Out], n int) int {
	paid := min(n, q.debt)
	if paid > 0 {
		a.owe(q, -paid)
	}
	return n - paid
}

// retract calls undo for the n oldest times that q was answered.
func (a *asked[Q, Out]) retract(q *question[Q, Out], n int, undo func(n int, answers []Delta[Out])) {
	for n > 0 && len(q.given) > 0 {
		g := q.given[0]
		undone := min(n, g.N)
		undo(undone, g.Answers)
		n -= undone
		g.N -= undone
		if g.N == 0 {
			q.given[0] = nil
			q.given = q.given[1:]
		}
		a.changed(q, g)
	}
	if n > 0 {
		a.owe(q, n)
	}
}

func (a *asked[Q, Out]) owe(q *question[Q, Out], more int) {
	was := q.debt
	q.debt += more
	switch {
	case was == 0 && q.debt > 0:
		a.debts++
	case was > 0 && q.debt == 0:
		a.debts--
	}
	a.changed(q, nil)
}

// forget drops a question of which nothing is to be known.
func (a *asked[Q, Out]) forget(q *question[Q, Out]) {
	if len(q.given) > 0 || q.debt != 0 {
		return
	}
	h := a.kind.hash(q.query)
	list := a.by[h]
	i := slices.Index(list, q)
	if list = slices.Delete(list, i, i+1); len(list) == 0 {
		delete(a.by, h)
		return
	}
	a.by[h] = list
}

func (a *asked[Q, Out]) changed(at *question[Q, Out], g *given[Out]) {
	if a.kind.durable {
		a.dirty = append(a.dirty, answeredAt[Q, Out]{at, g})
	}
}
