package bleve

import (
	"fmt"
	"strings"
	"testing"

	"ragserver/index/analyze"
)

func TestCountsSurviveAFullVocabulary(t *testing.T) {
	a, err := analyze.New(analyze.Mixed)
	if err != nil {
		t.Fatal(err)
	}
	c := newCounter(a)
	cleared := 0
	for i := range 30 {
		var text strings.Builder
		for j := range 6000 {
			fmt.Fprintf(&text, "q%dq ", i*6000+j)
		}
		before := c.known.Len()
		words := c.count("fox "+text.String()+"fox", "")
		if c.known.Len() < before {
			cleared++
		}
		if len(words) != 6001 || words[0].Text != "fox" || words[0].Count != 2 || words[1].Count != 1 {
			t.Fatalf("text %d: %d words, first %v", i, len(words), words[:2])
		}
	}
	if cleared == 0 {
		t.Error("the vocabulary was never cleared")
	}
}
