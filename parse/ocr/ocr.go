// Package ocr adds the words that are seen in pictures and on pages without a text
// layer. It wraps the parsers of both; what they read stays as it is.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
)

// A Config says what reads, and how much of a document. Zero values mean the
// defaults.
type Config struct {
	Program   string        // path of tesseract
	Languages []string      // as tesseract names them; eng
	Time      time.Duration // for one document; 20 s
	Pages     int           // of one document; 50
}

// A Reader tells what is written in a picture: PNG, JPEG, TIFF and others that it
// knows.
type Reader interface {
	Read(ctx context.Context, picture []byte) (string, error)
}

// A Renderer draws the pages of a document as PNG.
type Renderer interface {
	Render(ctx context.Context, data []byte, number, pixels int) (png []byte, pages int, err error)
}

const (
	defaultTime  = 20 * time.Second
	defaultPages = 50
	pagePixels   = 12_000_000
)

// A Parser is another parser, and reads what that one cannot.
type Parser struct {
	config Config
	next   parse.Parser
	pages  Renderer // nil for pictures
	reader Reader
}

// Pictures returns next with the words in pictures.
func Pictures(c Config, r Reader, next parse.Parser) *Parser { return wrap(c, r, next, nil) }

// Pages returns next with the words on pages that it finds no text on.
func Pages(c Config, r Reader, next parse.Parser, pages Renderer) *Parser {
	return wrap(c, r, next, pages)
}

func wrap(c Config, r Reader, next parse.Parser, pages Renderer) *Parser {
	if c.Time <= 0 {
		c.Time = defaultTime
	}
	if c.Pages <= 0 {
		c.Pages = defaultPages
	}
	return &Parser{c, next, pages, r}
}

// Parse implements parse.Parser. What cannot be read, or not in time, is a warning.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	t, err := p.next.Parse(ctx, in)
	if ctx.Err() != nil || err != nil && !errors.Is(err, parse.ErrNoText) {
		return t, err
	}
	within, cancel := context.WithTimeout(ctx, p.config.Time)
	defer cancel()
	var found []seen
	var failed error
	if p.pages == nil {
		found, failed = p.picture(within, in.Data)
	} else {
		found, failed = p.textless(within, in.Data, &t)
	}
	if ctx.Err() != nil {
		return rag.Text{}, ctx.Err()
	}
	if failed != nil {
		t.Warnings = append(t.Warnings, "OCR: "+failed.Error())
	}
	if len(found) == 0 {
		return t, err
	}
	if t.Parser == "" {
		t.MediaType, t.Parser = "application/pdf", "pdf"
	}
	merge(&t, found)
	t.Parser += "+ocr"
	return t, nil
}

func (p *Parser) picture(ctx context.Context, data []byte) ([]seen, error) {
	s, err := p.reader.Read(ctx, data)
	if err != nil || strings.TrimSpace(s) == "" {
		return nil, err
	}
	return []seen{{0, s}}, nil
}

// textless reads the pages without sections.
func (p *Parser) textless(ctx context.Context, data []byte, t *rag.Text) (found []seen, err error) {
	has := map[int]bool{}
	for _, s := range t.Sections {
		has[s.Page] = true
	}
	read := 0
	for n := 1; n <= max(1, t.Pages); n++ {
		if has[n] {
			continue
		}
		if read++; read > p.config.Pages {
			return found, fmt.Errorf("pages from %d on were not read: more than %d pages: %w", n, p.config.Pages, parse.ErrLimit)
		}
		picture, pages, err := p.pages.Render(ctx, data, n, pagePixels)
		if err != nil {
			return found, fmt.Errorf("page %d was not read: %w", n, err)
		}
		t.Pages = max(t.Pages, pages)
		s, err := p.reader.Read(ctx, picture)
		if err != nil {
			return found, fmt.Errorf("pages from %d on were not read: %w", n, err)
		}
		if strings.TrimSpace(s) != "" {
			found = append(found, seen{n, s})
		}
	}
	return found, nil
}
