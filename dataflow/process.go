package dataflow

import (
	"fmt"
	"reflect"
)

// Process keeps a state for every key and updates it with work in proportion to
// the keys that changed. For each key of an epoch it calls update once, with the
// key's state (the zero value if it has none) and its deltas in order. Update
// emits what changes in the output, and returns the new state and whether there
// is one.
//
// The batch is valid until update returns; the state may be changed in place.
// Calls are made one at a time. An error ends Run.
func Process[In, S, Out any](s Stream[In], name string, key func(In) string, state Codec[S],
	update func(key string, state S, batch []Delta[In], emit func(Delta[Out])) (S, bool, error)) Stream[Out] {
	if s.n == nil {
		return Stream[Out]{}
	}
	g := s.n.g
	n := g.addNamed("process", name, s.n)
	n.types = fmt.Sprintf("%v to %v", reflect.TypeFor[In](), reflect.TypeFor[S]())
	if !state.complete() || key == nil || update == nil {
		g.problem(n, "needs a key, an update and both functions of its codec")
	}
	n.build = func(b *builder, n *node, in []any) any {
		p := &process[In, S, Out]{
			node: n, key: key, codec: state, update: update,
			in: newInbox[In](b), out: new(port[Out]), cache: make(map[string]S),
		}
		b.run(n, p)
		in[0].(*port[In]).read(p.in.add)
		return p.out
	}
	return Stream[Out]{n}
}

type process[In, S, Out any] struct {
	node   *node
	key    func(In) string
	codec  Codec[S]
	update func(string, S, []Delta[In], func(Delta[Out])) (S, bool, error)
	in     inbox[In]
	groups groups[string, In]
	out    *port[Out]
	cache  map[string]S // states as of the running epoch, for keys that change often
}

// maxCached bounds the states kept decoded.
const maxCached = 1 << 15

func (p *process[In, S, Out]) step(x *turn) error {
	p.in.drain(x, func(d Delta[In]) { p.groups.add(x, p.key(d.Value), d) })
	emit := func(d Delta[Out]) {
		p.out.push(x, d)
		x.at = p.node
	}
	for i := range p.groups.list {
		g := &p.groups.list[i]
		x.at, x.cause = p.node, g.causes.unique()
		if err := p.one(x, g.key, g.batch, emit); err != nil {
			return fmt.Errorf("key %q: %w", g.key, err)
		}
	}
	p.groups.reset()
	return nil
}

func (p *process[In, S, Out]) one(x *turn, key string, batch []Delta[In], emit func(Delta[Out])) error {
	at := x.g.keys.process(p.node.name, key)
	old, ok := p.cache[key]
	if !ok {
		b, err := x.tx.Get(at)
		if err != nil {
			return err
		}
		if b != nil {
			if old, err = p.codec.Decode(b); err != nil {
				return fmt.Errorf("decoding the state: %w", err)
			}
		}
	}
	now, keep, err := p.update(key, old, batch, emit)
	if err != nil {
		return err
	}
	if !keep {
		delete(p.cache, key)
		x.tx.delete(at)
		return nil
	}
	b, err := p.codec.Encode(nil, now)
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	x.tx.put(at, b)
	if len(p.cache) >= maxCached {
		clear(p.cache)
	}
	p.cache[key] = now
	return nil
}
