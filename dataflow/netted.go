package dataflow

// netted adds up the deltas of each epoch, every value on one worker, and hands what
// is left to emit.
type netted[T any] struct {
	node *node
	in   intake[T]
	emit func(w *turn, list []Delta[T]) error

	causes causes // of the epoch
}

func newNetted[T any](b *builder, n *node, from *port[T], emit func(w *turn, list []Delta[T]) error) *netted[T] {
	s := &netted[T]{node: n, in: newIntake[T](b), emit: emit}
	s.in.digest = s.in.hash // nothing of it is kept
	b.run(n, s)
	from.read(func(x *turn, d Delta[T]) {
		x.at = n
		s.in.add(x, d)
	})
	return s
}

func (s *netted[T]) absorb(x *turn) error {
	n := s.in.in.len()
	if n == 0 {
		return nil
	}
	s.causes.join(s.in.in.take())
	return x.each(n, s.in.gather)
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
		return s.emit(w, s.in.net(w))
	})
	s.in.reset()
	return err
}
