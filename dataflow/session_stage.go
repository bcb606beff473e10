package dataflow

import "context"

// sessions is what operators with sessions have in common: the events of every
// key, and which keys have changes in the running epoch.
type sessions[K comparable, V, N any] struct {
	node    *node
	kind    *sessionKind[V]
	in      *exchange[K, V]
	tables  []*table[K, *sessionSet[V, N]]
	waiting [][]waitingSessions[K, V, N] // by worker
}

type waitingSessions[K comparable, V, N any] struct {
	key K
	set *sessionSet[V, N]
}

func newSessions[K comparable, V, N any](b *builder, n *node, at func(V) Time, w Window) sessions[K, V, N] {
	kind := &sessionKind[V]{bagKind: *newBagKind[V](b), at: at, window: w}
	return sessions[K, V, N]{
		node: n, kind: kind, in: newExchange[K, V](b), waiting: make([][]waitingSessions[K, V, N], b.workers),
		tables: newTables[K](b, n, 0, func() *sessionSet[V, N] { return &sessionSet[V, N]{kind: kind} }),
	}
}

// absorb sorts what has come by key.
func (s *sessions[K, V, N]) absorb(x *turn) error {
	n := s.in.len()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		return s.in.drain(w, func(k K, v V, diff int) error {
			set, err := s.tables[w.worker].at(k)
			if err != nil {
				return err
			}
			s.wait(w, k, set)
			set.batch = append(set.batch, Delta[V]{v, diff})
			return nil
		})
	})
}

// wait has the sessions of k settled in this epoch.
func (s *sessions[K, V, N]) wait(w *turn, k K, set *sessionSet[V, N]) {
	if set.waiting {
		return
	}
	set.waiting = true
	s.waiting[w.worker] = append(s.waiting[w.worker], waitingSessions[K, V, N]{k, set})
}

// changes returns how many deltas and keys wait.
func (s *sessions[K, V, N]) changes() (n int) {
	for _, list := range s.waiting {
		for _, k := range list {
			n += 1 + len(k.set.batch)
		}
	}
	return n
}

func (s *sessions[K, V, N]) committed(*turn) {
	for _, t := range s.tables {
		t.trim()
	}
}

func (s *sessions[K, V, N]) recover(context.Context, *turn) error {
	return recoverTables(s.tables)
}
