package analyze

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// termsOf returns what the analyzer called name makes of text.
func termsOf(t testing.TB, name, language, text string) []string {
	t.Helper()
	a, err := New(name)
	if err != nil {
		t.Fatal(err)
	}
	var terms []string
	v := NewVocabulary()
	for _, n := range a.Terms(text, language, v, nil) {
		terms = append(terms, v.Term(n))
	}
	return terms
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"Running runs run":        "run run run",
		"the cat's whiskers":      "cat whisker",
		"O'Neill isn't rock'n'":   "oneil rockn",
		"foo_bar.baz-42 v1.2":     "foo bar baz 42 v1 2",
		"日本語":                     "日 本 日本 語 本語",
		"Go言語x":                   "go 言 語 言語 x",
		"a\x00b\xffc":             "b c",
		"ﬁne Ⅷ":                   "fine viii",
		"'quoted' ''":             "quot",
		"e\u0301te\u0301":         "été",
		strings.Repeat("ab", 100): strings.Repeat("ab", 32),
		strings.Repeat("é", 100):  strings.Repeat("é", 32),
		strings.Repeat("Ⱥ", 32):   strings.Repeat("ⱥ", 21), // small letters are longer
	} {
		if got := strings.Join(termsOf(t, Mixed, "", text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzTerms feeds the analyzer any bytes: it ends, gives short and valid terms,
// and the same ones again.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "Hello, world", "日本 語x", "\xff\xfe'", "don’t ’", "e\u0301\u0301", "\x00", "ก็ a\u0e31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := termsOf(t, Mixed, "", text)
		for _, term := range terms {
			if term == "" || len(term) > MaxTerm || !utf8.ValidString(term) {
				t.Fatalf("term %q of %q", term, text)
			}
		}
		if again := termsOf(t, Mixed, "", text); !slices.Equal(terms, again) {
			t.Fatalf("%q gives %q, and then %q", text, terms, again)
		}
	})
}
