package bm25

import (
	"strings"
	"testing"

	"ragserver/index"
)

// has says whether a text of the oracle has a word.
func (o *oracle) has(row index.Row, word string) bool {
	for _, words := range o.texts[row] {
		for _, w := range words {
			if w == word {
				return true
			}
		}
	}
	return false
}

// signed puts signs before words, and returns what the oracle says of that.
func (h *history) signed(words []string) (text string, want map[index.Row]float64) {
	var parts, worth, must, not []string
	seen := make(map[string]bool)
	for i, w := range words {
		if seen[w] {
			continue
		}
		seen[w] = true
		switch n := h.rng.IntN(8); {
		case i > 0 && n == 0:
			parts, not = append(parts, "-"+w), append(not, w)
		case i == 0 || n < 5:
			parts, must, worth = append(parts, "+"+w), append(must, w), append(worth, w)
		default:
			parts, worth = append(parts, w), append(worth, w)
		}
	}
	want = h.want.score(worth...)
	for row := range want {
		for _, w := range must {
			if !h.want.has(row, w) {
				delete(want, row)
			}
		}
		for _, w := range not {
			if h.want.has(row, w) {
				delete(want, row)
			}
		}
	}
	return strings.Join(parts, " "), want
}

// TestRequiredWordsLikeTheFormula asks for chunks with some words and without
// others, in heads and segments, frequent words and rare ones.
func TestRequiredWordsLikeTheFormula(t *testing.T) {
	for _, c := range []Config{{}, {Boosts: Boosts{Title: 2.5, Heading: 1.5}}} {
		h := newHistory(t, c, 4000)
		last, found := "", 0
		for range 4 {
			h.step(t, 4000)
			for range 8 {
				text, want := h.signed(strings.Fields(zipf(h.rng, 1+h.rng.IntN(4), 100)))
				found += len(want)
				h.check(t, index.Query{Text: text, K: 1 + h.rng.IntN(60), Syntax: true}, want)
			}
			last = h.reload(t, c, last)
			h.step(t, 30)
		}
		if found == 0 {
			t.Error("no query had a result")
		}
		h.leg.Close()
	}
}

// TestAWordThatLeadsIsInFewChunks has a required word that one chunk of many has:
// only that one is looked at.
func TestAWordThatLeadsIsInFewChunks(t *testing.T) {
	h := newHistory(t, Config{}, 2000)
	defer func() { h.leg.Close() }()
	h.step(t, 2000)
	h.reload(t, Config{}, "")
	h.epoch++
	apply(t, h.leg, h.epoch, index.Change{Row: 5000, Diff: 1, Text: index.Text{Body: "w0x seldom w1x"}})
	for text, want := range map[string]int{"+w0x +seldom": 1, "w0x +seldom": 1, `"w0x seldom"`: 1, "+w0x +never": 0, `"seldom w0x"`: 0} {
		var p index.Plan
		found, err := h.leg.Snapshot().Search(t.Context(), index.Query{Text: text, K: 10, Syntax: true, Plan: &p})
		if err != nil || len(found) != want || p.Scored > 1 {
			t.Errorf("%s: %d results, %v; scored %d chunks, want %d and at most 1", text, len(found), err, p.Scored, want)
		}
	}
}
