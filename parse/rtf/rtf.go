// Package rtf parses Rich Text Format, version 1.9.1, and the HTML that Outlook
// wraps into it ([MS-OXRTFEX]).
package rtf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/html"
	"ragserver/parse/parts"
)

// A Parser reads the text of a document; hidden and deleted text is left out,
// notes and comments follow the paragraph that they belong to, and what stands on
// every page comes once, at the end. The format does not say where pages break.
type Parser struct {
	inner parse.Parser
}

// New returns a parser that leaves files inside a document to inner; it may be
// nil.
func New(inner parse.Parser) *Parser { return &Parser{inner} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	data := bytes.TrimLeft(bytes.TrimPrefix(in.Data, []byte("\xEF\xBB\xBF")), " \t\r\n\x00")
	if !bytes.HasPrefix(data, []byte(`{\rtf`)) {
		return rag.Text{}, fmt.Errorf(`document that does not begin with {\rtf: %w`, parse.ErrUnsupported)
	}
	r := newReader(parts.New(ctx, p.inner))
	if err := r.read(ctx, data); err != nil {
		return rag.Text{}, err
	}
	return r.result(ctx)
}

func (r *reader) result(ctx context.Context) (rag.Text, error) {
	t := rag.Text{MediaType: "text/rtf", Parser: "rtf", Language: r.language}
	r.describe(&t)
	if r.wraps {
		if err := r.unwrap(ctx); err != nil {
			return rag.Text{}, err
		}
	}
	r.writeMargins()
	if r.hidden > 0 {
		r.lose("hidden or deleted text was left out")
	}
	if r.damaged > 0 {
		r.lose(fmt.Sprintf("%d characters could not be decoded and were replaced", r.damaged))
	}
	t.Text, t.Sections = r.out.Result()
	t.Parts = r.parts.Parts()
	t.Warnings = append(r.lost, r.parts.Warnings()...)
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	if t.Text == "" && len(t.Parts) == 0 {
		return rag.Text{}, fmt.Errorf("document without visible text: %w", parse.ErrNoText)
	}
	return t, nil
}

// unwrap reads the HTML that the document is a wrapping of.
func (r *reader) unwrap(ctx context.Context) error {
	t, err := html.Whole(ctx, strings.ToValidUTF8(r.page.String(), "\uFFFD"))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, parse.ErrNoText) {
		r.lose("the HTML inside cannot be read: " + err.Error())
	}
	for _, s := range t.Sections {
		r.out.Put(rag.Section{Kind: s.Kind, Level: s.Level, Links: s.Links}, t.Text[s.Start:s.End])
	}
	return nil
}

func (r *reader) lose(what string) {
	if len(r.lost) < 20 {
		r.lost = append(r.lost, what)
	}
}
