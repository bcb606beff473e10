package dataflow

// groups collects an epoch's deltas by key, in the order in which the keys came.
type groups[K comparable, T any] struct {
	at   map[K]int
	list []group[K, T]
}

type group[K comparable, T any] struct {
	key    K
	batch  []Delta[T]
	causes causes // what the batch is part of
}

func (s *groups[K, T]) add(x *turn, k K, d Delta[T]) {
	i, ok := s.at[k]
	if !ok {
		if s.at == nil {
			s.at = make(map[K]int)
		}
		i = len(s.list)
		s.at[k] = i
		if i < cap(s.list) {
			s.list = s.list[:i+1]
			s.list[i].key = k
		} else {
			s.list = append(s.list, group[K, T]{key: k})
		}
	}
	g := &s.list[i]
	g.batch = append(g.batch, d)
	g.causes.join(x.cause)
}

// maxReused bounds the groups whose memory waits for the next epoch.
const maxReused = 1 << 14

// reset forgets all groups, keeping memory for about as many.
func (s *groups[K, T]) reset() {
	if len(s.list) > maxReused {
		*s = groups[K, T]{}
		return
	}
	clear(s.at)
	for i := range s.list {
		g := &s.list[i]
		clear(g.batch)
		*g = group[K, T]{batch: g.batch[:0]}
	}
	s.list = s.list[:0]
}

// Consolidated returns s with the deltas of each epoch consolidated by key, so
// that a value which goes and comes back in one epoch causes no work behind it.
// The key must tell any two values apart that differ for what follows.
func Consolidated[T any, K comparable](s Stream[T], key func(T) K) Stream[T] {
	if s.p == nil {
		return s
	}
	n := s.p.node.g.add("consolidated", "", s.p.node)
	c := &consolidated[T, K]{out: &port[T]{node: n, scan: s.p.scan}}
	n.stage = c
	s.p.out = append(s.p.out, func(x *turn, d Delta[T]) {
		x.at = n
		c.in.add(x, key(d.Value), d)
	})
	return Stream[T]{c.out}
}

type consolidated[T any, K comparable] struct {
	in  groups[K, T]
	out *port[T]
}

func (c *consolidated[T, K]) step(x *turn) error {
	for i := range c.in.list {
		g := &c.in.list[i]
		sum := 0
		for _, d := range g.batch {
			sum += d.Diff
		}
		if sum != 0 {
			x.cause = g.causes.list
			c.out.push(x, Delta[T]{g.batch[len(g.batch)-1].Value, sum})
		}
	}
	c.in.reset()
	return nil
}
