package dataflow

import (
	"encoding/binary"
	"fmt"
)

// answeredAt names a record: the query, its length before it, and the epoch in which
// it was answered. The record has how often it was asked then, and the answers.
// That of epoch 0 has how many retractions have come without their query.
type answeredAt[Q, Out any] struct {
	question *question[Q, Out]
	given    *given[Out] // nil: the debt
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
	at, epoch := a.find(q), Epoch(binary.BigEndian.Uint64(record[size+int(n):]))
	if at == nil {
		at = a.made(q)
	}
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

// name returns what the records of a query begin with.
func (k *askedKind[Q, Out]) name(q Q) ([]byte, error) {
	b, err := k.query.Encode(nil, q)
	if err != nil {
		return nil, fmt.Errorf("encoding a query: %w", err)
	}
	return append(binary.AppendUvarint(nil, uint64(len(b))), b...), nil
}

func (a *asked[Q, Out]) save(put func(record, value []byte)) error {
	for _, d := range a.dirty {
		name, err := a.kind.name(d.question.query)
		if err != nil {
			return err
		}
		epoch, value, err := d.record(a.kind.given)
		if err != nil {
			return err
		}
		put(binary.BigEndian.AppendUint64(name, uint64(epoch)), value)
	}
	a.dirty = nil
	return nil
}

// record returns what is to be stored: nil for nothing.
func (d answeredAt[Q, Out]) record(c Codec[given[Out]]) (e Epoch, value []byte, err error) {
	switch {
	case d.given == nil && d.question.debt == 0:
		return 0, nil, nil
	case d.given == nil:
		return 0, binary.AppendUvarint(nil, uint64(d.question.debt)), nil
	case d.given.N == 0:
		return d.given.epoch, nil, nil
	}
	value, err = c.Encode(nil, *d.given)
	if err != nil {
		return 0, nil, fmt.Errorf("encoding the answers to a query: %w", err)
	}
	return d.given.epoch, value, nil
}
