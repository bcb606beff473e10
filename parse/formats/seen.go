package formats

import (
	"context"
	"fmt"

	"ragserver/parse"
	"ragserver/parse/image"
	"ragserver/parse/ocr"
	"ragserver/parse/pdf"
	"ragserver/parse/router"
)

func (o Options) pdf() pdf.Config {
	return pdf.Config{PDFium: o.PDFium, Cache: o.Cache, Killable: o.killable}
}

// A drawing is a router that also draws the pages of PDF.
type drawing struct {
	*router.Router
	pages *pdf.Parser
}

// Draw implements parse.Drawer.
func (d *drawing) Draw(ctx context.Context, in parse.Input, page, width int) ([]byte, error) {
	if found := router.Detect(in); found != "application/pdf" {
		return nil, fmt.Errorf("drawing %s: %w", found, parse.ErrUnsupported)
	}
	return d.pages.Draw(ctx, in, page, width)
}

// seen returns the parsers of PDF and of pictures, with OCR if it is on. Inside
// reads the files embedded in a PDF.
func (o Options) seen(inside parse.Parser) (pdfs, pictures parse.Parser) {
	p := pdf.New(o.pdf(), inside)
	if o.OCR.Program == "" {
		return p, image.New()
	}
	reader := ocr.New(o.OCR)
	return ocr.Pages(o.OCR, reader, p, p), ocr.Pictures(o.OCR, reader, image.New())
}
