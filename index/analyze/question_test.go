package analyze

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"
)

func TestQueryHasAlternativesByLanguage(t *testing.T) {
	a, err := New(Auto)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text      string
		languages []string
		want      string
	}{
		{"running houses", nil, "[[run] [hous]]"},
		{"running houses", []string{"zh", "de", "fr", "de-CH", "en"}, "[[run running runing] [hous]]"},
		{"日本 Häuser", []string{"ja", "de"}, "[[日] [本] [日本] [häuser haus]]"},
		{"cat cat", []string{"en"}, "[[cat] [cat]]"},
		{"the who", []string{""}, "[]"},
		{"", []string{"de"}, "[]"},
		{"\xff\x00", []string{"\xff"}, "[]"},
		// A stop word of one language is a word of another ...
		{"die casting", []string{"de", "en"}, "[[die] [casting cast]]"},
		{"to die", []string{"de", "en"}, "[[to] [die]]"},
		// ... unless the query is clearly in the first.
		{"Was ist die Hauptstadt von Frankreich", []string{"en", "de"}, "[[hauptstadt] [frankreich]]"},
		{"what is the capital of France", []string{"de", "en"}, "[[capital capit] [franc]]"},
		{"the 17 cars, 4 boats, 3 houses of Rome", []string{"en", "id"},
			"[[the] [17] [car cars] [4] [boat boats] [3] [hous houses] [of] [rome]]"},
	} {
		got := fmt.Sprint(a.Query(c.text, c.languages))
		if got != c.want {
			t.Errorf("%q in %q: got %s, want %s", c.text, c.languages, got, c.want)
		}
		if again := fmt.Sprint(a.Query(c.text, c.languages)); again != got {
			t.Errorf("%q in %q: got %s, and then %s", c.text, c.languages, got, again)
		}
	}
}

func TestQueriesDoNotFillTheMemory(t *testing.T) {
	a, err := newByLanguage(Auto)
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxKnown + 10 {
		a.Query(fmt.Sprint("q", i, "q"), nil)
	}
	if n := a.queries.Len(); n > 100 {
		t.Errorf("%d terms are remembered", n)
	}
	if got := fmt.Sprint(a.Query("running", []string{"en", "de"})); got != "[[run running]]" {
		t.Errorf("got %s", got)
	}
}

// FuzzQuery compares a query with a text of the same words.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "die Häuser of 日本", "\xff\xfe'", "don’t ’", "e\u0301\u0301", "l'été \u200d"} {
		f.Add(s)
	}
	a, err := New(Auto)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := NewVocabulary()
		one := a.Query(text, []string{"fr"})
		var terms []string
		for _, n := range a.Terms(text, "fr", v, nil) {
			terms = append(terms, v.Term(n))
		}
		if got := slices.Concat(one...); !slices.Equal(got, terms) {
			t.Fatalf("the query of %q is %q, the text %q", text, got, terms)
		}
		for _, word := range a.Query(text, []string{"de", "en", "tr"}) {
			for i, term := range word {
				if term == "" || len(term) > MaxTerm || !utf8.ValidString(term) || slices.Contains(word[:i], term) {
					t.Fatalf("%q of %q", word, text)
				}
			}
			if len(word) == 0 || len(word) > 3 {
				t.Fatalf("%d alternatives in %q", len(word), text)
			}
		}
	})
}
