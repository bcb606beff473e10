package dataflow

// An inbox collects what all workers push, for an operator that runs on the
// scheduler alone.
type inbox[T any] struct{ lanes [][]arrival[T] }

type arrival[T any] struct {
	delta Delta[T]
	cause []*flight
}

func newInbox[T any](b *builder) inbox[T] { return inbox[T]{make([][]arrival[T], b.workers)} }

func (b *inbox[T]) add(x *turn, d Delta[T]) {
	lane := &b.lanes[x.worker]
	*lane = append(*lane, arrival[T]{d, x.cause})
}

// drain calls f for every delta, with x part of what the delta is part of.
func (b *inbox[T]) drain(x *turn, f func(Delta[T])) {
	for i, lane := range b.lanes {
		for _, a := range lane {
			x.cause = a.cause
			f(a.delta)
		}
		b.lanes[i] = emptied(lane)
	}
}

// kept is how much memory of a slice stays for the next epoch whatever happens,
// in elements.
const kept = 1 << 14

// emptied returns s without elements, with its memory unless that is large and
// was mostly unused.
func emptied[T any](s []T) []T {
	if cap(s) > kept && len(s) < cap(s)/4 {
		return nil
	}
	clear(s)
	return s[:0]
}
