package dataflow

import (
	"encoding/binary"
	"fmt"
)

// memos are the results of one operator that can be found by digest, each stored
// once with the number of live outputs that refer to it. Only the scheduler
// writes them.
//
// A memo without references stays for a while, so that a document that moves -
// seen as a deletion and an addition in neighbouring epochs - is not computed
// again.
type memos struct {
	op   string
	dead []deadMemo // oldest first
}

// A deadMemo lost its last reference in an epoch. It has come back to life since
// if the store does not say the same.
type deadMemo struct {
	name  string
	epoch Epoch
}

// How many memos without references are kept, and for how many epochs.
const (
	maxDead   = 4096
	maxEpochs = 4096
	perEpoch  = 1024 // collected at once
)

// memoName puts a digest in its generation.
func memoName(generation, digest string) string {
	return string(appendField(nil, generation)) + digest
}

// acquire adds a reference, and stores the result if it is not there.
func (m *memos) acquire(x *turn, name string, encode func() ([]byte, error)) error {
	refs, known, err := m.refs(x, name)
	if err != nil {
		return err
	}
	if !known {
		b, err := encode()
		if err != nil {
			return err
		}
		x.tx.put(x.g.keys.memo(m.op, name), b)
	}
	if known && refs == 0 {
		x.tx.delete(x.g.keys.dead(m.op, name))
	}
	m.set(x, name, refs+1)
	return nil
}

// keep stores a result that nothing refers to.
func (m *memos) keep(x *turn, name string, encode func() ([]byte, error)) error {
	_, known, err := m.refs(x, name)
	if known || err != nil {
		return err
	}
	b, err := encode()
	if err != nil {
		return err
	}
	x.tx.put(x.g.keys.memo(m.op, name), b)
	m.set(x, name, 0)
	m.bury(x, name)
	return nil
}

func (m *memos) release(x *turn, name string) error {
	refs, _, err := m.refs(x, name)
	if err != nil {
		return err
	}
	if refs == 0 {
		return fmt.Errorf("result %q has no references to release", name)
	}
	m.set(x, name, refs-1)
	if refs == 1 {
		m.bury(x, name)
	}
	return nil
}

func (m *memos) bury(x *turn, name string) {
	x.tx.put(x.g.keys.dead(m.op, name), binary.AppendUvarint(nil, uint64(x.epoch)))
	m.dead = append(m.dead, deadMemo{name, x.epoch})
}

func (m *memos) refs(x *turn, name string) (n uint64, known bool, err error) {
	return m.number(x, x.g.keys.refs(m.op, name))
}

func (m *memos) set(x *turn, name string, refs uint64) {
	x.tx.put(x.g.keys.refs(m.op, name), binary.AppendUvarint(nil, refs))
}

func (m *memos) number(x *turn, key []byte) (v uint64, known bool, err error) {
	b, err := x.tx.Get(key)
	if b == nil || err != nil {
		return 0, false, err
	}
	return parseNumber(key, b)
}

func parseNumber(key, b []byte) (v uint64, known bool, err error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || n != len(b) {
		return 0, false, fmt.Errorf("reading %q: %q is not a number", key, b)
	}
	return v, true, nil
}

// collect removes memos that have been without references for long, or that are
// too many.
func (m *memos) collect(x *turn) error {
	for range min(perEpoch, len(m.dead)) {
		d := m.dead[0]
		if len(m.dead) <= maxDead && x.epoch-d.epoch < maxEpochs {
			return nil
		}
		m.dead[0] = deadMemo{}
		m.dead = m.dead[1:]
		at := x.g.keys.dead(m.op, d.name)
		died, known, err := m.number(x, at)
		if err != nil {
			return err
		}
		if !known || Epoch(died) != d.epoch {
			continue
		}
		x.tx.delete(at)
		x.tx.delete(x.g.keys.refs(m.op, d.name))
		x.tx.delete(x.g.keys.memo(m.op, d.name))
	}
	return nil
}

// recover finds the memos without references.
func (m *memos) recover(x *turn) error {
	prefix := x.g.keys.dead(m.op, "")
	return x.g.backend.Scan(prefix, func(k, b []byte) error {
		died, _, err := parseNumber(k, b)
		if err != nil {
			return err
		}
		m.dead = append(m.dead, deadMemo{string(k[len(prefix):]), Epoch(died)})
		return nil
	})
}
