package markdown_test

import (
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/markdown"
	"ragserver/parse/parsetest"
)

const source = "---\ntitle: The *Guide*\nlang: en\n---\nIntro\nline.\n\n# One [link](http://x)\n\n- a\n- b\n\n" +
	"## Two `code`\n\n```go\nx := 1\n\ny\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted é\n\nSet\n===\n\n    indented\n\nlast"

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, markdown.New(),
		parse.Input{Name: "a.md", Data: []byte(source)},
		parse.Input{Name: "crlf.md", Data: []byte(strings.ReplaceAll(source, "\n", "\r\n"))},
		parse.Input{Name: "cr.md", Data: []byte(strings.ReplaceAll(source, "\n", "\r"))})
}

func TestSectionsAreSpansOfTheSource(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n", "\r"} {
		src := strings.ReplaceAll(source, "\n", eol)
		got, err := markdown.New().Parse(t.Context(), parse.Input{Data: []byte(src)})
		if err != nil || got.Text != src || got.Title != "The *Guide*" || got.Language != "en" {
			t.Fatalf("got title %q, language %q, error %v", got.Title, got.Language, err)
		}
		var list []string
		for _, s := range got.Sections {
			text := strings.ReplaceAll(got.Text[s.Start:s.End], eol, "\n")
			list = append(list, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+text)
		}
		want := []string{
			"note||---\ntitle: The *Guide*\nlang: en\n---", "paragraph||Intro\nline.",
			"heading|One link|# One [link](http://x)", "list|One link|- a\n- b",
			"heading|One link/Two code|## Two `code`", "code|One link/Two code|```go\nx := 1\n\ny\n```",
			"table|One link/Two code|| a | b |\n|---|---|\n| 1 | 2 |", "paragraph|One link/Two code|> quoted é",
			"heading|Set|Set\n===", "code|Set|    indented", "paragraph|Set|last",
		}
		if strings.Join(list, "\n") != strings.Join(want, "\n") {
			t.Errorf("line end %q: got\n%s\nwant\n%s", eol, strings.Join(list, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestRuleAtTheTopIsNoFrontMatter(t *testing.T) {
	got, err := markdown.New().Parse(t.Context(), parse.Input{Data: []byte("---\n\nHello you.\n\n---\n\n# Head\n")})
	if err != nil || got.Title != "Head" || len(got.Sections) != 2 {
		t.Errorf("got title %q, %d sections, error %v", got.Title, len(got.Sections), err)
	}
}

func TestHeadingsOfTOML(t *testing.T) {
	got, err := markdown.New().Parse(t.Context(), parse.Input{Data: []byte("+++\ntitle = \"T\"\nauthor = \"A\"\n+++\ntext\n")})
	if err != nil || got.Title != "T" || got.Author != "A" {
		t.Errorf("got %q by %q, error %v", got.Title, got.Author, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(source))
	f.Add([]byte("- a\n\n  ```\n  x\n  ```\n> - b\n1. c\n   ***\n"))
	f.Add([]byte("```\n\n```\n~~~\n# \n#\n\t\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, markdown.New(), parse.Input{Name: "a.md", Data: data})
	})
}
