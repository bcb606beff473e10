package main

import (
	"strings"
	"testing"

	"ragserver/configs"
	"ragserver/parse"
	"ragserver/parse/formats"
)

func ruleSettings(t *testing.T, yaml string) settings {
	t.Helper()
	s := defaults()
	if err := configs.Decode("a.yaml", []byte(yaml), &s, func(string) (string, bool) { return "", false }); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRulesOfTheConfiguration(t *testing.T) {
	s := ruleSettings(t, `parse:
  - {match: "*.tmp", use: ignore}
  - {match: "*.md", use: builtin}
  - {type: text/*, use: {kind: tika, url: "http://127.0.0.1:1", timeout: 10ms}, fallback: true}
`)
	p, timeout, err := s.ruled(formats.Router(formats.Options{}))
	if err != nil || timeout == 0 {
		t.Fatalf("time %v, error %v", timeout, err)
	}
	if _, err := p.Parse(t.Context(), parse.Input{Name: "a.tmp", Data: []byte("x")}); err == nil || err.Error() != "left out by the rule parse[0] (*.tmp)" {
		t.Errorf("got %v", err)
	}
	got, err := p.Parse(t.Context(), parse.Input{Name: "a.txt", Data: []byte("x")})
	if err != nil || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "tika at 127.0.0.1:1") {
		t.Errorf("got %+v, error %v", got, err)
	}
	if got, err := p.Parse(t.Context(), parse.Input{Name: "a.md", Data: []byte("x")}); err != nil || len(got.Warnings) != 0 {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestMistakesInRulesAreReported(t *testing.T) {
	for yaml, want := range map[string]string{
		`parse: [{match: "[", use: ignore}]`:                "is not a glob",
		`parse: [{use: ignore}]`:                            "match or type is missing",
		`parse: [{match: a, use: {kind: tika}}]`:            "a.yaml:1: parse[0].use: url: is missing",
		`parse: [{match: a, use: ftp}]`:                     `kind "ftp" is not one of`,
		`parse: [{match: a}]`:                               `kind "" is not one of`,
		`parse: [{match: a, use: {kind: command, pth: x}}]`: "parse[0].use.pth: unknown key",
	} {
		if err := ruleSettings(t, yaml).check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", yaml, err, want)
		}
	}
}

func TestAChangedRuleIsAnotherParser(t *testing.T) {
	ids := map[string]bool{defaults().parserID(): true}
	for _, yaml := range []string{
		`parse: [{match: a, use: ignore}]`, `parse: [{match: b, use: ignore}]`, `parse: [{type: text/a, use: ignore}]`,
		`parse: [{match: a, use: {kind: tika, url: "http://x"}}]`, `parse: [{match: a, use: {kind: tika, url: "http://y"}}]`,
		`parse: [{match: a, use: {kind: tika, url: "http://y"}, fallback: true}]`,
	} {
		id := ruleSettings(t, yaml).parserID()
		if ids[id] {
			t.Errorf("%s has the ID of others: %s", yaml, id)
		}
		ids[id] = true
	}
}
