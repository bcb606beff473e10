package formats

import (
	"ragserver/parse"
	"ragserver/parse/image"
	"ragserver/parse/ocr"
	"ragserver/parse/pdf"
)

// seen returns the parsers of PDF and of pictures, with OCR if it is on. Inside
// reads the files embedded in a PDF.
func (o Options) seen(inside parse.Parser) (pdfs, pictures parse.Parser) {
	p := pdf.New(pdf.Config{PDFium: o.PDFium, Cache: o.Cache, Killable: o.killable}, inside)
	if o.OCR.Program == "" {
		return p, image.New()
	}
	reader := ocr.New(o.OCR)
	return ocr.Pages(o.OCR, reader, p, p), ocr.Pictures(o.OCR, reader, image.New())
}
