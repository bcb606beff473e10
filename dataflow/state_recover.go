package dataflow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// errEnough ends a scan early.
var errEnough = errors.New("enough")

// recoverTables reads the states of an operator, as many as may stay in memory.
func recoverTables[K comparable, S keyState](tables []*table[K, S]) error {
	t, keys := tables[0], 0
	var s S // of the key being read
	err := t.eachRecord(func(key []byte, first bool, record, value []byte) error {
		if first {
			if keys++; keys > t.limit*len(tables) {
				return errEnough
			}
			k, err := t.key.Decode(key)
			if err != nil {
				return fmt.Errorf("decoding the key: %w", err)
			}
			s = t.fresh()
			tables[shardOf(k, len(tables))].states[k] = s
		}
		return s.load(record, value)
	})
	if errors.Is(err, errEnough) {
		for _, t := range tables {
			t.whole = false
		}
		return nil
	}
	return err
}

// eachKey calls f for every key of recovered tables, with its worker. Only what is
// not in memory is read.
func eachKey[K comparable, S keyState](tables []*table[K, S], f func(worker int, k K)) error {
	t := tables[0]
	if t.whole {
		for worker, t := range tables {
			for k := range t.states {
				f(worker, k)
			}
		}
		return nil
	}
	return t.eachRecord(func(key []byte, first bool, _, _ []byte) error {
		if !first {
			return nil
		}
		k, err := t.key.Decode(key)
		if err != nil {
			return fmt.Errorf("decoding the key: %w", err)
		}
		f(shardOf(k, len(tables)), k)
		return nil
	})
}

// eachRecord calls f for every record of the operator, of all workers, key by key:
// with the encoded key, whether it is the first of that key, and the record.
func (t *table[K, S]) eachRecord(f func(key []byte, first bool, record, value []byte) error) error {
	if !t.durable {
		return nil
	}
	var last []byte
	begun := false
	return t.backend.Scan(t.prefix, func(at, value []byte) error {
		rest := at[len(t.prefix):]
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return fmt.Errorf("reading state %q: no key in it", at)
		}
		key, record := rest[size:size+int(n)], rest[size+int(n):]
		first := !begun || !bytes.Equal(last, key)
		if first {
			last, begun = append(last[:0], key...), true
		}
		err := f(key, first, record, value)
		if err != nil && !errors.Is(err, errEnough) {
			err = fmt.Errorf("reading state %q: %w", at, err)
		}
		return err
	})
}
