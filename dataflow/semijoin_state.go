package dataflow

import (
	"encoding/binary"
	"fmt"
)

// gated is the state of a key.
type gated[A any] struct {
	rows  rows[A]
	n     int     // rows of b
	saved int     // n as it is stored
	rest  *stored // has n; nil: it is known

	// Of the running epoch.
	touched bool
	out     bool // the rows are out
}

func (g *gated[A]) empty() bool { return g.n == 0 && g.rows.empty() }

func (g *gated[A]) open(s stored) {
	g.rows.open(s.part(sideA))
	g.rest = &s
}

// read makes n known.
func (g *gated[A]) read() error {
	if g.rest == nil {
		return nil
	}
	value, err := g.rest.get([]byte{sideB})
	if err != nil {
		return err
	}
	g.rest = nil
	if value == nil {
		return nil
	}
	return g.load([]byte{sideB}, value)
}

func (g *gated[A]) load(record, value []byte) error {
	switch {
	case len(record) > 0 && record[0] == sideA:
		return g.rows.load(record[1:], value)
	case len(record) == 1 && record[0] == sideB:
		n, err := storedNumber(value)
		g.n, g.saved = n, n
		return err
	}
	return fmt.Errorf("record %q is of no side", record)
}

func (g *gated[A]) save(put func(record, value []byte)) error {
	if g.n != g.saved {
		g.saved = g.n
		var value []byte
		if g.n != 0 {
			value = binary.AppendVarint(nil, int64(g.n))
		}
		put([]byte{sideB}, value)
	}
	return g.rows.save(ofSide(sideA, put))
}
