package rules_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/rules"
)

// A named is a parser that says its name, or fails if that is "bad".
type named string

func (n named) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	if n == "bad" {
		return rag.Text{}, errors.New("bad is broken")
	}
	return rag.Text{Text: string(n), MediaType: "text/plain", Parser: "test", Sections: []rag.Section{{Kind: rag.Paragraph, End: len(n)}}}, nil
}

func open(t *testing.T, list ...rules.Rule) *rules.Parser {
	t.Helper()
	p, err := rules.New(named("builtin"), list...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFirstRuleThatFitsDecides(t *testing.T) {
	p := open(t,
		rules.Rule{Name: "1", Match: []string{"a/**/*.tmp"}, Ignore: true},
		rules.Rule{Name: "2", Match: []string{"own/**"}},
		rules.Rule{Name: "3", Match: []string{"**/*.pdf", "**/*.x"}, Types: []string{"application/pdf"}, Parser: named("pdf")},
		rules.Rule{Name: "4", Types: []string{"text/*"}, Parser: named("text")},
		rules.Rule{Name: "5", Match: []string{"**"}, Parser: named("bad")})
	for _, tt := range []struct{ name, data, want, variant string }{
		{"a/b/c.tmp", "x", "left out by the rule 1", "1"},
		{"own/a.pdf", "%PDF-1.4", "builtin", "2"},
		{"d/a.pdf", "%PDF-1.4", "pdf", "3"},
		{"d/a.pdf", "only text", "text", "4"},
		{"d/a.txt", "%PDF-1.4", "bad is broken", "5"},
		{"d/a.pdf", "", "builtin", "4"},
	} {
		in := parse.Input{Name: tt.name, Data: []byte(tt.data)}
		got, err := p.Parse(t.Context(), in)
		text := got.Text
		if err != nil {
			text = err.Error()
		}
		if text != tt.want || p.Variant(in) != tt.variant || errors.Is(err, rules.ErrIgnored) != (tt.variant == "1") {
			t.Errorf("%s %.5q: got %q, variant %q, want %q, %q", tt.name, tt.data, text, p.Variant(in), tt.want, tt.variant)
		}
	}
}

func TestFallbackSaysWhy(t *testing.T) {
	got, err := open(t, rules.Rule{Match: []string{"*"}, Parser: named("bad"), Fallback: true}).Parse(t.Context(), parse.Input{Name: "a", Data: []byte("x")})
	if err != nil || got.Text != "builtin" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "bad is broken") {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestRulesAreChecked(t *testing.T) {
	for want, r := range map[string]rules.Rule{
		"is not a glob": {Match: []string{"[a"}}, "is not a media type": {Types: []string{"pdf"}}, "match or type is missing": {},
	} {
		if _, err := rules.New(named("x"), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, open(t, rules.Rule{Match: []string{"*"}, Parser: named("x")}), parse.Input{Name: "a", Data: []byte("text")})
}

func TestTypesAreComparedInAnyCase(t *testing.T) {
	p := open(t, rules.Rule{Types: []string{"Application/PDF"}, Parser: named("pdf")}, rules.Rule{Types: []string{"TEXT/*"}, Parser: named("text")})
	for data, want := range map[string]string{"%PDF-1.4": "pdf", "words": "text"} {
		if got, err := p.Parse(t.Context(), parse.Input{Name: "a", Data: []byte(data)}); err != nil || got.Text != want {
			t.Errorf("%s: got %q, error %v, want %q", data, got.Text, err, want)
		}
	}
}

func TestFailureOfBothSaysBoth(t *testing.T) {
	p, err := rules.New(named("bad"), rules.Rule{Match: []string{"*"}, Parser: failing{}, Fallback: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Parse(t.Context(), parse.Input{Name: "a", Data: []byte("x")}); !errors.Is(err, errService) || !strings.Contains(err.Error(), "bad is broken") {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsAskedForACallerWhoIsGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := open(t, rules.Rule{Match: []string{"*"}, Parser: failing{cancel}, Fallback: true})
	if _, err := p.Parse(ctx, parse.Input{Name: "a", Data: []byte("x")}); !errors.Is(err, errService) || errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want only %v", err, errService)
	}
}

var errService = errors.New("the service is away")

// A failing parser calls first, if it is not nil, and fails.
type failing struct{ first func() }

func (f failing) Parse(context.Context, parse.Input) (rag.Text, error) {
	if f.first != nil {
		f.first()
	}
	return rag.Text{}, errService
}
