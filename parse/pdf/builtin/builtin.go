// Package builtin reads PDF files with nothing but this program: the reader that
// is always there.
package builtin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ledongthuc/pdf"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/pdf/layout"
)

// A Parser reads the text layer of a PDF page by page, puts it into reading
// order, and tells the page of each section. The objects of the file come from
// package ledongthuc/pdf; what a page draws is interpreted here, since words and
// columns are only known from where each glyph stands.
type Parser struct {
	inside parse.Parser
}

// New returns a parser of PDF, which reads the files embedded in one with inside:
// any format, or none if it is nil.
func New(inside parse.Parser) *Parser { return &Parser{inside} }

const maxPages = 20_000

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, repaired, err := open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	d := &document{reader: r, fonts: map[string]*font{}, layout: &layout.Document{}}
	t := rag.Text{Parser: "pdf/builtin"}
	d.info(&t)
	if repaired {
		d.layout.Warn("the file is damaged: its table of objects was rebuilt")
	}
	if err := d.read(ctx); err != nil {
		return rag.Text{}, err
	}
	if t.Parts, err = d.attachments(ctx, p.inside); err != nil {
		return rag.Text{}, err
	}
	if err = d.layout.Finish(&t); err != nil && len(t.Parts) > 0 {
		t.Warnings = append(t.Warnings, err.Error())
		err = nil
	}
	if err != nil && d.undecoded && !r.Trailer().Key("Encrypt").IsNull() {
		err = fmt.Errorf("PDF that no empty password opens: %w", parse.ErrEncrypted)
	}
	return t, err
}

// open opens the file as it is, and if that fails with its table of objects
// rebuilt.
func open(data []byte) (r *pdf.Reader, repaired bool, err error) {
	if data := normal(data); sane(data) {
		r, err = openOnce(data)
	} else {
		err = errors.New("malformed: the table of objects is said to have millions of entries")
	}
	if err == nil && len(pageTree(r)) > 0 {
		return r, false, nil
	}
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return nil, false, fmt.Errorf("PDF needs a password: %w", parse.ErrEncrypted)
	}
	again, err2 := openOnce(rebuild(data))
	switch {
	case err2 == nil && len(pageTree(again)) > 0:
		return again, true, nil
	case errors.Is(err2, pdf.ErrInvalidPassword) || bytes.Contains(data, []byte("/Encrypt")):
		return nil, false, fmt.Errorf("PDF with a password or an unknown encryption (%.80v): %w", firstOf(err2, err), parse.ErrEncrypted)
	case err != nil:
		return nil, false, fmt.Errorf("opening PDF: %w", err)
	}
	return nil, false, errors.New("opening PDF: no pages")
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func openOnce(data []byte) (r *pdf.Reader, err error) {
	defer func() {
		if v := recover(); v != nil {
			r, err = nil, fmt.Errorf("malformed: %v", v)
		}
	}()
	return pdf.NewReader(bytes.NewReader(data), int64(len(data)))
}

// guard runs f and returns its panic as an error: the library panics where a
// file is malformed.
func guard(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s, _, _ := strings.Cut(fmt.Sprint(v), "\n")
			err = errors.New(parse.Cut(strings.ToValidUTF8(s, "?"), 200))
		}
	}()
	f()
	return nil
}

// A document is a file that is being read.
type document struct {
	reader    *pdf.Reader
	fonts     map[string]*font // by reference, as in "12 0 R"
	layout    *layout.Document
	treeNodes int  // seen of trees other than that of pages
	undecoded bool // a stream could not be decoded
}

func (d *document) warn(format string, args ...any) { d.layout.Warn(format, args...) }

func (d *document) read(ctx context.Context) error {
	tree := pageTree(d.reader)
	d.layout.Outline = d.outline(tree)
	for i, v := range tree {
		if err := ctx.Err(); err != nil {
			return err
		}
		x := &interpreter{ctx: ctx, doc: d}
		if err := guard(func() { x.page(v) }); err != nil {
			d.warn("page %d is damaged and only partly read: %v", i+1, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p := layout.Page{Number: i + 1, Glyphs: x.glyphs, Unmapped: x.unmapped}
		if err := guard(func() { d.surroundings(ctx, v, &p) }); err != nil {
			d.warn("page %d: its links and notes cannot be read: %v", i+1, err)
		}
		if err := d.layout.Add(p); err != nil {
			return err
		}
	}
	return nil
}
