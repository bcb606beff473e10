package dataflow

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The oracle for operators: after every epoch of any history of differences,
// however cut into epochs, shared by any number of workers, kept in memory or in
// a backend, killed and recovered, what has come out of an operator adds up to
// what a naive computation makes of what has gone in.

var trials = flag.Int("trials", 150, "random histories for each operator")

// An operatorTest is an operator with one or two inputs, and what it means.
type operatorTest[A, B, Out any] struct {
	a func(*rand.Rand) A // a random value, of few, so that histories meet
	b func(*rand.Rand) B // nil: the operator has one input

	build func(a Stream[A], b Stream[B]) Stream[Out]

	// naive returns what the collection is after the epochs of h; the order
	// does not matter.
	naive func(h []moment[A, B]) []Out

	insertOnly bool // nothing is retracted
	literal    bool // the graph runs as it is defined

}

// A moment is what enters in one epoch.
type moment[A, B any] struct {
	a []Delta[A]
	b []Delta[B]
}

// presentA returns what the first input amounts to, in the order in which it came.
func presentA[A, B any](h []moment[A, B]) []A {
	return present(h, func(m moment[A, B]) []Delta[A] { return m.a })
}
func presentB[A, B any](h []moment[A, B]) []B {
	return present(h, func(m moment[A, B]) []Delta[B] { return m.b })
}

func present[M, T any](h []M, of func(M) []Delta[T]) []T {
	var list []T
	for _, m := range h {
		for _, d := range of(m) {
			for range d.Diff {
				list = append(list, d.Value)
			}
			for range -d.Diff {
				i := slices.IndexFunc(list, func(v T) bool { return reflect.DeepEqual(v, d.Value) })
				list = slices.Delete(list, i, i+1)
			}
		}
	}
	return list
}

// check runs the trials.
func (o operatorTest[A, B, Out]) check(t *testing.T) {
	t.Helper()
	n := *trials
	if testing.Short() {
		n /= 10
	}
	for range n {
		seed := rand.Uint64()
		if !o.trial(t, seed) {
			t.Fatalf("seed %d", seed)
		}
	}
}

// trial is one history. To see one again, call it with the seed that failed.
func (o operatorTest[A, B, Out]) trial(t *testing.T, seed uint64) bool {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	h := o.history(r)
	options := Options{Workers: []int{1, 2, 4}[r.IntN(3)], MaxBatch: 1 << 20, eager: r.IntN(2) == 0, literal: o.literal}
	d := &deadly{Backend: Memory()}
	if r.IntN(3) > 0 {
		options.Backend = d
		options.MaxKeys = []int{0, 1, 4}[r.IntN(3)]
	}
	out := &ledger[Out]{t: t, codec: CBOR[Out](), at: make(map[Epoch][]Delta[Out])}
	for done, life := 0, 0; done < len(h); life++ {
		if options.Backend != nil && r.IntN(3) > 0 && life < 4 {
			d.left, d.after = 1+r.IntN(4), r.IntN(2) == 0
		}
		var ok bool
		if done, ok = o.live(t, h, done, options, out); !ok {
			return false
		}
		d.left = 0
	}
	return true
}

// history makes up to 12 epochs.
func (o operatorTest[A, B, Out]) history(r *rand.Rand) []moment[A, B] {
	var h []moment[A, B]
	var a []A
	var b []B
	for range 1 + r.IntN(12) {
		var m moment[A, B]
		m.a, a = changes(r, a, o.a, o.insertOnly)
		if o.b != nil {
			m.b, b = changes(r, b, o.b, o.insertOnly)
		}
		h = append(h, m)
	}
	return h
}

func changes[T any](r *rand.Rand, present []T, value func(*rand.Rand) T, insertOnly bool) (list []Delta[T], after []T) {
	for range r.IntN(8) {
		if !insertOnly && len(present) > 0 && r.IntN(3) == 0 {
			i := r.IntN(len(present))
			list = append(list, Delta[T]{present[i], -1})
			present = slices.Delete(slices.Clone(present), i, i+1)
			continue
		}
		v := value(r)
		list = append(list, Delta[T]{v, +1})
		present = append(slices.Clone(present), v)
	}
	return list, present
}

// live runs the graph from what is committed until the end, or until it is
// killed. It returns how many epochs of h are committed.
func (o operatorTest[A, B, Out]) live(t *testing.T, h []moment[A, B], done int, options Options, out *ledger[Out]) (int, bool) {
	t.Helper()
	g := New("trial")
	a, b := NewFeed[A](g, "a"), NewFeed[B](g, "b")
	To(o.build(a.Stream(), b.Stream()), "out", out)
	s, err := startStepper(t.Context(), g, options)
	if err != nil {
		t.Errorf("recovering: %v", err)
		return 0, false
	}
	if options.Backend != nil {
		done = s.number(t, a)
		out.forget(g.epoch)
	}
	for i := done; i < len(h); i++ {
		err := s.step(t.Context(), func() {
			deliver(t, a, Batch[A]{Deltas: slices.Clone(h[i].a), Offset: binary.AppendUvarint(nil, uint64(i+1))})
			deliver(t, b, Batch[B]{Deltas: slices.Clone(h[i].b)})
		})
		if errors.Is(err, errDied) {
			return i, true
		}
		if err != nil {
			t.Errorf("epoch %d of %d: %v", i+1, len(h), err)
			return 0, false
		}
		if got, want := out.sum(), sorted(o.naive(h[:i+1])); !slices.Equal(got, want) {
			t.Errorf("after epoch %d of %+v\nit is   %s\nwant    %s\nworkers %d, backend %v, keys in memory %d", i+1, h[:i+1],
				strings.Join(got, " "), strings.Join(want, " "), options.Workers, options.Backend != nil, options.MaxKeys)
			return 0, false
		}
	}
	return len(h), true
}

func deliver[T any](t *testing.T, f *Feed[T], b Batch[T]) {
	t.Helper()
	if _, err := f.Send(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func sorted[T any](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf("%+v", v)
	}
	slices.Sort(list)
	return list
}

// A stepper runs a graph one epoch at a time.
type stepper struct{ g *Graph }

func startStepper(ctx context.Context, g *Graph, o Options) (*stepper, error) {
	if err := g.begin(o); err != nil {
		return nil, err
	}
	if err := g.recover(ctx); err != nil {
		return nil, err
	}
	close(g.started)
	return &stepper{g}, nil
}

// step makes one epoch of what send sends.
func (s *stepper) step(ctx context.Context, send func()) error {
	send()
	_, err := s.g.turn(ctx)
	return err
}

// number returns how many epochs of the history are committed.
func (s *stepper) number(t *testing.T, f interface{ Offset(string) ([]byte, error) }) int {
	t.Helper()
	b, err := f.Offset("")
	if err != nil {
		t.Fatal(err)
	}
	n, _ := binary.Uvarint(b)
	return int(n)
}

// deadly is a backend whose process dies at some commit, before or after it.
type deadly struct {
	Backend
	left  int // commits until then; 0: never
	after bool
}

var errDied = errors.New("died")

func (d *deadly) Commit(writes []Write, sync bool) error {
	if d.left == 0 {
		return d.Backend.Commit(writes, sync)
	}
	if d.left--; d.left > 0 {
		return d.Backend.Commit(writes, sync)
	}
	d.left = -1
	if d.after {
		if err := d.Backend.Commit(writes, sync); err != nil {
			return err
		}
	}
	return errDied
}

// A ledger is a sink that remembers what it was given, by epoch.
type ledger[T any] struct {
	t     *testing.T
	codec Codec[T]
	at    map[Epoch][]Delta[T]
}

func (k *ledger[T]) Write(_ *Tx, e Epoch, batch []Delta[T]) error {
	k.at[e] = slices.Clone(batch)
	return nil
}

func (k *ledger[T]) Committed(context.Context, Epoch) error { return nil }

// forget drops what was not committed: epochs after last.
func (k *ledger[T]) forget(last Epoch) {
	for e := range k.at {
		if e > last {
			delete(k.at, e)
		}
	}
}

// sum returns what all epochs amount to, and fails if something is there less
// than 0 times.
func (k *ledger[T]) sum() []string {
	k.t.Helper()
	count := make(map[string]int)
	for _, batch := range k.at {
		for _, d := range batch {
			count[fmt.Sprintf("%+v", d.Value)] += d.Diff
		}
	}
	var list []string
	for v, n := range count {
		if n < 0 {
			k.t.Errorf("%s is there %d times", v, n)
		}
		for range n {
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return list
}

// event is a value of the tests: under few keys, with few numbers, at few times.
type event struct {
	K string
	N int
	T Time
}

func randomEvent(r *rand.Rand) event {
	return event{K: string(rune('a' + r.IntN(3))), N: r.IntN(5), T: Time(r.IntN(20))}
}

func eventKey(e event) string { return e.K }

func TestCountIsCount(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, int]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Keyed[string, int]] {
			return Reduce(KeyBy(a, eventKey), "count", Count[event]())
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, int] {
			n := make(map[string]int)
			for _, v := range presentA(h) {
				n[v.K]++
			}
			var list []Keyed[string, int]
			for k, v := range n {
				list = append(list, Keyed[string, int]{k, v})
			}
			return list
		},
	}.check(t)
}
