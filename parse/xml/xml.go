// Package xml parses XML of any vocabulary.
package xml

import (
	"context"
	stdxml "encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser collects the character data of a document. Elements that hold prose
// become paragraphs, titles become headings, and a short value becomes a line
// with the name of its element. Entities are never fetched: one that is not
// built in stays as it is written.
type Parser struct{}

// New returns a parser of XML.
func New() *Parser { return &Parser{} }

var declared = regexp.MustCompile(`^<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']`)

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	name := ""
	if m := declared.FindSubmatch(in.Data[:min(len(in.Data), 300)]); m != nil {
		name = string(m[1])
	}
	r, err := charset.Decode(in.Data, name)
	if err != nil {
		return rag.Text{}, err
	}
	w := &walker{}
	problem := w.read(ctx, r.Text)
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{MediaType: "text/xml", Parser: "xml", Title: w.title}
	t.Text, t.Sections = w.out.Result()
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	if w.kind != "" && len(t.Sections) == 1 {
		t.Text, t.Sections = "", nil // nothing but what kind of document it is
	}
	if t.Text == "" && problem != nil {
		return rag.Text{}, fmt.Errorf("reading XML: %w", problem)
	}
	if t.Text == "" {
		return rag.Text{}, fmt.Errorf("XML without character data: %w", parse.ErrNoText)
	}
	if problem != nil {
		t.Warnings = append(t.Warnings, fmt.Sprintf("not well-formed, read up to there: %v", problem))
	}
	return t, nil
}

// maxDepth bounds the nesting of elements.
const maxDepth = 1000

func (w *walker) read(ctx context.Context, text string) error {
	d := stdxml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.Entity = stdxml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	for n := 0; ; n++ {
		if n&0xFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			w.flush()
			return nil
		}
		if err != nil {
			w.flush()
			return err
		}
		switch tok := tok.(type) {
		case stdxml.StartElement:
			if len(w.open) >= maxDepth {
				return fmt.Errorf("more than %d elements inside each other: %w", maxDepth, parse.ErrLimit)
			}
			w.start(tok)
		case stdxml.EndElement:
			w.end(tok.Name.Local)
		case stdxml.CharData:
			w.text.Write(tok)
		case stdxml.Directive:
			w.declare(string(tok))
		}
	}
}
