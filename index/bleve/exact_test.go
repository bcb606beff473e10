package bleve

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/bleve/postings"
	"ragserver/index/indextest"
)

// texts are what a leg should hold: how often each chunk has each word.
type texts map[index.Row]map[string]int

func (x texts) add(row index.Row, text string) {
	x[row] = make(map[string]int)
	for _, w := range strings.Fields(text) {
		x[row][w]++
	}
}

// score returns BM25 of every row for a query, as the formula says.
func (x texts) score(query string) map[index.Row]float64 {
	lengths, total := make(map[index.Row]float64), 0.0
	for row, counts := range x {
		for _, n := range counts {
			lengths[row] += float64(n)
		}
		total += lengths[row]
	}
	mean := max(total/float64(len(x)), 1)
	scores := make(map[index.Row]float64)
	for _, q := range strings.Fields(query) {
		df := 0.0
		for _, counts := range x {
			if counts[q] > 0 {
				df++
			}
		}
		idf := math.Log1p((float64(len(x)) - df + 0.5) / (df + 0.5))
		for row, counts := range x {
			if tf := float64(counts[q]); tf > 0 {
				norm := postings.K1 * (1 - postings.B + postings.B*lengths[row]/mean)
				scores[row] += idf * (postings.K1 + 1) * tf / (tf + norm)
			}
		}
	}
	return scores
}

// zipf returns n words, low numbers more often than high ones.
func zipf(rng *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", int(math.Pow(800, rng.Float64()))-1)
	}
	return strings.Join(words, " ")
}

func TestPruningLosesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	l := open(t, Config{Dir: t.TempDir()})
	defer l.Close()
	have := make(texts)
	const rows = 4000
	for epoch := range 8 {
		var changes []index.Change
		for range []int{3000, 500, 500, 50, 50, 1, 1, 1}[epoch] {
			row := index.Row(rng.IntN(rows))
			if slices.ContainsFunc(changes, func(c index.Change) bool { return c.Row == row }) {
				continue
			}
			if _, ok := have[row]; ok {
				changes = append(changes, index.Change{Row: row, ID: indextest.ID(int(row)), Diff: -1})
				delete(have, row)
			}
			if rng.IntN(4) > 0 {
				text := zipf(rng, rng.IntN(60)*rng.IntN(3))
				changes = append(changes, index.Change{Row: row, ID: indextest.ID(int(row)), Diff: 1, Text: index.Text{Body: text}})
				have.add(row, text)
			}
		}
		if err := l.Apply(t.Context(), rag.Epoch(epoch+1), changes); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			compare(t, l, rng, have)
		}
	}
}

// compare asks the leg a question, among all rows or some.
func compare(t *testing.T, l *Leg, rng *rand.Rand, have texts) {
	t.Helper()
	q := index.Query{Text: zipf(rng, 1+rng.IntN(10)), K: 1 + rng.IntN(150)}
	if n := rng.IntN(3); n > 0 {
		q.Rows = roaring.New()
		for range n * n * n * 300 {
			q.Rows.Add(uint32(rng.IntN(4100)))
		}
	}
	s := l.Snapshot()
	defer s.Close()
	all := make([]index.Row, 4100)
	for i := range all {
		all[i] = index.Row(i)
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	found, scores, err := index.SearchScore(t.Context(), s, q, all)
	if err != nil {
		t.Fatal(err)
	}
	want := have.score(q.Text)
	var best []index.Scored
	for i, row := range all {
		if math.Abs(scores[i]-want[row]) > 1e-5*max(1, want[row]) {
			t.Fatalf("%q: row %d scores %v, want %v", q.Text, row, scores[i], want[row])
		}
		if scores[i] > 0 && (q.Rows == nil || q.Rows.Contains(row)) {
			best = append(best, index.Scored{Row: row, Score: scores[i]})
		}
	}
	slices.SortFunc(best, func(a, b index.Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row))
	})
	if best = best[:min(q.K, len(best))]; !slices.Equal(found, best) {
		t.Fatalf("%q, k %d: found %v, want %v", q.Text, q.K, found, best)
	}
}

func BenchmarkSearch(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	l := open(b, Config{Dir: b.TempDir()})
	defer l.Close()
	for epoch := range 10 {
		texts := make([]index.Change, 2000)
		for i := range texts {
			n := epoch*len(texts) + i
			texts[i] = index.Change{Row: index.Row(n), ID: indextest.ID(n), Diff: 1, Text: index.Text{Body: zipf(rng, 200)}}
		}
		if err := l.Apply(b.Context(), rag.Epoch(epoch+1), texts); err != nil {
			b.Fatal(err)
		}
	}
	<-l.saved
	s := l.Snapshot()
	defer s.Close()
	rows := make([]index.Row, 100)
	for i := range rows {
		rows[i] = index.Row(rng.IntN(20_000))
	}
	for b.Loop() {
		if _, _, err := index.SearchScore(b.Context(), s, index.Query{Text: zipf(rng, 8), K: 100}, rows); err != nil {
			b.Fatal(err)
		}
	}
}
