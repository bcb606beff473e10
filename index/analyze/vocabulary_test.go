package analyze

import (
	"fmt"
	"strings"
	"testing"
)

func TestAVocabularyKeepsWordsApart(t *testing.T) {
	v := NewVocabulary()
	words := []string{"", "a", "a\x00", "\x00a", "fifteen_letters", "fifteen_letters\x00", strings.Repeat("x", MaxTerm)}
	for i := range 20_000 {
		words = append(words, fmt.Sprint("word", i), fmt.Sprint(i))
	}
	for round := range 2 {
		known := v.table("")
		for i, w := range words {
			if n, ok := known.find(w); ok {
				t.Fatalf("%q has number %d before it is learned", w, n)
			}
			v.learn(known, w, uint32(i))
		}
		v.learn(known, "a", noTerm)
		for i, w := range words {
			want := uint32(i)
			if w == "a" {
				want = noTerm
			}
			if n, ok := known.find(w); !ok || n != want {
				t.Fatalf("round %d: %q has number %d, %v; want %d", round, w, n, ok, want)
			}
		}
		v.Clear()
	}
}
