package retrieve

import (
	"errors"
	"strings"
	"testing"
)

var sample = map[string]any{
	"path": "docs/sub/c.txt", "size": int64(53), "modified_at": int64(1795335020), "owner": "root",
	"created_at": nil, "title": "It's a title", "my field": "x",
}

func TestConditions(t *testing.T) {
	for _, tc := range []struct {
		filter, glob string
		want         bool
	}{
		{"", "", true},
		{"path == `docs/sub/c.txt`", "", true}, // Pathway's form: not JSON, a string
		{"path == 'docs/sub/c.txt'", "", true},
		{`path == "docs/sub/c.txt"`, "", true},
		{`path == "other"`, "", false},
		{"contains(path, `\"sub\"`)", "", true},
		{"contains(path, 'sub')", "", true},
		{`contains(path, "sub")`, "", true},
		{`contains(title, "It's")`, "", true},
		{"contains(title, `It's`)", "", true},
		{"title == `It's a title`", "", true},
		{`"my field" == 'x'`, "", true},
		{"size > `10`", "", true},
		{"size > 10", "", true},
		{"modified_at >= `1795335020` && size < `54`", "", true},
		{"modified_at >= to_number(`1`)", "", true},
		{"missing == 'x'", "", false},
		{"missing > `1`", "", false},
		{"contains(missing, 'x')", "", false},
		{"!(owner == 'root') || starts_with(path, 'docs')", "", true},
		{"created_at == null", "", true},
		{"globmatch('docs/**/*.txt', path)", "", true},
		{"owner == 'root'", "*.md", false},
		{"", "*.txt", true},
		{"", "docs/*", true},
		{"", "**/*.txt", true},
		{"", "docs/**", true},
		{"", "docs/sub/[ab].*", false},
		{"", "docs/sub/[!ab].*", true},
		{"", "docs/sub/[a-c].t?t", true},
		{"", "**/*.{txt,md}", true},
		{"", "DOCS/*", false},
		{"", "docs", false},
		{"", "***", true},
		{"", `docs/sub/c\.txt`, true},
	} {
		c, err := NewCondition(tc.filter, tc.glob)
		if err != nil {
			t.Errorf("%q %q: %v", tc.filter, tc.glob, err)
			continue
		}
		if got := c.Match(sample); got != tc.want {
			t.Errorf("%q %q: got %v, want %v", tc.filter, tc.glob, got, tc.want)
		}
	}
}

func TestBadConditionsNameTheFieldAndThePlace(t *testing.T) {
	for _, tc := range []struct{ filter, glob, field, message string }{
		{"path ==", "", "filter", "character"},
		{"path == 'x", "", "filter", "Unclosed"},
		{"path", "", "filter", "not a condition"},
		{"'x'", "", "filter", "not a condition"},
		{"owner || 'x'", "", "filter", "not a condition"},
		{"lenght(path) > `1`", "", "filter", "no function lenght()"},
		{"contains(path)", "", "filter", "contains() takes 2 arguments, not 1"},
		{"pad_left(path, `1000000000`) == 'x'", "", "filter", "no function pad_left()"},
		{strings.Repeat("(", 3000), "", "filter", "nested deeper"},
		{strings.Repeat("!", 3000) + "path", "", "filter", "nested deeper"},
		{strings.Repeat("a", 10000), "", "filter", "characters"},
		{"", "**/[x", "glob", "[ is not closed"},
		{"", "{a", "glob", "{ is not closed"},
		{"", "a}", "glob", "} without {"},
		{"", `a\`, "glob", "backslash"},
		{"", "\xff", "glob", "not UTF-8"},
		{"", "[z-a]", "glob", "not a glob"},
	} {
		_, err := NewCondition(tc.filter, tc.glob)
		var bad *BadQuery
		if !errors.As(err, &bad) || bad.Field != tc.field || !strings.Contains(bad.Message, tc.message) {
			t.Errorf("%.40q %q: got %v, want %s: ...%s...", tc.filter, tc.glob, err, tc.field, tc.message)
		}
	}
}

func TestQuoteInAGlobIsOrdinary(t *testing.T) {
	g, err := NewGlob("it's*")
	if err != nil || !g.Match("it's me") || g.Match("its me") {
		t.Errorf("got %v", err)
	}
}

// The ends of a pattern that are compared first must not rule out what the
// whole pattern matches.
func TestLiteralEndsAgreeWithThePattern(t *testing.T) {
	paths := []string{"", "a", "b", "/", "a/b", "b/a", "a/b.md", "x/a/b.md", "b.md", "a*b", "a*bc", "[a]b", "a,b", "a{b", "docs/x", "docs/", "ab", "aab"}
	for _, pattern := range []string{
		"**/b.md", "a/**/b.md", "**", "*b", "a*", "a/*", "**/a/b.md", `a\*b`, `a\**`, "[[]a]b", "{a,b}", "{a,b}/b", "a{/b,}",
		"a,b", `a\{b`, "docs/**", "docs/**/x", "?", "a?b", "ab", "[a-b]", "a[a-b]b", "**/**/b", "*/", "/",
	} {
		g, err := NewGlob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if got, want := g.Match(path), g.re.MatchString(path); got != want {
				t.Errorf("%q and %q: got %v, want %v (prefix %q, suffix %q)", pattern, path, got, want, g.prefix, g.suffix)
			}
		}
	}
}

func FuzzGlobEnds(f *testing.F) {
	f.Add("a/**/b.{md,txt}", "a/b.md")
	f.Add(`\*[!x]?`, "*ab")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if g, err := NewGlob(pattern); err == nil && g.Match(path) != g.re.MatchString(path) {
			t.Errorf("%q and %q: the ends %q and %q do not agree", pattern, path, g.prefix, g.suffix)
		}
	})
}

func FuzzCondition(f *testing.F) {
	f.Add("path == `x` && size > `1`", "**/*.{a,b}")
	f.Add("contains(`[1]`, \"x\")", "[!a-z]?")
	f.Fuzz(func(t *testing.T, filter, glob string) {
		if c, err := NewCondition(filter, glob); err == nil {
			c.Match(sample)
		}
	})
}
