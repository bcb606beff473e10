package dataflow

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// An intake has the deltas of one epoch, each value always with the same worker.
type intake[V any] struct {
	identity[V]
	digest func(V) uint64
	in     *exchange[uint64, V]
	lists  [][]Delta[V] // by worker; valid until reset
	past   []int        // lengths of the lists when they were last consolidated
}

func newIntake[V any](b *builder) intake[V] {
	kind := newBagKind[V](b)
	return intake[V]{
		identity: kind.identity, digest: digestOf(kind), in: newExchange[uint64, V](b),
		lists: make([][]Delta[V], b.workers), past: make([]int, b.workers),
	}
}

// digestOf returns a hash that is the same in every process if the state outlives
// this one.
func digestOf[V any](kind *bagKind[V]) func(V) uint64 {
	if !kind.durable {
		return kind.hash
	}
	return func(v V) uint64 {
		b, err := kind.codec.Encode(nil, v)
		if err != nil {
			panic(fmt.Errorf("encoding a value: %w", err)) // becomes the error of the operator
		}
		sum := sha256.Sum256(b)
		return binary.BigEndian.Uint64(sum[:])
	}
}

func (a *intake[V]) add(x *turn, d Delta[V]) { a.in.add(x, a.digest(d.Value), d.Value, d.Diff) }

// enoughToNet is how many deltas are worth adding up before the epoch ends.
const enoughToNet = 1 << 12

// gather moves what came for w into its list.
func (a *intake[V]) gather(w *turn) error {
	list := a.lists[w.worker]
	err := a.in.drain(w, func(_ uint64, v V, diff int) error {
		list = append(list, Delta[V]{v, diff})
		return nil
	})
	a.lists[w.worker] = list
	if len(list) > 2*a.past[w.worker]+enoughToNet {
		a.past[w.worker] = len(a.net(w))
	}
	return err
}

// net consolidates w's list and returns it.
func (a *intake[V]) net(w *turn) []Delta[V] {
	a.lists[w.worker] = a.consolidate(a.lists[w.worker])
	return a.lists[w.worker]
}

func (a *intake[V]) len() int { return a.in.len() + total(a.lists) }

func (a *intake[V]) reset() {
	for i := range a.lists {
		a.clear(i)
	}
}

func (a *intake[V]) clear(worker int) {
	a.lists[worker], a.past[worker] = emptied(a.lists[worker]), 0
}

func total[V any](lists [][]V) (n int) {
	for _, list := range lists {
		n += len(list)
	}
	return n
}

// A shelf keeps a collection in bags by the digest of the values.
type shelf[V any] struct {
	tables  []*table[uint64, *bag[V]]
	touched []map[uint64]*bag[V] // in this epoch, by worker
}

func newShelf[V any](b *builder, n *node, part byte) shelf[V] {
	kind := newBagKind[V](b)
	s := shelf[V]{
		tables:  newTables[uint64](b, n, part, func() *bag[V] { return &bag[V]{kind: kind} }),
		touched: make([]map[uint64]*bag[V], b.workers),
	}
	for i := range s.touched {
		s.touched[i] = make(map[uint64]*bag[V])
	}
	return s
}

// add puts v, which belongs to w, in diff more times and returns how often it is
// there now.
func (s *shelf[V]) add(w *turn, digest uint64, v V, diff int) (int, error) {
	b, err := s.tables[w.worker].at(digest)
	if err != nil {
		return 0, err
	}
	s.touched[w.worker][digest] = b
	return b.add(v, diff), nil
}

// save makes w's changes part of the epoch. Only after it may bags be missing that
// the epoch has emptied.
func (s *shelf[V]) save(w *turn) error {
	for digest, b := range s.touched[w.worker] {
		if err := s.tables[w.worker].save(w, digest, b); err != nil {
			return err
		}
	}
	clear(s.touched[w.worker])
	return nil
}

// each calls f for everything that is there before save, with whose it is. The
// bags that it has to read from the backend do not stay in memory.
func (s *shelf[V]) each(f func(worker int, v V, n int)) error {
	whole := true
	for worker, t := range s.tables {
		whole = whole && t.whole
		for _, b := range t.states {
			for v, n := range b.all() {
				f(worker, v, n)
			}
		}
	}
	if whole {
		return nil
	}
	t := s.tables[0]
	return t.backend.Scan(t.prefix, func(record, value []byte) error {
		digest, rest, err := t.split(record)
		if err != nil {
			return err
		}
		worker := shardOf(digest, len(s.tables))
		if _, ok := s.tables[worker].states[digest]; ok {
			return nil
		}
		b := t.fresh()
		if err := b.load(rest, value); err != nil {
			return fmt.Errorf("reading state %q: %w", record, err)
		}
		for v, n := range b.all() {
			f(worker, v, n)
		}
		return nil
	})
}

// split returns the key of a record and the record within it.
func (t *table[K, S]) split(record []byte) (k K, rest []byte, err error) {
	rest = record[len(t.prefix):]
	n, size := binary.Uvarint(rest)
	if size <= 0 || n > uint64(len(rest)-size) {
		return k, nil, fmt.Errorf("reading state %q: no key in it", record)
	}
	end := size + int(n)
	if k, err = t.key.Decode(rest[size:end]); err != nil {
		return k, nil, fmt.Errorf("reading state %q: decoding the key: %w", record, err)
	}
	return k, rest[end:], nil
}

func (s *shelf[V]) trim() {
	for _, t := range s.tables {
		t.trim()
	}
}

func (s *shelf[V]) recover() error { return recoverTables(s.tables) }
