// Package ods parses spreadsheets in OpenDocument format: those of LibreOffice.
package ods

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
	"ragserver/parse/sheet"
	"ragserver/parse/xmlstream"
	"ragserver/parse/zipped"
)

// MediaType is what texts of this package say they are.
const MediaType = "application/vnd.oasis.opendocument.spreadsheet"

// A Parser makes each sheet a page, with its tables as Markdown tables and its
// cells as the program that saved them showed them. It also reads the form that
// is one file of XML. Hidden rows, columns and sheets are read like others.
type Parser struct{ inside parse.Parser }

// New returns a parser of spreadsheets, whose embedded files inside reads; nil for
// none.
func New(inside parse.Parser) *Parser { return &Parser{inside} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r := &reader{ctx: ctx, parts: parts.New(ctx, p.inside), strong: make(map[string]bool)}
	t := rag.Text{MediaType: MediaType, Parser: "ods"}
	if err := r.open(in.Data, &t); err != nil {
		return rag.Text{}, err
	}
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	if len(r.labels) == 0 {
		return rag.Text{}, fmt.Errorf("no sheets in the document: %w", parse.ErrUnsupported)
	}
	r.out.Page(0)
	r.out.Top()
	r.out.Add(rag.List, strings.Join(r.names, "\n"))
	t.Labels, t.Pages = r.labels, len(r.labels)
	t.Text, t.Sections = r.out.Result()
	t.Parts = r.parts.Parts()
	t.Warnings = append(append(r.lost, r.book.Warnings()...), r.parts.Warnings()...)
	return t, nil
}

// A reader reads one document.
type reader struct {
	ctx     context.Context
	archive *zipped.Archive // nil for a single file of XML
	x       *xmlstream.Reader
	out     parse.Builder
	book    sheet.Book
	parts   *parts.Collector

	labels []string
	names  []string        // that people gave to cells, and what they mean
	strong map[string]bool // styles of cells with bold letters
	style  string          // that is being read
	lost   []string
	copies int // repeated cells that were left out
}

// open reads the members of an archive, or a single file.
func (r *reader) open(data []byte, t *rag.Text) error {
	if !bytes.HasPrefix(data, []byte("PK")) && bytes.Contains(data[:min(len(data), 4096)], []byte("<")) {
		r.content(bytes.NewReader(data), "the document")
		r.describe(bytes.NewReader(data), t)
		return nil
	}
	var err error
	if r.archive, err = zipped.Open(data); err != nil {
		return err
	}
	if err := r.locked(); err != nil {
		return err
	}
	in, err := r.archive.Open("content.xml")
	if err != nil {
		return err
	}
	defer in.Close()
	r.content(in, "content.xml")
	if in, err := r.archive.Open("meta.xml"); err == nil {
		defer in.Close()
		r.describe(in, t)
	}
	return nil
}

// locked returns an error that is parse.ErrEncrypted if a member needs a password.
func (r *reader) locked() error {
	in, err := r.archive.Open("META-INF/manifest.xml")
	if err != nil {
		return nil
	}
	defer in.Close()
	x := xmlstream.New(in)
	for kind := x.Next(); kind != xmlstream.None; kind = x.Next() {
		if kind == xmlstream.Start && x.Name() == "encryption-data" {
			return fmt.Errorf("a spreadsheet with a password: %w", parse.ErrEncrypted)
		}
	}
	return nil
}

// maxSheets and maxLost bound what is told of a document.
const (
	maxSheets = 10_000
	maxLost   = 20
)

func (r *reader) warn(err error) {
	if len(r.lost) < maxLost {
		r.lost = append(r.lost, strings.ToValidUTF8(err.Error(), "\uFFFD"))
	}
}

// content reads the sheets.
func (r *reader) content(in io.Reader, name string) {
	r.x = xmlstream.New(in)
	for {
		switch r.x.Next() {
		case xmlstream.None:
			if err := r.x.Err(); err != nil {
				r.warn(fmt.Errorf("%s: %w", name, err))
			}
			if r.copies > 0 {
				r.warn(fmt.Errorf("%d repeated cells were left out", r.copies))
			}
			return
		case xmlstream.Start:
			r.element()
		}
		if r.ctx.Err() != nil {
			return
		}
	}
}

func (r *reader) element() {
	switch r.x.Name() {
	case "style":
		r.style = r.x.Attr("name")
	case "text-properties":
		if w := r.x.Attr("font-weight"); r.style != "" && (w == "bold" || w == "700") && len(r.strong) < maxStyles {
			r.strong[r.style] = true
		}
	case "named-range", "named-expression":
		r.named()
	case "tracked-changes", "content-validations":
		r.x.Skip()
	case "table":
		if len(r.labels) < maxSheets {
			r.table()
		} else {
			r.x.Skip()
		}
	}
}

// maxStyles and maxNames bound what is kept of the whole document.
const (
	maxStyles = 100_000
	maxNames  = 1_000
)

// named notes a name that stands for one cell or an expression. Those of areas tell
// nothing that the table does not.
func (r *reader) named() {
	means := r.x.Attr("cell-range-address")
	if means == "" {
		means = strings.TrimPrefix(r.x.Attr("expression"), "of:=")
	}
	if name := r.x.Attr("name"); name != "" && means != "" && len(means) <= 500 && !strings.Contains(means, ":") && len(r.names) < maxNames {
		r.names = append(r.names, "- "+parse.Cell(name)+" = "+parse.Cell(means))
	}
}

// object returns what is written on a chart, or in another object, that is a
// folder of the archive; a file is added to the parts.
func (r *reader) object(href string) string {
	name := path.Clean(href)
	if r.archive == nil || href == "" || strings.Contains(href, ":") {
		return ""
	}
	in, err := r.archive.Open(path.Join(name, "content.xml"))
	if err != nil {
		r.file(name)
		return ""
	}
	defer in.Close()
	x := xmlstream.New(in)
	var lines []string
	for kind := x.Next(); kind != xmlstream.None && len(lines) < 100; kind = x.Next() {
		switch {
		case kind == xmlstream.Start && x.Name() == "table":
			x.Skip() // a copy of the cells
		case kind == xmlstream.Start && x.Name() == "p":
			if text, _ := paragraph(x); strings.TrimSpace(text) != "" {
				lines = append(lines, parse.Cell(text))
			}
		}
	}
	return strings.Join(lines, " - ")
}

// file adds an embedded file to the parts.
func (r *reader) file(name string) {
	if !r.archive.Has(name) {
		return
	}
	data, err := r.archive.Read(name)
	if err != nil {
		r.parts.Refuse(path.Base(name), int64(len(data)), err)
		return
	}
	if err := r.parts.Add(path.Base(name), "", data); err != nil && !errors.Is(err, r.ctx.Err()) {
		r.warn(err)
	}
}
