package dataflow

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type assignment = Assignment[string, int]

func randomAssignment(r *rand.Rand, seqs int) assignment {
	a := assignment{Key: string(rune('a' + r.IntN(4))), Value: r.IntN(3), Gone: r.IntN(3) == 0}
	if seqs > 0 {
		a.Seq = uint64(r.IntN(seqs))
	}
	return a
}

// assign returns what assignments amount to that come in this order.
func assign(list []assignment) []Keyed[string, int] {
	last := make(map[string]assignment)
	for _, a := range list {
		if a.Seq >= last[a.Key].Seq {
			last[a.Key] = a
		}
	}
	var values []Keyed[string, int]
	for k, a := range last {
		if !a.Gone {
			values = append(values, Keyed[string, int]{k, a.Value})
		}
	}
	return values
}

func TestUpsertIsTheLastAssignment(t *testing.T) {
	for name, seqs := range map[string]int{"in order": 0, "late and twice": 10} {
		t.Run(name, func(t *testing.T) {
			operatorTest[assignment, struct{}, Keyed[string, int]]{
				a:          func(r *rand.Rand) assignment { return randomAssignment(r, seqs) },
				insertOnly: true,
				build: func(a Stream[assignment], _ Stream[struct{}]) Stream[Keyed[string, int]] {
					return Upsert(a, "last")
				},
				naive: func(h []moment[assignment, struct{}]) []Keyed[string, int] { return assign(presentA(h)) },
			}.check(t)
		})
	}
}

// The batches of one epoch keep their order, whatever the workers do.
func TestUpsertTakesBatchesInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 4} {
		r := rand.New(rand.NewPCG(uint64(workers), 7))
		g := New("batches")
		in := NewFeed[assignment](g, "in")
		out := Collect(Upsert(in.Stream(), ""), "out")
		s, err := startStepper(t.Context(), g, Options{Workers: workers, MaxBatch: 1 << 20, eager: true})
		if err != nil {
			t.Fatal(err)
		}
		var all []assignment
		for range 30 {
			err := s.step(t.Context(), func() {
				for range 1 + r.IntN(5) {
					var b Batch[assignment]
					for range 1 + r.IntN(5) {
						a := randomAssignment(r, 0)
						all = append(all, a)
						b.Deltas = append(b.Deltas, Delta[assignment]{a, +1})
					}
					deliver(t, in, b)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := sorted(out.Values()), sorted(assign(all)); !slices.Equal(got, want) {
				t.Fatalf("%d workers, after %v\ngot  %v\nwant %v", workers, all, got, want)
			}
		}
	}
}

func TestUpsertIgnoresRetractions(t *testing.T) {
	operatorTest[assignment, struct{}, Keyed[string, int]]{
		a:     func(r *rand.Rand) assignment { return randomAssignment(r, 0) },
		build: func(a Stream[assignment], _ Stream[struct{}]) Stream[Keyed[string, int]] { return Upsert(a, "") },
		naive: func(h []moment[assignment, struct{}]) []Keyed[string, int] {
			var came []assignment
			for _, m := range h {
				for _, d := range m.a {
					if d.Diff > 0 {
						came = append(came, d.Value)
					}
				}
			}
			return assign(came)
		},
	}.check(t)
}

// A key that is gone leaves nothing behind, unless it had a Seq.
func TestUpsertForgetsWhatIsGone(t *testing.T) {
	for seq, want := range map[uint64]int{0: 0, 5: 1} {
		g, b := New("forget"), Memory()
		in := NewFeed[assignment](g, "in")
		Collect(Upsert(in.Stream(), "last"), "out")
		s, err := startStepper(t.Context(), g, Options{Backend: b})
		if err != nil {
			t.Fatal(err)
		}
		for _, gone := range []bool{false, true} {
			err := s.step(t.Context(), func() {
				deliver(t, in, Batch[assignment]{Deltas: []Delta[assignment]{{assignment{Key: "k", Value: 1, Gone: gone, Seq: seq}, +1}}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		records := 0
		if err := b.Scan(g.keys.state("last", 0), func(_, _ []byte) error { records++; return nil }); err != nil || records != want {
			t.Errorf("with Seq %d: %d records, %v; want %d", seq, records, err, want)
		}
	}
}
