// Package pdf chooses the reader of PDF files: PDFium where it is installed, the
// one of this program otherwise and where PDFium fails or finds nothing.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"sync"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/pdf/builtin"
	"ragserver/parse/pdf/pdfium"
)

// A Config says which reader there is besides the one of this program.
type Config struct {
	PDFium string // path of pdfium.wasm; "" to do without
	Cache  string // folder for what is compiled from it; "" to compile it in each process

	// Killable says that somebody kills this process when a document takes too
	// long, so that PDFium need not be stoppable within a page.
	Killable bool
}

func (c Config) engine() pdfium.Config {
	return pdfium.Config{Path: c.PDFium, Cache: c.Cache, Killable: c.Killable}
}

// A Parser reads PDF with the best reader that there is.
type Parser struct {
	config  Config
	builtin *builtin.Parser
	inside  parse.Parser

	open   sync.Once // guards what follows: it is opened for the first document
	drawer *pdfium.Engine
	pdfium *pdfium.Parser
	broken error // why there is no PDFium although there should be; nil if it is not installed
}

// New returns a parser of PDF, which reads the files embedded in one with inside:
// any format, or none if it is nil.
func New(c Config, inside parse.Parser) *Parser {
	return &Parser{config: c, builtin: builtin.New(inside), inside: inside}
}

// Prepare compiles PDFium into the cache, which processes that parse may only read.
// Without PDFium or a cache it does nothing.
func Prepare(ctx context.Context, c Config) error {
	if c.PDFium == "" || c.Cache == "" {
		return nil
	}
	return pdfium.Prepare(ctx, c.engine())
}

// engine opens PDFium once. It stays open as long as the process.
func (p *Parser) engine(ctx context.Context) *pdfium.Parser {
	p.open.Do(func() {
		if p.config.PDFium == "" {
			return
		}
		e, err := pdfium.Open(context.WithoutCancel(ctx), p.config.engine())
		if err != nil {
			p.broken = err
			return
		}
		p.drawer, p.pdfium = e, pdfium.New(e, p.inside)
	})
	return p.pdfium
}

// Parse implements parse.Parser. Text.Parser is "pdf/pdfium" or "pdf/builtin".
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	better := p.engine(ctx)
	if better == nil {
		return p.fallback(ctx, in)
	}
	t, err := better.Parse(ctx, in)
	if err == nil || ctx.Err() != nil || errors.Is(err, parse.ErrLimit) {
		return t, err
	}
	other, err2 := p.builtin.Parse(ctx, in)
	switch {
	case err2 == nil:
		other.Warnings = append(other.Warnings, fmt.Sprintf("PDFium could not read this: %v", err))
		return other, nil
	case errors.Is(err2, parse.ErrEncrypted):
		return rag.Text{}, err2
	}
	return rag.Text{}, err
}

// fallback reads with the reader of this program, and says when PDFium would help.
func (p *Parser) fallback(ctx context.Context, in parse.Input) (rag.Text, error) {
	t, err := p.builtin.Parse(ctx, in)
	switch {
	case p.broken != nil && err == nil:
		t.Warnings = append(t.Warnings, p.broken.Error())
	case err == nil && len(t.Warnings) > 0:
		t.Warnings = append(t.Warnings, Advice)
	case err != nil && ctx.Err() == nil && !errors.Is(err, parse.ErrLimit):
		err = fmt.Errorf("%w; %s", err, Advice)
	}
	return t, err
}

// Advice is the warning of a document that PDFium might read better.
const Advice = "PDFium, which is not installed, might read more of this"

// DrawingAdvice says what is missing where pages are not drawn.
const DrawingAdvice = "pages are drawn by PDFium, which is not installed"

// Draw implements parse.Drawer. It fails with parse.ErrUnsupported without PDFium.
func (p *Parser) Draw(ctx context.Context, in parse.Input, page, width int) ([]byte, error) {
	if p.engine(ctx) == nil {
		return nil, p.notDrawn()
	}
	const pixels = 8_000_000 // * 4 B = 32 MB
	png, _, err := p.drawer.Render(ctx, in.Data, page, pdfium.Picture{Width: width, Pixels: pixels})
	return png, err
}

// notDrawn says why there is no PDFium to draw with.
func (p *Parser) notDrawn() error {
	if p.broken != nil {
		return fmt.Errorf("pages are drawn by PDFium: %w", errors.Join(p.broken, parse.ErrUnsupported))
	}
	return fmt.Errorf("%s: %w", DrawingAdvice, parse.ErrUnsupported)
}

// Render draws page number, from 1, as PNG of at most so many pixels, and tells how
// many pages there are. It fails with parse.ErrUnsupported without PDFium.
func (p *Parser) Render(ctx context.Context, data []byte, number, pixels int) (png []byte, pages int, err error) {
	if p.engine(ctx) == nil {
		return nil, 0, p.notDrawn()
	}
	return p.drawer.Render(ctx, data, number, pdfium.Picture{Dots: 200, Pixels: pixels})
}
