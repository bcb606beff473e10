package bm25

import "math"

// A scorer is the formula: BM25 (Robertson and Zaragoza, The Probabilistic
// Relevance Framework, 2009) with weighted fields (Robertson, Zaragoza and
// Taylor, Simple BM25 Extension to Multiple Weighted Fields, 2004). Words of all
// fields are counted together, as what they weigh.
type scorer struct {
	k1, b float64
	word  float64 // what a word of boost 1 weighs
}

// ratio returns 1/norm: a term that counts for so much in a chunk of a length
// adds its weight * count / (count + norm) to the score. Lengths are compared to
// mean.
func (s scorer) ratio(length uint32, mean float64) float32 {
	return float32(1 / (s.k1 * s.word * (1 - s.b + s.b*float64(length)/mean)))
}

// weight is what a term is worth that df of n chunks have, and the query so
// often.
func (s scorer) weight(n, df, count int) float32 {
	idf := math.Log1p((float64(n) - float64(df) + 0.5) / (float64(df) + 0.5))
	return float32(idf * (s.k1 + 1) * float64(count))
}

// norms returns c0 and c1: norm is c0 + c1 * length.
func (s scorer) norms(mean float64) (c0, c1 float32) {
	return float32(s.k1 * s.word * (1 - s.b)), float32(s.k1 * s.word * s.b / mean)
}
