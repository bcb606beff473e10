package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/chunk"
)

func TestUnionOfSpans(t *testing.T) {
	got := union([]rag.Span{{Start: 9, End: 12}, {Start: 0, End: 4}, {Start: 2, End: 3}, {Start: 4, End: 6}})
	if diff := cmp.Diff([]rag.Span{{Start: 0, End: 6}, {Start: 9, End: 12}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := shared(got, []rag.Span{{Start: 5, End: 10}, {Start: 11, End: 20}}); n != 3 {
		t.Errorf("shared: got %d characters, want 3", n)
	}
}

// TestSpanScores scores 10 characters that answer, of which two passages that
// overlap have 6, and one of another document.
func TestSpanScores(t *testing.T) {
	splitter, err := chunk.New(chunk.Config{Count: func(s string) int { return len(s) }, Counter: "bytes"})
	if err != nil {
		t.Fatal(err)
	}
	q := spanQuestion{Document: "a"}
	q.Spans = append(q.Spans, struct {
		Start int `json:"start_index"`
		End   int `json:"end_index"`
	}{100, 110})
	long := make([]byte, spanBudget)
	found := []spanPassage{
		{"a", string(make([]byte, 10)), rag.Span{Start: 92, End: 102}},
		{"a", string(make([]byte, 8)), rag.Span{Start: 98, End: 106}},
		{"b", string(make([]byte, 12)), rag.Span{Start: 100, End: 112}},
		{"a", string(long), rag.Span{Start: 200, End: 200 + spanBudget}},
		{"a", "x", rag.Span{Start: 300, End: 301}},
		{"a", "the sixth", rag.Span{Start: 105, End: 114}},
	}
	var s spanScores
	s.add(q, &evaluation{splitter: splitter}, found)
	read := float64(10 + 8 + 12 + spanBudget + 1)
	want := spanScores{IoU: 6 / (read + 4), Precision: 6 / read, Recall: 0.6, Recall1K: 0.6}
	if s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
	found[3].span, found[3].text = rag.Span{Start: 107, End: 107 + 2*spanBudget}, string(long)+string(long)
	s = spanScores{}
	s.add(q, &evaluation{splitter: splitter}, found)
	if s.Recall != 0.9 || s.Recall1K != 0.9 {
		t.Errorf("a passage that is cut: got recall %v and %v, want 0.9", s.Recall, s.Recall1K)
	}
}
