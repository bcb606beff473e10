package hybrid

import (
	"math/rand/v2"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

func TestRowsByIDIsLikeAMap(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var m rowsByID
		var table rowTable
		want := map[rag.ChunkID]index.Row{}
		var next index.Row
		for range 3000 {
			id := indextest.ID(r.IntN(300))
			if seed%2 == 0 { // many with one home
				id = rag.ChunkID{0: byte(r.IntN(3)), 15: byte(r.IntN(80))}
			}
			got, ok := m.find(table, id)
			row, there := want[id]
			if ok != there || got != row {
				t.Fatalf("seed %d: find(%s) = %d, %v; want %d, %v", seed, id, got, ok, row, there)
			}
			switch {
			case !there:
				table = table.grown(next)
				table.at(next).id = id
				m.add(table, next)
				want[id] = next
				next++
			case r.IntN(2) == 0:
				m.remove(table, id)
				delete(want, id)
			}
		}
		if m.n != len(want) {
			t.Errorf("seed %d: n = %d, want %d", seed, m.n, len(want))
		}
	}
}
