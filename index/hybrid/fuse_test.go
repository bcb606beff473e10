package hybrid

import (
	"context"
	"math"
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

// joined fuses two lists, of rows that are chunks of the same number; what is in
// one list has the other's score from more.
func joined(c Config, q Query, vector, text []index.Scored, more map[index.Row][2]float64) []Hit {
	s := &Snapshot{index: &Index{config: c}, state: &state{}}
	k := &candidates{vector: vector, text: text, cosine: map[index.Row]float64{}, bm25: map[index.Row]float64{}}
	for row, scores := range more {
		k.cosine[row], k.bm25[row] = scores[0], scores[1]
	}
	for _, r := range vector {
		k.cosine[r.Row] = r.Score
	}
	for _, r := range text {
		k.bm25[r.Row] = r.Score
	}
	d := new(document)
	for row := range index.Row(10) {
		s.state.table = s.state.table.grown(row)
		*s.state.table.at(row) = chunk{id: indextest.ID(int(row)), doc: d}
	}
	return s.fuse(q, k)
}

func TestFusions(t *testing.T) {
	vector := []index.Scored{{Row: 1, Score: 0.9}, {Row: 2, Score: 0.7}, {Row: 3, Score: 0.5}}
	text := []index.Scored{{Row: 2, Score: 8}, {Row: 4, Score: 4}}
	more := map[index.Row][2]float64{4: {0.4, 0}, 1: {0, 2}}
	deviation := math.Sqrt(0.08 / 3) // of 0.9, 0.7, 0.5
	both := Query{Vector: indextest.Vector(0), Share: 0.25}
	for name, c := range map[string]struct {
		config Config
		q      Query
		want   map[int]float64 // score by chunk
	}{
		"convex": {Config{Fusion: Convex}, both, map[int]float64{
			1: 0.25*0.9 + 0.75*2/8, 2: 0.25*0.7 + 0.75, 3: 0.25 * 0.5, 4: 0.25*0.4 + 0.75*4/8,
		}},
		"rrf": {Config{Fusion: RRF, RRFK: 60}, both, map[int]float64{
			1: 0.5 / 61, 2: 0.5/62 + 1.5/61, 3: 0.5 / 63, 4: 1.5 / 62,
		}},
		"rrf, equal shares": {Config{Fusion: RRF, RRFK: 60}, Query{Vector: indextest.Vector(0), Share: 0.5}, map[int]float64{
			1: 1.0 / 61, 2: 1.0/62 + 1.0/61, 3: 1.0 / 63, 4: 1.0 / 62,
		}},
		// BM25 has the mean 6 and the deviation 2; what is beyond three of
		// them ends at 0 or 1, and what a leg does not know adds nothing.
		"dbsf": {Config{Fusion: DBSF}, both, map[int]float64{
			1: 0.25*(0.5+0.2/(6*deviation)) + 0.75*(0.5-4.0/12),
			2: 0.25*0.5 + 0.75*(0.5+2.0/12),
			3: 0.25 * (0.5 - 0.2/(6*deviation)),
			4: 0.25*(0.5-0.3/(6*deviation)) + 0.75*(0.5-2.0/12),
		}},
		"words only": {Config{Fusion: Convex}, Query{Share: 0.9}, map[int]float64{1: 0.25, 2: 1, 3: 0, 4: 0.5}},
	} {
		hits := joined(c.config, c.q, vector, text, more)
		if len(hits) != 4 {
			t.Fatalf("%s: %d hits, want 4", name, len(hits))
		}
		for i, h := range hits {
			for n, want := range c.want {
				if h.ID == indextest.ID(n) && math.Abs(h.Score-want) > 1e-12 {
					t.Errorf("%s: chunk %d has %v, want %v", name, n, h.Score, want)
				}
			}
			if i > 0 && h.Score > hits[i-1].Score {
				t.Errorf("%s: hit %d is better than the one before", name, i)
			}
			if h.ID == indextest.ID(4) && (h.CosineRank != 0 || h.BM25Rank != 2 || h.Cosine != 0.4) {
				t.Errorf("%s: %+v, want rank 2 by words alone", name, h)
			}
		}
	}
}

func TestDBSFOfOneOrEqualScores(t *testing.T) {
	one := spreadOf([]index.Scored{{Score: 3}})
	if got := one.normalize(3); got != 0.5 {
		t.Errorf("one candidate has %v, want 0.5", got)
	}
	if got := spreadOf(nil).normalize(0); got != 0 {
		t.Errorf("unknown has %v, want 0", got)
	}
	s := spread{mean: 1, deviation: 0.1}
	if low, high := s.normalize(0.1), s.normalize(9); low != 0 || high != 1 {
		t.Errorf("beyond the limits: %v and %v, want 0 and 1", low, high)
	}
}

// A lazy leg returns a third of what it is asked for.
type lazy struct{ index.Snapshot }

func (l lazy) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	q.K = max(1, q.K/3)
	return l.Snapshot.Search(ctx, q)
}

func TestALegThatReturnsTooFewIsAskedForMore(t *testing.T) {
	x := openIndex(t)
	b := Batch{Documents: []DocumentChange{aDocument(1, "a"), aDocument(2, "b")}}
	for n := range 200 {
		b.Chunks = append(b.Chunks, addChunk(1+n%2, n))
	}
	applyBatch(t, x, 1, b)
	s := x.Snapshot()
	defer s.Close()
	for _, f := range []*Filter{nil, inGroups("b")} {
		q := Query{Vector: indextest.Vector(3), K: 100, Mode: VectorOnly, Filter: f, Explanation: new(Explanation)}
		want, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		whole := s.state.vector
		s.state.vector = lazy{whole}
		got, err := s.Search(t.Context(), q)
		s.state.vector = whole
		if err != nil || len(got) != 100 || len(want) != 100 || got[99] != want[99] {
			t.Fatalf("%d hits, %v; want %d", len(got), err, len(want))
		}
		if e := q.Explanation; e.Vector.Searches < 2 || e.Vector.Candidates != 100 || e.Text.Searches != 0 {
			t.Errorf("explained as %+v", e)
		}
	}
}

func TestASearchIsExplained(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{
		Documents: []DocumentChange{aDocument(1, "a"), aDocument(2, "b")},
		Chunks:    []ChunkChange{addChunk(1, 1), addChunk(1, 2), addChunk(2, 3)},
	})
	q := ask(1, 10)
	q.Filter, q.Explanation = inGroups("a"), new(Explanation)
	hits := hitsOf(t, x, q)
	e := q.Explanation
	if e.Fusion != Convex || e.Share != 0.5 || e.Rows != 2 || e.Candidates != len(hits) || e.Vector.Searches != 1 || e.Vector.Candidates != 2 {
		t.Errorf("%+v of %d hits", e, len(hits))
	}
}
