package dataflow

import (
	"encoding/binary"
	"fmt"
)

// asked are the queries of a key with the answers that they were given.
//
// A record is named by the query, its length before it, and the epoch in which it
// was answered; it has how often it was asked then, and the answers. The record
// of epoch 0 has how many retractions have come without their query.
type asked[Q, Out any] struct {
	kind  *askedKind[Q, Out]
	by    map[uint64][]*question[Q, Out] // hash of the query -> queries
	debts int                            // queries with more retractions than insertions
	dirty []answeredAt[Q, Out]
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

// answeredAt names a record.
type answeredAt[Q, Out any] struct {
	question *question[Q, Out]
	given    *given[Out] // nil: the debt
}

func newAskedKind[Q, Out any](b *builder) *askedKind[Q, Out] {
	c := CBOR[Q]()
	return &askedKind[Q, Out]{identityOf(c), c, CBOR[given[Out]](), b.g.opts.Backend != nil}
}

func (k *askedKind[Q, Out]) none() asked[Q, Out] { return asked[Q, Out]{kind: k} }

func (a *asked[Q, Out]) empty() bool { return len(a.by) == 0 }

func (a *asked[Q, Out]) find(q Q) *question[Q, Out] {
	for _, found := range a.by[a.kind.hash(q)] {
		if a.kind.equal(found.query, q) {
			return found
		}
	}
	return nil
}

func (a *asked[Q, Out]) at(q Q) *question[Q, Out] {
	if found := a.find(q); found != nil {
		return found
	}
	if a.by == nil {
		a.by = make(map[uint64][]*question[Q, Out])
	}
	made, h := &question[Q, Out]{query: q}, a.kind.hash(q)
	a.by[h] = append(a.by[h], made)
	return made
}

// remember keeps that q was given answers n times.
func (a *asked[Q, Out]) remember(q Q, e Epoch, n int, answers []Delta[Out]) {
	at, g := a.at(q), &given[Out]{epoch: e, N: n, Answers: answers}
	at.given = append(at.given, g)
	a.changed(at, g)
}

// settleDebt returns how many of n queries are to be answered, after those whose
// retraction has come already.
func (a *asked[Q, Out]) settleDebt(q Q, n int) int {
	at := a.find(q)
	if at == nil || at.debt == 0 {
		return n
	}
	paid := min(n, at.debt)
	a.owe(at, -paid)
	return n - paid
}

// retract calls undo for the n oldest times that q was answered.
func (a *asked[Q, Out]) retract(q Q, n int, undo func(n int, answers []Delta[Out])) {
	at := a.at(q)
	for n > 0 && len(at.given) > 0 {
		g := at.given[0]
		undone := min(n, g.N)
		undo(undone, g.Answers)
		n -= undone
		g.N -= undone
		if g.N == 0 {
			at.given[0] = nil
			at.given = at.given[1:]
		}
		a.changed(at, g)
	}
	if n > 0 {
		a.owe(at, n)
	}
	a.forget(at)
}

func (a *asked[Q, Out]) owe(at *question[Q, Out], more int) {
	was := at.debt
	at.debt += more
	switch {
	case was == 0 && at.debt > 0:
		a.debts++
	case was > 0 && at.debt == 0:
		a.debts--
	}
	a.changed(at, nil)
	a.forget(at)
}

// forget drops a question of which nothing is to be known.
func (a *asked[Q, Out]) forget(at *question[Q, Out]) {
	if len(at.given) > 0 || at.debt != 0 {
		return
	}
	h := a.kind.hash(at.query)
	list := a.by[h]
	for i, other := range list {
		if other == at {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			list = list[:len(list)-1]
			break
		}
	}
	if a.by[h] = list; len(list) == 0 {
		delete(a.by, h)
	}
}

func (a *asked[Q, Out]) changed(at *question[Q, Out], g *given[Out]) {
	if a.kind.durable {
		a.dirty = append(a.dirty, answeredAt[Q, Out]{at, g})
	}
}

func (a *asked[Q, Out]) load(record, value []byte) error {
	n, size := binary.Uvarint(record)
	if size <= 0 || uint64(len(record)-size) != n+8 {
		return fmt.Errorf("%q is not the name of a query", record)
	}
	q, err := a.kind.query.Decode(record[size : size+int(n)])
	if err != nil {
		return err
	}
	at, epoch := a.at(q), Epoch(binary.BigEndian.Uint64(record[size+int(n):]))
	if epoch == 0 {
		debt, size := binary.Uvarint(value)
		if size <= 0 {
			return fmt.Errorf("%q is not a number", value)
		}
		at.debt = int(debt)
		a.debts++
		return nil
	}
	g, err := a.kind.given.Decode(value)
	if err != nil {
		return err
	}
	g.epoch = epoch
	at.given = append(at.given, &g)
	return nil
}

func (a *asked[Q, Out]) save(put func(record, value []byte)) error {
	for _, d := range a.dirty {
		q, err := a.kind.query.Encode(nil, d.question.query)
		if err != nil {
			return err
		}
		record := append(binary.AppendUvarint(nil, uint64(len(q))), q...)
		switch {
		case d.given == nil && d.question.debt == 0:
			put(binary.BigEndian.AppendUint64(record, 0), nil)
		case d.given == nil:
			put(binary.BigEndian.AppendUint64(record, 0), binary.AppendUvarint(nil, uint64(d.question.debt)))
		case d.given.N == 0:
			put(binary.BigEndian.AppendUint64(record, uint64(d.given.epoch)), nil)
		default:
			b, err := a.kind.given.Encode(nil, *d.given)
			if err != nil {
				return err
			}
			put(binary.BigEndian.AppendUint64(record, uint64(d.given.epoch)), b)
		}
	}
	a.dirty = nil
	return nil
}
