package dataflow

import "fmt"

// The first byte of a record says which side it is of.
const (
	sideA = iota
	sideB
)

// A pair is the state of a key of a join: the rows of both sides.
type pair[A, B any] struct {
	a rows[A]
	b rows[B]

	// Of the running epoch.
	touched bool
	aloneA  bool // the rows of a are out by themselves
	aloneB  bool
}

func (p *pair[A, B]) open(s stored) {
	p.a.open(s.part(sideA))
	p.b.open(s.part(sideB))
}

func (p *pair[A, B]) empty() bool { return p.a.empty() && p.b.empty() }

func (p *pair[A, B]) load(record, value []byte) error {
	switch {
	case len(record) > 0 && record[0] == sideA:
		return p.a.load(record[1:], value)
	case len(record) > 0 && record[0] == sideB:
		return p.b.load(record[1:], value)
	}
	return fmt.Errorf("record %q is of no side", record)
}

func (p *pair[A, B]) save(put func(record, value []byte)) error {
	if err := p.a.save(ofSide(sideA, put)); err != nil {
		return err
	}
	return p.b.save(ofSide(sideB, put))
}

// ofSide returns a put that says which side a record is of.
func ofSide(side byte, put func(record, value []byte)) func(record, value []byte) {
	var at []byte
	return func(record, value []byte) {
		at = append(append(at[:0], side), record...)
		put(at, value)
	}
}
