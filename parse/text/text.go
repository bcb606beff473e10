// Package text parses plain text, source code and simple markup.
package text

import (
	"context"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser keeps the text as it is in the file, in UTF-8, so that spans of the
// text are spans of the file.
type Parser struct {
	mediaType string
	split     func(text string) []rag.Section
}

// Plain returns a parser of prose: paragraphs separated by blank lines.
func Plain(mediaType string) *Parser { return &Parser{mediaType, paragraphs(rag.Paragraph)} }

// Code returns a parser of source code: blocks that begin at the left margin
// after a blank line.
func Code(mediaType string) *Parser { return &Parser{mediaType, codeBlocks} }

// Markup returns a parser of prose with headings: TeX or Org, as the media type
// says.
func Markup(mediaType string) *Parser {
	return &Parser{mediaType, headed(mediaType)}
}

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{Text: r.Text, Sections: p.split(r.Text), MediaType: p.mediaType, Parser: "text"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	for _, s := range t.Sections {
		if s.Kind == rag.Heading && s.Level == 1 {
			t.Title = s.Heading[0]
			break
		}
	}
	return t, ctx.Err()
}

func paragraphs(kind rag.Kind) func(string) []rag.Section {
	return func(text string) (out []rag.Section) {
		parse.Blocks(text, func(start, end int) {
			out = append(out, rag.Section{Kind: kind, Start: start, End: end})
		})
		return out
	}
}

// codeBlocks joins a block to the one before when it is indented or only closes
// a brace: functions with blank lines inside stay whole.
func codeBlocks(text string) (out []rag.Section) {
	parse.Blocks(text, func(start, end int) {
		if n := len(out); n > 0 && strings.ContainsAny(text[start:start+1], " \t})]") && end-out[n-1].Start < maxJoined {
			out[n-1].End = end
			return
		}
		out = append(out, rag.Section{Kind: rag.Code, Start: start, End: end})
	})
	return out
}

// maxJoined bounds a joined block, in bytes: about four chunks.
const maxJoined = 8 << 10
