package dataflow

import (
	"encoding/binary"
	"fmt"
)

// rows are what one side of a key has. A row whose number is not above 0 is not
// there, so what is made of rows is never less than nothing.
//
// Rows that were not in memory are read one by one as they change, and all of
// them when they are to be complete.
type rows[V any] struct {
	bag[V]
	there int     // sum of the numbers above 0
	rest  *stored // has the rows that are not in the bag; nil: there are no others
	zeros bool    // the bag has rows that are there 0 times, which rest has still
}

func rowsOf[V any](k *bagKind[V]) rows[V] { return rows[V]{bag: bag[V]{kind: k}} }

// open says where the rows are.
func (r *rows[V]) open(s stored) { r.rest = &s }

// add puts v in diff more times, and returns how many more of it are there.
func (r *rows[V]) add(v V, diff int) (more int, err error) {
	if r.rest == nil {
		return r.count(r.bag.add(v, diff), diff), nil
	}
	i, h := r.find(v)
	if i < 0 {
		n, err := r.read(v)
		if err != nil {
			return 0, err
		}
		i = r.put(v, h, n)
	}
	r.list[i].n += diff
	r.total += diff
	r.dirty = append(r.dirty, v)
	r.zeros = r.zeros || r.list[i].n == 0
	return r.count(r.list[i].n, diff), nil
}

// count returns how many more rows are there when a number has risen to n by diff.
func (r *rows[V]) count(n, diff int) int {
	more := max(n, 0) - max(n-diff, 0)
	r.there += more
	return more
}

// put has a row that is stored in the bag too, and returns its place.
func (r *rows[V]) put(v V, hash uint32, n int) int {
	r.insert(v, hash, n)
	r.total += n
	r.there += max(n, 0)
	return len(r.list) - 1
}

// read returns how often v is stored.
func (r *rows[V]) read(v V) (int, error) {
	record, err := r.kind.codec.Encode(nil, v)
	if err != nil {
		return 0, err
	}
	value, err := r.rest.get(record)
	if err != nil || value == nil {
		return 0, err
	}
	return storedNumber(value)
}

func storedNumber(value []byte) (int, error) {
	n, size := binary.Varint(value)
	if size <= 0 {
		return 0, fmt.Errorf("%q is not a number", value)
	}
	return int(n), nil
}

// unread calls f for every row that is not in the bag.
func (r *rows[V]) unread(f func(v V, hash uint32, n int) error) error {
	return r.rest.each(func(record, value []byte) error {
		v, err := r.kind.codec.Decode(record)
		if err != nil {
			return fmt.Errorf("decoding a row: %w", err)
		}
		place, h := r.find(v)
		if place >= 0 {
			return nil
		}
		n, err := storedNumber(value)
		if err != nil {
			return err
		}
		return f(v, h, n)
	})
}

// some tells whether a row is there.
func (r *rows[V]) some() (bool, error) {
	if r.there > 0 || r.rest == nil {
		return r.there > 0, nil
	}
	found := false
	err := r.unread(func(_ V, _ uint32, n int) error {
		if n > 0 {
			found = true
			return errEnough
		}
		return nil
	})
	return found, err
}

// complete reads the rows that are not in the bag.
func (r *rows[V]) complete() error {
	if r.rest == nil {
		return nil
	}
	err := r.unread(func(v V, hash uint32, n int) error {
		r.put(v, hash, n)
		return nil
	})
	if err == nil {
		r.rest = nil
	}
	return err
}

// each yields the rows in the bag that are there, with their numbers.
func (r *rows[V]) each(yield func(V, int) bool) {
	for i := range r.list {
		if c := &r.list[i]; c.n > 0 && !yield(c.value, c.n) {
			return
		}
	}
}

// owing tells whether some row is there less than 0 times.
func (r *rows[V]) owing() bool { return r.total < r.there }

// empty is false as well if that is not known.
func (r *rows[V]) empty() bool { return r.rest == nil && r.bag.empty() }

func (r *rows[V]) load(record, value []byte) error {
	if err := r.bag.load(record, value); err != nil {
		return err
	}
	r.there += max(r.list[len(r.list)-1].n, 0)
	return nil
}

func (r *rows[V]) save(put func(record, value []byte)) error {
	changed := r.dirty
	if err := r.bag.save(put); err != nil {
		return err
	}
	if !r.zeros {
		return nil
	}
	r.zeros = false
	for _, v := range changed {
		if i, h := r.find(v); i >= 0 && r.list[i].n == 0 {
			r.remove(i, h)
		}
	}
	return nil
}
