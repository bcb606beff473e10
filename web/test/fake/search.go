package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A hit is a chunk with made-up scores.
type hit struct {
	chunk
	doc    *document
	words  int
	cosine float64
	bm25   float64
}

// find returns the chunks that share most words with query, best first.
func (c *corpus) find(query, leg string, k int) []hit {
	want := fields(query)
	var hits []hit
	for _, d := range c.sorted() {
		for _, ch := range d.chunks {
			n := 0
			lower := strings.ToLower(ch.Text)
			for _, w := range want {
				if strings.Contains(lower, w) {
					n++
				}
			}
			if n > 0 {
				part := float64(n) / float64(len(want))
				hits = append(hits, hit{ch, d, n, 0.25 + 0.6*part, 14.5 * part * 60 / float64(60+len(ch.Text)/8)})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if leg == "vector" || a.words != b.words {
			return b.words - a.words
		}
		return int(1000 * (b.bm25 - a.bm25))
	})
	return hits[:min(k, len(hits))]
}

// fields returns the words of text that say something.
func fields(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	return slices.DeleteFunc(all, func(w string) bool {
		return len(w) < 4 || slices.Contains([]string{"what", "which", "many", "does", "have"}, w)
	})
}

func (c *corpus) retrieve(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Query string `json:"query"`
		K     *int   `json:"k"`
		Leg   string `json:"leg"`
		Where string `json:"metadata_filter"`
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.K == nil {
		refuse(w, 400, "bad_request", "a number is needed", "k")
		return
	}
	if *q.K < 0 || *q.K > 10_000 {
		refuse(w, 400, "bad_request", fmt.Sprintf("%d is not between 0 and 10000", *q.K), "k")
		return
	}
	if strings.Contains(q.Where, "((") {
		refuse(w, 400, "bad_request", "the filter ends where a closing bracket is expected", "metadata_filter")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []map[string]any{}
	for i, h := range c.find(q.Query, q.Leg, *q.K) {
		rank := i + 1
		if i%4 == 3 {
			rank = 0
		}
		out = append(out, map[string]any{
			"chunk_id": h.ID, "uri": h.doc.URI, "path": h.doc.Path, "title": h.doc.Title, "text": h.Text, "start": h.Start, "end": h.End,
			"heading": h.Heading, "kind": h.Kind, "score": 0.6*h.cosine + 0.4*h.bm25/14.5, "dist": 1 - h.cosine, "metadata": map[string]any{"path": h.doc.Path},
			"scores": map[string]any{"cosine": h.cosine, "cosine_rank": i + 1, "bm25": h.bm25, "bm25_rank": rank},
		})
	}
	reply(w, 200, map[string]any{"hits": out, "epoch": c.epoch, "complete_until": time.Now(), "degraded": "", "took_ms": 1.4})
}

// reply sends v as JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refuse sends an error in the API's form.
func refuse(w http.ResponseWriter, status int, code, message, field string) {
	reply(w, status, map[string]any{"error": map[string]string{"code": code, "message": message, "field": field}})
}
