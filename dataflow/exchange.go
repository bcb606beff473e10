package dataflow

// An exchange hands the deltas that the workers push to the workers that have
// their keys. It is what makes an operator with keyed state run on all of them.
type exchange[K comparable, V any] struct {
	lanes  [][][]keyedDelta[K, V] // by who pushed and who has the key
	causes []causes               // by who pushed
}

type keyedDelta[K comparable, V any] struct {
	key   K
	value V
	diff  int
}

func newExchange[K comparable, V any](b *builder) *exchange[K, V] {
	e := &exchange[K, V]{lanes: make([][][]keyedDelta[K, V], b.workers), causes: make([]causes, b.workers)}
	for i := range e.lanes {
		e.lanes[i] = make([][]keyedDelta[K, V], b.workers)
	}
	return e
}

// add is called by every worker for itself.
func (e *exchange[K, V]) add(x *turn, k K, v V, diff int) {
	to := &e.lanes[x.worker][shardOf(k, len(e.lanes))]
	*to = append(*to, keyedDelta[K, V]{k, v, diff})
	if x.cause != nil && x.tracked() {
		e.causes[x.worker].join(x.cause)
	}
}

// len returns how many deltas wait.
func (e *exchange[K, V]) len() (n int) {
	for _, lane := range e.lanes {
		for _, to := range lane {
			n += len(to)
		}
	}
	return n
}

// drain calls f for every delta whose key is x's, those of one pusher in order.
func (e *exchange[K, V]) drain(x *turn, f func(k K, v V, diff int) error) error {
	for _, lane := range e.lanes {
		for i := range lane[x.worker] {
			d := &lane[x.worker][i]
			if err := f(d.key, d.value, d.diff); err != nil {
				return err
			}
		}
		lane[x.worker] = emptied(lane[x.worker])
	}
	return nil
}

// take returns what the deltas since the last call are part of. The scheduler
// calls it, when no worker pushes.
func (e *exchange[K, V]) take() []*flight {
	var all causes
	for i := range e.causes {
		all.join(e.causes[i].unique())
		e.causes[i] = causes{}
	}
	return all.unique()
}
