package answer

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSentences(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":         {"One. Two! Three? Four", []string{"One.", "Two!", "Three?", "Four"}},
		"abbreviations": {"Dr. A. Smith met Mr. Jones, e.g. at 3.5 km. They left.", []string{"Dr. A. Smith met Mr. Jones, e.g. at 3.5 km.", "They left."}},
		"quotes":        {`He said "Go." (Really.) Then left.`, []string{`He said "Go."`, `(Really.)`, `Then left.`}},
		"wrapped":       {"One line\nand its end. Two.", []string{"One line\nand its end.", "Two."}},
		"list":          {"Intro:\n- first item\n  goes on\n- second. Third\n1. fourth", []string{"Intro:", "first item\n  goes on", "second.", "Third", "fourth"}},
		"table":         {"| a | b |\n|---|---|\n| c. D | d |", []string{"| a | b |", "| c. D | d |"}},
		"heading":       {"## Title. Here\ntext", []string{"Title. Here", "text"}},
		"code":          {"Run:\n```go\nx := 1. y\nz()\n```\nDone.", []string{"Run:", "x := 1. y", "z()", "Done."}},
		"file names":    {"See main.go and example.com. Ok.", []string{"See main.go and example.com.", "Ok."}},
		"chinese":       {"一。二！“三？”四", []string{"一。", "二！", "“三？”", "四"}},
		"hindi":         {"एक। दो।", []string{"एक।", "दो।"}},
		"nothing":       {" \n\n---\n", nil},
	} {
		var got []string
		for _, s := range sentences(c.text) {
			got = append(got, c.text[s.start:s.end])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestLongTextIsCutBetweenWords(t *testing.T) {
	text := strings.Repeat("wörter ", 1000)
	for _, s := range sentences(text) {
		if q := text[s.start:s.end]; len(q) > longest || !utf8.ValidString(q) || strings.Trim(q, "wörte ") != "" || q[0] != 'w' {
			t.Fatalf("got %q", q)
		}
	}
}

func FuzzSentences(f *testing.F) {
	f.Add("A. b C. \"D.\" - e\n\n| f |")
	f.Add("```\n`\n\t\u3002\xe3")
	f.Add(" " + strings.Repeat("\x86", 2*longest)) // no character begins anywhere
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, s := range sentences(text) {
			if s.start < last || s.end <= s.start || s.end > len(text) || s.end-s.start > longest {
				t.Fatalf("sentence %+v after %d in %q", s, last, text)
			}
			last = s.end
		}
	})
}

func TestStemsMeet(t *testing.T) {
	for _, c := range [][2]string{
		{"interception", "intercepted"}, {"cities", "city"}, {"stopped", "stops"}, {"used", "using"}, {"registered", "registering"}, {"boxes", "box"},
		{"defense", "defend"}, {"опера", "оперы"},
	} {
		if alike(stem(c[0]), stem(c[1])) == 0 {
			t.Errorf("%s (%s) and %s (%s) are not alike", c[0], stem(c[0]), c[1], stem(c[1]))
		}
	}
	for _, c := range [][2]string{{"cat", "cattle"}, {"universe", "united"}, {"form", "formula one"}} {
		if alike(stem(c[0]), stem(c[1])) == 1 {
			t.Errorf("%s and %s are the same", c[0], c[1])
		}
	}
}
