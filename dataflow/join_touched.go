package dataflow

import "sync/atomic"

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

// A warning is given once: that retractions are ahead of what they retract.
type warning struct{ given atomic.Bool }

func (o *warning) once(w *turn, n *node, key any) {
	if o.given.CompareAndSwap(false, true) {
		w.g.log.Warn("more retractions than values", "in", n.String(), "key", key)
	}
}
