package hnsw

import (
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

var readFor = flag.Duration("readers", 500*time.Millisecond, "how long readers search beside a writer")

// Eight readers search while a writer adds and removes, and the background links,
// repairs and tunes: whatever is found is in the snapshot, with its exact score.
func TestReadersBesideTheWriter(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 500, EfSearch: 24, M: 8, EfConstruction: 40}, copied(clustered(60)))
	w.change(t, 0, 2000)
	ctx, cancel := context.WithTimeout(t.Context(), *readFor)
	defer cancel()
	var readers sync.WaitGroup
	searches := make([]int, 8)
	for i := range searches {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 8))
			for ctx.Err() == nil {
				if !readOnce(t, w.leg, r) {
					cancel()
					return
				}
				searches[i]++
			}
		})
	}
	changes := 0
	for ctx.Err() == nil {
		w.change(t, w.random.IntN(80), w.random.IntN(80))
		if changes++; changes%20 == 0 {
			w.wait(t) // or nearly all would be waiting to be linked
		}
	}
	readers.Wait()
	w.wait(t)
	w.check(t)
	t.Logf("%v searches beside %d changes", searches, changes)
	for i, n := range searches {
		if n == 0 {
			t.Errorf("reader %d never searched", i)
		}
	}
}

func readOnce(t *testing.T, l *Leg, r *rand.Rand) bool {
	s := l.Snapshot()
	defer s.Close()
	q := index.Query{Vector: normalized(gaussian(r)), K: 1 + r.IntN(20)}
	if r.IntN(3) == 0 {
		q.Rows = roaring.New()
		first := uint64(r.IntN(4000))
		q.Rows.AddRange(first, first+uint64(r.IntN(3000)))
	}
	found, err := s.Search(context.Background(), q)
	if err != nil {
		t.Error(err)
		return false
	}
	rows := make([]index.Row, len(found))
	for i, f := range found {
		rows[i] = f.Row
	}
	scores, err := s.Score(context.Background(), q, rows)
	if err != nil {
		t.Error(err)
		return false
	}
	for i, f := range found {
		if scores[i] != f.Score || i > 0 && f.Score > found[i-1].Score || q.Rows != nil && !q.Rows.Contains(f.Row) {
			t.Errorf("found %v; the scores are %v", found, scores)
			return false
		}
	}
	return true
}
