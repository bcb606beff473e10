package dataflow

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// An agenda knows which keys want to be looked at when the watermark has come to a
// time. It is in memory, with one entry for each key, and is made again from the
// keys of the state at start.
type agenda[K comparable] struct {
	heap []entry[K] // the earliest first
	at   map[K]Time // the earliest entry of a key
}

type entry[K comparable] struct {
	at  Time
	key K
}

func newAgendas[K comparable](b *builder) []*agenda[K] {
	list := make([]*agenda[K], b.workers)
	for i := range list {
		list[i] = &agenda[K]{at: make(map[K]Time)}
	}
	return list
}

// add has k looked at when the watermark has come to t, if it is not before that.
func (a *agenda[K]) add(t Time, k K) {
	if t == never {
		return
	}
	if at, ok := a.at[k]; ok && at <= t {
		return
	}
	a.at[k] = t
	a.heap = append(a.heap, entry[K]{t, k})
	for i := len(a.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if a.heap[parent].at <= a.heap[i].at {
			return
		}
		a.heap[parent], a.heap[i] = a.heap[i], a.heap[parent]
		i = parent
	}
}

// due removes the entries up to watermark w and calls f for their keys.
func (a *agenda[K]) due(w Time, f func(K) error) error {
	for len(a.heap) > 0 && a.heap[0].at <= w {
		e := a.pop()
		if at, ok := a.at[e.key]; !ok || at != e.at {
			continue // an earlier entry took its place
		}
		delete(a.at, e.key)
		if err := f(e.key); err != nil {
			return err
		}
	}
	return nil
}

func (a *agenda[K]) pop() entry[K] {
	first, last := a.heap[0], len(a.heap)-1
	a.heap[0] = a.heap[last]
	a.heap[last] = entry[K]{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && a.heap[child+1].at < a.heap[child].at {
			child++
		}
		if a.heap[i].at <= a.heap[child].at {
			return first
		}
		a.heap[i], a.heap[child] = a.heap[child], a.heap[i]
		i = child
	}
}

// drop removes the state of k and its records.
func (t *table[K, S]) drop(x *turn, k K) error {
	delete(t.states, k)
	if !t.durable {
		return nil
	}
	prefix, err := t.records(k)
	if err != nil {
		return err
	}
	err = t.backend.Scan(prefix, func(record, _ []byte) error {
		x.writes = append(x.writes, Write{Key: bytes.Clone(record), Delete: true})
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the state of key %v: %w", k, err)
	}
	return nil
}

// eachKey calls f for every key that has records, with its worker.
func eachKey[K comparable, S keyState](tables []*table[K, S], f func(worker int, k K)) error {
	t := tables[0]
	if !t.durable {
		return nil
	}
	var last []byte
	known := false
	return t.backend.Scan(t.prefix, func(record, _ []byte) error {
		rest := record[len(t.prefix):]
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return fmt.Errorf("reading state %q: no key in it", record)
		}
		b := rest[size : size+int(n)]
		if known && bytes.Equal(last, b) {
			return nil
		}
		last, known = append(last[:0], b...), true
		k, err := t.key.Decode(b)
		if err != nil {
			return fmt.Errorf("reading state %q: decoding the key: %w", record, err)
		}
		f(shardOf(k, len(tables)), k)
		return nil
	})
}
