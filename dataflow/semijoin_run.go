package dataflow

import "context"

// gate lets the rows of a through whose key b has, or has not. What b is at the
// end of the epoch decides; until then a's rows pass as in the epoch before.
type gate[K comparable, A any] struct {
	node    *node
	in      bool // b has the key of what is let through
	a       *exchange[K, A]
	b       *exchange[K, struct{}]
	tables  []*table[K, *gated[A]]
	touched keysTouched[K, *gated[A]]
	causes  causes // of the epoch
	owing   warning
	out     *port[Keyed[K, A]]
}

func (s *gate[K, A]) absorb(x *turn) error {
	n := s.a.len() + s.b.len()
	if n == 0 {
		return nil
	}
	cause := join(s.a.take(), s.b.take())
	s.causes.join(cause)
	return x.each(n, func(w *turn) error {
		w.cause = cause
		err := s.b.drain(w, func(k K, _ struct{}, diff int) error {
			g, err := s.touch(w, k)
			if err == nil {
				g.n += diff
			}
			return err
		})
		if err != nil {
			return err
		}
		return s.a.drain(w, func(k K, v A, diff int) error {
			g, err := s.touch(w, k)
			if err != nil {
				return err
			}
			more, err := g.rows.add(v, diff)
			if more != 0 && g.out {
				s.out.push(w, Delta[Keyed[K, A]]{Keyed[K, A]{k, v}, more})
			}
			return err
		})
	})
}

func (s *gate[K, A]) touch(w *turn, k K) (*gated[A], error) {
	w.at = s.node
	g, err := openKey(s.tables[w.worker], k)
	if err != nil || g.touched {
		return g, err
	}
	if err := g.read(); err != nil {
		return nil, err
	}
	g.touched, g.out = true, s.passes(g)
	s.touched.add(w, k, g)
	return g, nil
}

// passes tells whether the rows of a key are let out. Of a key that has none for
// sure they are not, so that its first ones come out when the epoch has decided.
func (s *gate[K, A]) passes(g *gated[A]) bool { return g.n > 0 == s.in && !g.rows.empty() }

func (s *gate[K, A]) step(x *turn) error {
	if err := s.absorb(x); err != nil {
		return err
	}
	cause := s.causes.unique()
	s.causes = causes{}
	return s.touched.settle(x, func(w *turn, k K, g *gated[A]) error {
		w.cause = cause
		return s.settle(w, k, g)
	})
}

func (s *gate[K, A]) settle(w *turn, k K, g *gated[A]) error {
	w.at, g.touched = s.node, false
	if out := s.passes(g); out != g.out {
		if err := turnOut(w, s.node, &g.rows, out, s.out, func(v A) Keyed[K, A] { return Keyed[K, A]{k, v} }); err != nil {
			return err
		}
	}
	if g.rows.owing() || g.n < 0 {
		s.owing.once(w, s.node, k)
	}
	return s.tables[w.worker].save(w, k, g)
}

func (s *gate[K, A]) committed(*turn) {
	for _, t := range s.tables {
		t.trim()
	}
}

func (s *gate[K, A]) recover(_ context.Context, _ *turn) error {
	return recoverTables(s.tables)
}
