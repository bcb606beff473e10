package dataflow

import "iter"

// rows are what one side of a key has. A row whose number is not above 0 is not
// there, so what is made of rows is never less than nothing.
type rows[V any] struct {
	bag[V]
	there int // sum of the numbers above 0
}

func rowsOf[V any](k *bagKind[V]) rows[V] { return rows[V]{bag: bag[V]{kind: k}} }

// add puts v in diff more times, and returns how many more of it are there.
func (r *rows[V]) add(v V, diff int) int {
	n := r.bag.add(v, diff)
	more := max(n, 0) - max(n-diff, 0)
	r.there += more
	return more
}

// each yields the rows that are there with their numbers.
func (r *rows[V]) each() iter.Seq2[V, int] {
	return func(yield func(V, int) bool) {
		for i := range r.list {
			if c := &r.list[i]; c.n > 0 && !yield(c.value, c.n) {
				return
			}
		}
	}
}

// owing tells whether some row is there less than 0 times.
func (r *rows[V]) owing() bool { return r.total < r.there }

func (r *rows[V]) load(record, value []byte) error {
	if err := r.bag.load(record, value); err != nil {
		return err
	}
	r.there += max(r.list[len(r.list)-1].n, 0)
	return nil
}

// keysTouched are the states that an epoch changes, by worker.
type keysTouched[K comparable, S any] [][]keyTouched[K, S]

type keyTouched[K comparable, S any] struct {
	key   K
	state S
}

func newTouched[K comparable, S any](b *builder) keysTouched[K, S] {
	return make(keysTouched[K, S], b.workers)
}

// add is called once for each key, by the worker that has it.
func (t keysTouched[K, S]) add(w *turn, k K, s S) {
	t[w.worker] = append(t[w.worker], keyTouched[K, S]{k, s})
}

func (t keysTouched[K, S]) len() (n int) {
	for _, list := range t {
		n += len(list)
	}
	return n
}

// settle calls f for every key, each on its worker, and forgets them.
func (t keysTouched[K, S]) settle(x *turn, f func(w *turn, k K, s S) error) error {
	n := t.len()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		for _, at := range t[w.worker] {
			if err := f(w, at.key, at.state); err != nil {
				return err
			}
		}
		t[w.worker] = emptied(t[w.worker])
		return nil
	})
}
