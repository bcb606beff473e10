package pdfium

import (
	"context"
	"fmt"
	"math"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/pdf/layout"
)

// A Parser reads the text of PDF files.
type Parser struct {
	engine *Engine
	inside parse.Parser
}

// New returns a parser of PDF, which reads the files embedded in one with inside:
// any format, or none if it is nil.
func New(e *Engine, inside parse.Parser) *Parser { return &Parser{e, inside} }

const maxPages = 20_000

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (t rag.Text, err error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t.Parser = "pdf/pdfium"
	var files []file
	d := &document{layout: &layout.Document{}}
	err = p.engine.with(ctx, func(i *instance) error {
		d.instance = i
		if err := d.open(in.Data); err != nil {
			return err
		}
		if err := d.pages(ctx); err != nil {
			return err
		}
		d.info(&t)
		files = d.files(ctx)
		return nil
	})
	if err != nil {
		return rag.Text{}, err
	}
	if t.Parts, err = d.read(ctx, files, p.inside); err != nil {
		return rag.Text{}, err
	}
	if err = d.layout.Finish(&t); err != nil && len(t.Parts) > 0 {
		t.Warnings = append(t.Warnings, err.Error())
		err = nil
	}
	return t, err
}

// A document is a file that is being read.
type document struct {
	*instance
	layout *layout.Document
	handle uint64
	count  int // pages
}

// Errors of FPDF_GetLastError.
const (
	badFormat   = 3
	badPassword = 4
	badSecurity = 5
)

// open loads the file.
func (d *document) open(data []byte) error {
	if len(data) > math.MaxInt32/2 {
		return fmt.Errorf("PDF of %d MiB: %w", len(data)>>20, parse.ErrLimit)
	}
	bytes := d.put(data) // PDFium reads from it as long as the document is open
	password := d.put(nil)
	d.handle = d.call("FPDF_LoadMemDocument", bytes, uint64(len(data)), password) & math.MaxUint32
	if d.handle == 0 {
		switch code := d.call("FPDF_GetLastError") & math.MaxUint32; code {
		case badPassword, badSecurity:
			return fmt.Errorf("PDF needs a password or has an unknown encryption: %w", parse.ErrEncrypted)
		case badFormat:
			return fmt.Errorf("opening PDF: damaged beyond repair")
		default:
			return fmt.Errorf("opening PDF: PDFium error %d", code)
		}
	}
	d.count = min(int(int32(d.call("FPDF_GetPageCount", d.handle))), maxPages)
	if d.count <= 0 {
		return fmt.Errorf("opening PDF: no pages")
	}
	return nil
}

func (d *document) pages(ctx context.Context) error {
	d.layout.Outline = d.outline()
	for n := range d.count {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := layout.Page{Number: n + 1}
		if !d.page(&p) {
			d.layout.Warn("page %d is damaged and cannot be read", p.Number)
		}
		if err := d.layout.Add(p); err != nil {
			return err
		}
	}
	return nil
}

// page reads a page; false if PDFium cannot.
func (d *document) page(p *layout.Page) bool {
	page := d.load(p.Number)
	if page == 0 {
		return false
	}
	if d.call("FPDF_GetPageBoundingBox", page, d.scratch) != 0 {
		p.View = d.box(d.scratch)
	}
	p.Rotate = 90 * int(int32(d.call("FPDFPage_GetRotation", page)))
	drawn := d.annotations(page, p)
	d.text(page, p)
	if drawn {
		page = d.flatten(page, p)
	}
	if page != 0 {
		d.call("FPDF_ClosePage", page)
	}
	return true
}

// flatten makes what stands on top of a page part of it, and reads it again. Some
// pages lose text by that, which then stays as it was. It returns the page, or 0.
func (d *document) flatten(page uint64, p *layout.Page) uint64 {
	const display, success = 0, 1
	if d.call("FPDFPage_Flatten", page, display) != success {
		return page
	}
	d.call("FPDF_ClosePage", page)
	if page = d.load(p.Number); page == 0 {
		return 0
	}
	var flat layout.Page
	d.text(page, &flat)
	if len(flat.Glyphs) >= len(p.Glyphs) {
		p.Glyphs, p.Unmapped = flat.Glyphs, flat.Unmapped
	}
	return page
}

// text reads the characters of an open page.
func (d *document) text(page uint64, p *layout.Page) {
	if text := d.call("FPDFText_LoadPage", page) & math.MaxUint32; text != 0 {
		d.glyphs(text, p)
		d.call("FPDFText_ClosePage", text)
	}
}

func (d *document) load(number int) uint64 {
	return d.call("FPDF_LoadPage", d.handle, uint64(number-1)) & math.MaxUint32
}

// box reads a rectangle: its left, top, right and bottom.
func (d *document) box(at uint64) layout.Box {
	v := d.float32s(at, 4)
	return layout.Box{X0: min(v[0], v[2]), Y0: min(v[1], v[3]), X1: max(v[0], v[2]), Y1: max(v[1], v[3])}
}
