package hybrid

import (
	"bytes"
	"cmp"
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
	share := q.Share
	if !(share > 0) || len(q.Vector) == 0 {
		share = 0
	}
	share = min(share, 1)
	best := 1.0
	if len(c.text) > 0 && c.text[0].Score > 0 {
		best = c.text[0].Score
	}
	for i := range hits {
		h := &hits[i]
		switch {
		case q.Mode == VectorOnly:
			h.Score = h.Cosine
		case q.Mode == TextOnly:
			h.Score = h.BM25
		case s.index.config.Fusion == RRF:
			h.Score = s.reciprocal(h.CosineRank) + s.reciprocal(h.BM25Rank)
		default:
			h.Score = share*h.Cosine + (1-share)*h.BM25/best
		}
	}
}

// reciprocal is the vote of a leg for a chunk of this rank.
func (s *Snapshot) reciprocal(rank int) float64 {
	if rank == 0 {
		return 0
	}
	return 1 / float64(s.index.config.RRFK+rank)
}
