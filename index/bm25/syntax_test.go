package bm25

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/index"
	"ragserver/index/indextest"
)

func TestParseQuery(t *testing.T) {
	tests := map[string][]Clause{
		"":                 nil,
		" \t\n":            nil,
		"river bank":       {{Text: "river"}, {Text: "bank"}},
		"+river -bank":     {{Sign: Must, Text: "river"}, {Sign: MustNot, Text: "bank"}},
		`"river bank"`:     {{Text: "river bank", Phrase: true}},
		`-title:"a \"b\\"`: {{Sign: MustNot, Field: "title", Text: `a "b\`, Phrase: true}},
		"+body:RIV*":       {{Sign: Must, Field: "body", Text: "riv", Prefix: true}},
		"heading:a:b":      {{Field: "heading", Text: "a:b"}},
		"a+b well-known":   {{Text: "a+b"}, {Text: "well-known"}},
		"a*b":              {{Text: "a*b"}},
		`"a: b"`:           {{Text: "a: b", Phrase: true}},
		"日本 \u3000語*":      {{Text: "日本"}, {Text: "語", Prefix: true}},
		"(a OR b)":         {{Text: "(a"}, {Text: "OR"}, {Text: "b)"}},
	}
	for text, want := range tests {
		got, err := ParseQuery(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", text, diff)
		}
	}
}

func TestParseQueryErrors(t *testing.T) {
	tests := map[string]string{
		`a "b`:                           "character 3: the quote is not closed",
		`a "b\`:                          "character 3: the quote is not closed",
		`日 "b"c`:                         "character 3: a space is missing after the closing quote",
		`""`:                             "character 1: no word between the quotes",
		`ab"c`:                           "character 3: a quote inside a word",
		"a + b":                          "character 4: + needs a word after it",
		"-":                              "character 2: - needs a word after it",
		"title: x":                       "character 7: title: needs a word after it",
		"ab -*":                          `character 5: * needs the beginning of a word before it`,
		"see http://x.y/":                `character 5: "http" is not one of the fields title, heading and body`,
		":x":                             `character 1: "" is not one of the fields`,
		strings.Repeat("a ", maxTerms+1): "there are more than 1024 words",
	}
	for text, want := range tests {
		_, err := ParseQuery(text)
		if !errors.Is(err, index.ErrSyntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got error %v, want %q", text, err, want)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{`+a -"b c" title:d* `, `"\"`, "body:+x", "\xff\x00*", "+title:\"日本語\" w1*"} {
		f.Add(s)
	}
	l := open(f, Config{})
	f.Cleanup(func() { l.Close() })
	fill(f, l, index.Text{Title: "a b", Heading: "c", Body: "日本語 a d w1 \xff", Language: "en"}, index.Text{Body: "b c a"})
	f.Fuzz(func(t *testing.T, text string) {
		s := l.Snapshot()
		defer s.Close()
		found, err := s.Search(t.Context(), index.Query{Text: text, K: 10, Syntax: true})
		_, parsed := ParseQuery(text)
		if err != nil && !errors.Is(err, index.ErrSyntax) || (err == nil) != (parsed == nil) {
			t.Fatalf("%q: %v; parsing it alone: %v", text, err, parsed)
		}
		if len(found) > 2 {
			t.Fatalf("%q: found %v of two chunks", text, found)
		}
		if _, err := s.Search(t.Context(), index.Query{Text: text, K: 10}); err != nil {
			t.Fatalf("%q as mere text: %v", text, err)
		}
	})
}

// fill applies texts as chunks and rows 0, 1, 2, ...
func fill(t testing.TB, l *Leg, texts ...index.Text) {
	t.Helper()
	var changes []index.Change
	for i, x := range texts {
		changes = append(changes, index.Change{Row: index.Row(i), ID: indextest.ID(i), Diff: 1, Text: x})
	}
	if err := l.Apply(t.Context(), 1, changes); err != nil {
		t.Fatal(err)
	}
}

// rowsOf returns the rows found, in ascending order.
func rowsOf(t testing.TB, l *Leg, text string) []index.Row {
	t.Helper()
	s := l.Snapshot()
	defer s.Close()
	found, err := s.Search(t.Context(), index.Query{Text: text, K: 100, Syntax: true})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var rows []index.Row
	for _, f := range found {
		rows = append(rows, f.Row)
	}
	slices.Sort(rows)
	return rows
}

func TestClausesMatch(t *testing.T) {
	l := open(t, Config{})
	defer l.Close()
	fill(t, l,
		index.Text{Title: "The river bank", Heading: "Rivers > Banks", Body: "A well-known story of the rivers", Language: "en"}, // 0
		index.Text{Heading: "Money", Body: "A bank by the river, and a known well", Language: "en"},                              // 1
		index.Text{Title: "Der Fluss", Body: "Die Bank an den Flüssen heißt bank", Language: "de"},                               // 2
		index.Text{Body: "新日本語の本", Language: "ja"},                                                                               // 3
		index.Text{Body: "日本 と 語", Language: "ja"},                                                                               // 4
		index.Text{Title: "bank", Body: "robbers river"},                                                                         // 5
	)
	tests := map[string][]index.Row{
		"river":               {0, 1, 5},
		"river -bank":         nil,
		"story known":         {0, 1},
		"+story known":        {0},
		"known -story":        {1},
		`"river bank"`:        {0},
		`"bank of the river"`: {1}, // stop words do not count
		`"the river's banks"`: {0},
		`"bank robbers"`:      nil, // not in one place
		`-"river bank" river`: {1, 5},
		"title:bank":          {0, 5},
		"+heading:bank":       {0},
		"body:bank":           {1, 2},
		"-title:bank bank":    {1, 2},
		`title:"river bank"`:  {0},
		`body:"river bank"`:   nil,
		"+well-known":         {0, 1},
		`"well-known"`:        {0},
		"rob*":                {5},
		"+ri* -rob*":          {0, 1},
		"title:riv*":          {0},
		`"日本語"`:               {3},
		`"日本"`:                {3, 4},
		"+日本語":                {3},
		"+the":                nil,
		"-river":              nil,
		"zzz* river":          {0, 1, 5},
		"+zzz* river":         nil,
		"+zzz river":          nil,
	}
	for text, want := range tests {
		if got := rowsOf(t, l, text); !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", text, got, want)
		}
	}
}

// TestClausesLikeBruteForce compares phrases, prefixes, fields and signs with
// what looking at the words of every chunk gives.
func TestClausesLikeBruteForce(t *testing.T) {
	h := newHistory(t, Config{}, 300)
	defer h.leg.Close()
	for i := range 12 {
		h.step(t, 200)
		if i == 6 {
			h.reload(t, Config{}, "")
		}
		for range 20 {
			q, want := h.clauses()
			h.check(t, index.Query{Text: q, K: 1 + h.rng.IntN(300), Syntax: true}, want)
		}
	}
}

// clauses returns a random query and the scores that it should give.
func (h *history) clauses() (string, map[index.Row]float64) {
	var query []string
	out := make(map[index.Row]bool)
	sum := make(map[index.Row]float64)
	for range 1 + h.rng.IntN(3) {
		sign := h.rng.IntN(3)
		field := h.rng.IntN(2*fields) - fields // below 0: any
		words := strings.Fields(zipf(h.rng, 1+h.rng.IntN(2), 40))
		prefix := h.rng.IntN(4) == 0
		text := `"` + strings.Join(words, " ") + `"`
		if prefix {
			words = words[:1]
			text = strings.TrimSuffix(words[0], "x") + "*"
		}
		if field >= 0 {
			text = fieldName(field) + ":" + text
		}
		query = append(query, []string{"", "+", "-"}[sign]+text)
		terms := words
		if prefix {
			terms = h.expand(strings.TrimSuffix(words[0], "x"), []int{maxPrefix, maxPrefixMatch}[min(sign, 1)])
		}
		scores := h.want.score(terms...)
		for row, text := range h.want.texts {
			match := hasClause(text, field, terms, prefix)
			out[row] = out[row] || match == (sign == 2) && sign > 0
			if match && sign < 2 {
				sum[row] += scores[row]
			}
		}
	}
	for row := range out {
		if out[row] {
			delete(sum, row)
		}
	}
	return strings.Join(query, " "), sum
}

// expand returns the most frequent words with a prefix.
func (h *history) expand(prefix string, limit int) []string {
	frequency := make(map[string]int)
	for _, text := range h.want.texts {
		all := slices.Concat(text[0], text[1], text[2])
		slices.Sort(all)
		for _, w := range slices.Compact(all) {
			if strings.HasPrefix(w, prefix) {
				frequency[w]++
			}
		}
	}
	var words []string
	for w := range frequency {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if frequency[a] != frequency[b] {
			return frequency[b] - frequency[a]
		}
		return strings.Compare(a, b)
	})
	return words[:min(limit, len(words))]
}

// hasClause says whether a text has words in a row, or one of them.
func hasClause(text [fields][]string, field int, words []string, any bool) bool {
	for f, have := range text {
		if field >= 0 && f != field {
			continue
		}
		for i := range have {
			switch {
			case any && slices.Contains(words, have[i]):
				return true
			case !any && len(have)-i >= len(words) && slices.Equal(have[i:i+len(words)], words):
				return true
			}
		}
	}
	return false
}

func TestSyntaxIsAskedFor(t *testing.T) {
	l := open(t, Config{})
	defer l.Close()
	fill(t, l, index.Text{Body: "river"}, index.Text{Body: "bank"})
	s := l.Snapshot()
	defer s.Close()
	found, err := s.Search(t.Context(), index.Query{Text: `+river -bank "`, K: 10})
	if err != nil || len(found) != 2 {
		t.Errorf("as mere text: found %v, %v; want both chunks", found, err)
	}
	if _, err := s.Score(t.Context(), index.Query{Text: `"`, Syntax: true}, []index.Row{0}); !errors.Is(err, index.ErrSyntax) {
		t.Errorf("Score: %v, want a syntax error", err)
	}
}
