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
	if s.n == nil {
		return s
	}
	n := s.n.g.add("consolidated", "", s.n)
	n.same = []any{address(key)}
	n.filters = []filterOf{asItIs}
	n.build = func(b *builder, n *node, in []any) any {
		from := in[0].(*port[T])
		c := &consolidated[T, K]{node: n, key: key, in: newInbox[T](b), out: &port[T]{scan: from.scan}}
		b.run(n, c)
		from.read(c.in.add)
		return c.out
	}
	return Stream[T]{n}
}

type consolidated[T any, K comparable] struct {
	node   *node
	key    func(T) K
	in     inbox[T]
	groups groups[K, T]
	out    *port[T]
}

func (c *consolidated[T, K]) absorb(x *turn) error {
	c.in.drain(x, func(d Delta[T]) { c.groups.add(x, c.key(d.Value), d) })
	return nil
}

func (c *consolidated[T, K]) step(x *turn) error {
	if err := c.absorb(x); err != nil {
		return err
	}
	for i := range c.groups.list {
		g := &c.groups.list[i]
		sum := 0
		for _, d := range g.batch {
			sum += d.Diff
		}
		if sum != 0 {
			x.cause = g.causes.list
			c.out.push(x, Delta[T]{g.batch[len(g.batch)-1].Value, sum})
			x.at = c.node
		}
	}
	c.groups.reset()
	return nil
}
