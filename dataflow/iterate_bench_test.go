package dataflow

import (
	"fmt"
	"testing"
)

// BenchmarkIterateChange takes one arc away and puts it back, in graphs of paths of
// 4 arcs: an epoch should cost the same in all of them.
func BenchmarkIterateChange(b *testing.B) {
	for _, groups := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("nodes=%d", 5*groups), func(b *testing.B) {
			g := New("bench")
			f := NewFeed[arc](g, "arcs")
			Collect(components(f.Stream()), "out")
			s, err := startStepper(b.Context(), g, Options{Workers: 1, MaxBatch: 1 << 20})
			if err != nil {
				b.Fatal(err)
			}
			send := func(deltas ...Delta[arc]) {
				err := s.step(b.Context(), func() {
					if _, err := f.Send(b.Context(), Batch[arc]{Deltas: deltas}); err != nil {
						b.Fatal(err)
					}
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			var all []Delta[arc]
			for i := range groups {
				for _, a := range path(4) {
					all = append(all, Delta[arc]{arc{a.From + 5*i, a.To + 5*i, 0}, +1})
				}
			}
			send(all...)
			diff := -1
			for b.Loop() {
				send(Delta[arc]{arc{From: 1, To: 2}, diff})
				diff = -diff
			}
		})
	}
}
