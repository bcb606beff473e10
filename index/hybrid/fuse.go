package hybrid

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	rag "ragserver"
	"ragserver/index"
)

// byScore orders the better score first, and equal ones by chunk.
func byScore(a, b float64, x, y rag.ChunkID) int {
	return cmp.Or(cmp.Compare(b, a), bytes.Compare(x[:], y[:]))
}

// fuse joins the candidates of both legs into one list.
func (s *Snapshot) fuse(q Query, c *candidates) []Hit {
	byRow := make(map[index.Row]int, len(c.vector)+len(c.text))
	hits := make([]Hit, 0, len(c.vector)+len(c.text))
	at := func(row index.Row) *Hit {
		i, ok := byRow[row]
		if !ok {
			i = len(hits)
			byRow[row] = i
			of := s.state.table.at(row)
			hits = append(hits, Hit{ID: of.id, URI: of.doc.uri, Cosine: c.cosine[row], BM25: c.bm25[row]})
		}
		return &hits[i]
	}
	for i, r := range c.vector {
		at(r.Row).CosineRank = i + 1
	}
	for i, r := range c.text {
		at(r.Row).BM25Rank = i + 1
	}
	s.score(q, c, hits)
	slices.SortFunc(hits, func(a, b Hit) int { return byScore(a.Score, b.Score, a.ID, b.ID) })
	return hits
}

// score sets what hits are sorted by.
func (s *Snapshot) score(q Query, c *candidates, hits []Hit) {
	share := shareOf(q)
	best := 1.0
	if len(c.text) > 0 && c.text[0].Score > 0 {
		best = c.text[0].Score
	}
	cosine, bm25 := spreadOf(c.vector), spreadOf(c.text)
	for i := range hits {
		h := &hits[i]
		switch {
		case q.Mode == VectorOnly:
			h.Score = h.Cosine
		case q.Mode == TextOnly:
			h.Score = h.BM25
		case s.index.config.Fusion == RRF:
			h.Score = 2 * (share*s.reciprocal(h.CosineRank) + (1-share)*s.reciprocal(h.BM25Rank))
		case s.index.config.Fusion == DBSF:
			h.Score = share*cosine.normalize(h.Cosine) + (1-share)*bm25.normalize(h.BM25)
		default:
			h.Score = share*h.Cosine + (1-share)*h.BM25/best
		}
	}
}

// shareOf is the weight of the vector leg: a query without a vector is weighed
// by its words alone.
func shareOf(q Query) float64 {
	if !(q.Share > 0) || len(q.Vector) == 0 {
		return 0
	}
	return min(q.Share, 1)
}

// reciprocal is the vote of a leg for a chunk of this rank.
func (s *Snapshot) reciprocal(rank int) float64 {
	if rank == 0 {
		return 0
	}
	return 1 / float64(s.index.config.RRFK+rank)
}

// A spread says where the scores of a leg's candidates lie.
type spread struct{ mean, deviation float64 }

func spreadOf(list []index.Scored) spread {
	var s spread
	for _, r := range list {
		s.mean += r.Score / float64(len(list))
	}
	for _, r := range list {
		s.deviation += (r.Score - s.mean) * (r.Score - s.mean) / float64(len(list))
	}
	s.deviation = math.Sqrt(s.deviation)
	return s
}

// normalize maps three standard deviations around the mean to 0 to 1; 0 is the
// score of what the leg does not know. Where all are equal they are in the
// middle.
func (s spread) normalize(score float64) float64 {
	switch {
	case score == 0:
		return 0
	case s.deviation == 0:
		return 0.5
	}
	return min(max(0.5+(score-s.mean)/(6*s.deviation), 0), 1)
}
