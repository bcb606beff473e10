package bleve

import (
	"fmt"
	"strings"
	"testing"
)

func TestAVocabularyKeepsWordsApart(t *testing.T) {
	v := newVocabulary()
	words := []string{"", "a", "a\x00", "\x00a", "fifteen_letters", "fifteen_letters\x00", strings.Repeat("x", maxWord)}
	for i := range 20_000 {
		words = append(words, fmt.Sprint("word", i), fmt.Sprint(i))
	}
	for round := range 2 {
		for i, w := range words {
			if n, ok := v.find(w); ok {
				t.Fatalf("%q has number %d before it is learned", w, n)
			}
			v.learn(w, uint32(i))
		}
		v.learn("a", noTerm)
		for i, w := range words {
			want := uint32(i)
			if w == "a" {
				want = noTerm
			}
			if n, ok := v.find(w); !ok || n != want {
				t.Fatalf("round %d: %q has number %d, %v; want %d", round, w, n, ok, want)
			}
		}
		v.clear()
	}
}

func TestCountsSurviveAFullVocabulary(t *testing.T) {
	a, err := newMixed()
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
		before := len(c.known.terms)
		words := c.count("fox " + text.String() + "fox")
		if len(c.known.terms) < before {
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
