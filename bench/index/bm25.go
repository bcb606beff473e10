package main

import (
	"cmp"
	"math"
	"slices"

	"ragserver/index/analyze"
)

// The parameters of BM25 that all engines use by default.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// A bm25Truth scores texts as Robertson and Zaragoza (2009) define BM25, with
// the mean length and all frequencies exact, in float64.
type bm25Truth struct {
	analyzer analyze.Analyzer
	terms    *analyze.Vocabulary
	postings [][]posting // by term
	lengths  []float64   // by text, in terms
	mean     float64
}

type posting struct{ text, count int }

// newBM25Truth counts the terms of all texts.
func newBM25Truth(analyzer string, texts []string) (*bm25Truth, error) {
	a, err := analyze.New(analyzer)
	if err != nil {
		return nil, err
	}
	t := &bm25Truth{analyzer: a, terms: analyze.NewVocabulary()}
	var numbers []uint32
	for i, text := range texts {
		numbers = a.Terms(text, "", t.terms, numbers[:0])
		slices.Sort(numbers)
		t.lengths = append(t.lengths, float64(len(numbers)))
		t.mean += float64(len(numbers)) / float64(len(texts))
		for from := 0; from < len(numbers); {
			to := from
			for to < len(numbers) && numbers[to] == numbers[from] {
				to++
			}
			t.add(numbers[from], posting{i, to - from})
			from = to
		}
	}
	return t, nil
}

func (t *bm25Truth) add(term uint32, p posting) {
	for int(term) >= len(t.postings) {
		t.postings = append(t.postings, nil)
	}
	t.postings[term] = append(t.postings[term], p)
}

// scores returns the score of every text that has a term of the query, with all
// only of those that have every one.
func (t *bm25Truth) scores(query string, all bool) map[int]float64 {
	numbers := t.analyzer.Terms(query, "", t.terms, nil)
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	scores, hits := make(map[int]float64), make(map[int]int)
	for _, term := range numbers {
		if int(term) >= len(t.postings) {
			continue
		}
		list := t.postings[term]
		df, n := float64(len(list)), float64(len(t.lengths))
		idf := math.Log(1 + (n-df+0.5)/(df+0.5))
		for _, p := range list {
			tf := float64(p.count)
			scores[p.text] += idf * tf * (bm25K1 + 1) / (tf + bm25K1*(1-bm25B+bm25B*t.lengths[p.text]/t.mean))
			hits[p.text]++
		}
	}
	for text, n := range hits {
		if all && n < len(numbers) {
			delete(scores, text)
		}
	}
	return scores
}

// overlap is the part of the best k of every query that is among the answers; a
// text that scores as high as the k-th stands for it, and answers that are too
// many count as wrong.
func (t *bm25Truth) overlap(queries []string, answers [][]int, k int, all bool) float64 {
	right, count := 0, 0
	for i, q := range queries {
		scores := t.scores(q, all)
		best := make([]float64, 0, len(scores))
		for _, s := range scores {
			best = append(best, s)
		}
		slices.SortFunc(best, func(a, b float64) int { return cmp.Compare(b, a) })
		n := min(k, len(best))
		count += max(n, len(answers[i]))
		if n == 0 {
			continue
		}
		for _, id := range answers[i][:min(n, len(answers[i]))] {
			if s, ok := scores[id]; ok && s >= best[n-1]*(1-1e-5) {
				right++
			}
		}
	}
	if count == 0 {
		return 1
	}
	return float64(right) / float64(count)
}
