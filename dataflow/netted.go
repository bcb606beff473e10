package dataflow

// netted adds up the deltas of each epoch, every value on one worker, and hands what
// is left to emit.
type netted[T any] struct {
	node *node
	in   intake[T]
	past []int // by worker: values when the list was last consolidated
	emit func(w *turn, list []Delta[T]) error

	causes causes // of the epoch
}

func newNetted[T any](b *builder, n *node, from *port[T], emit func(w *turn, list []Delta[T]) error) *netted[T] {
	s := &netted[T]{node: n, in: newIntake[T](b), past: make([]int, b.workers), emit: emit}
	s.in.digest = s.in.hash // nothing of it is kept
	b.run(n, s)
	from.read(func(x *turn, d Delta[T]) {
		x.at = n
		s.in.add(x, d)
	})
	return s
}

// enoughToNet is how many deltas are worth adding up before the epoch ends.
const enoughToNet = 1 << 12

func (s *netted[T]) absorb(x *turn) error {
	n := s.in.in.len()
	if n == 0 {
		return nil
	}
	s.causes.join(s.in.in.take())
	return x.each(n, func(w *turn) error {
		if err := s.in.gather(w); err != nil {
			return err
		}
		if len(s.in.lists[w.worker]) > 2*s.past[w.worker]+enoughToNet {
			s.past[w.worker] = len(s.in.net(w))
		}
		return nil
	})
}

func (s *netted[T]) step(x *turn) error {
	if err := s.absorb(x); err != nil {
		return err
	}
	n := s.in.len()
	if n == 0 {
		return nil
	}
	cause := s.causes.unique()
	s.causes = causes{}
	err := x.each(n, func(w *turn) error {
		w.at, w.cause = s.node, cause
		s.past[w.worker] = 0
		return s.emit(w, s.in.net(w))
	})
	s.in.reset()
	return err
}
