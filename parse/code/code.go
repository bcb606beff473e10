// Package code parses source code: a section for each declaration, under the
// names of what it is declared in.
package code

import (
	"context"
	"sync"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
	"ragserver/parse/text"
)

// A Parser keeps the text as it is in the file, in UTF-8, so that spans of the
// text are spans of the file.
type Parser struct {
	mediaType string
	language  func() *language // nil: none that we know; made when it is first needed
	blocks    parse.Parser     // of a file in which no declaration is found
}

// New returns a parser of the language that mediaType names. Code in a language
// without known declarations is cut as text.Code does.
func New(mediaType string) *Parser {
	p := &Parser{mediaType: mediaType, blocks: text.Code(mediaType)}
	if define := define(mediaType); define != nil {
		p.language = sync.OnceValue(define)
	}
	return p
}

// Parse implements parse.Parser. The heading of a section is the path of its
// declaration: package, types, function. It never depends on the file's name.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{Text: r.Text, MediaType: p.mediaType, Parser: "code"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	if t.Sections = p.sections(r.Text); len(t.Sections) > 0 {
		return t, ctx.Err()
	}
	t, err = p.blocks.Parse(ctx, in)
	t.Parser = "code"
	return t, err
}

// sections returns none where no declaration is found.
func (p *Parser) sections(src string) []rag.Section {
	if p.language == nil {
		return nil
	}
	l := p.language()
	masked := l.mask(src)
	if p.mediaType == "text/x-go" && shallow(masked) {
		if cuts := goCuts(src); cuts != nil {
			return cut(src, cuts)
		}
	}
	return cut(src, scan(src, masked, l))
}
