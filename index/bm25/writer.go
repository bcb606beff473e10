package bm25

import (
	"math"

	"ragserver/index"
	"ragserver/index/analyze"
)

// A writer turns texts into chunks of a head. One goroutine uses it.
type writer struct {
	analyzer analyze.Analyzer
	weights  weights
	known    *analyze.Vocabulary

	head   *head    // that local is of
	local  []uint32 // by number in known: the number in head and 1
	counts []uint32 // by number in head; zeros between chunks

	// Of the chunk at hand.
	terms     []uint32
	different []uint32
	found     []uint32
	record    []byte
}

func newWriter(a analyze.Analyzer, w weights) *writer {
	return &writer{analyzer: a, weights: w, known: analyze.NewVocabulary()}
}

// add adds the chunk of c to the head of b.
func (w *writer) add(b *batch, c index.Change) {
	w.turn(b.head())
	language := languageOf(c.Text.Language)
	w.terms, w.different = w.terms[:0], w.different[:0]
	var ends [fields]int
	var length uint64
	for i, text := range [fields]string{c.Text.Title, c.Text.Heading, c.Text.Body} {
		begin := len(w.terms)
		if text != "" {
			w.terms = w.analyzer.Terms(text, language, w.known, w.terms)
		}
		w.count(w.terms[begin:], w.weights.field[i])
		ends[i] = len(w.terms)
		length += uint64(len(w.terms)-begin) * uint64(w.weights.field[i])
	}
	w.found = w.found[:0]
	for _, n := range w.different {
		w.found = append(w.found, w.counts[n])
		w.counts[n] = 0
	}
	w.record = appendRecord(w.record[:0], ends[title], ends[heading]-ends[title], w.terms)
	w.head.add(chunk{c.Row, half(c.ID), uint32(min(length, math.MaxUint32)), language}, w.record, w.different, w.found)
}

// turn makes w write to h.
func (w *writer) turn(h *head) {
	full := w.known.Full()
	if full {
		w.known.Clear()
	}
	if full || h != w.head {
		clear(w.local)
	}
	if h != w.head {
		clear(w.counts)
		w.head = h
	}
}

// count replaces terms by their numbers in the head, and counts each.
func (w *writer) count(terms []uint32, weight uint32) {
	for len(w.local) < w.known.Len() {
		w.local = append(w.local, 0)
	}
	for i, t := range terms {
		n := w.local[t]
		if n == 0 {
			n = w.head.intern(newKey(w.known.Term(t))) + 1
			w.local[t] = n
			for len(w.counts) < int(n) {
				w.counts = append(w.counts, 0)
			}
		}
		n--
		terms[i] = n
		if w.counts[n] == 0 {
			w.different = append(w.different, n)
		}
		w.counts[n] += weight
	}
}
