package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"ragserver/parse"
	"ragserver/parse/formats"
	"ragserver/parse/isolate"
	"ragserver/parse/ocr"
	"ragserver/parse/pdf"
)

type pdfSettings struct {
	Pdfium string // path of pdfium.wasm; "" to look for it, "none" to do without
}

type ocrSettings struct {
	Kind      string   // "" or "none", "tesseract", or "auto": if it is installed
	Languages []string // as tesseract names them
}

// parsers returns the processes that read foreign bytes. What is compiled for them
// is kept in the folder of data, where they may only read it.
func (s settings) parsers(ctx context.Context) (*isolate.Pool, error) {
	o, err := s.readers()
	if err != nil {
		return nil, err
	}
	if err := pdf.Prepare(ctx, pdf.Config{PDFium: o.PDFium, Cache: o.Cache, Killable: true}); err != nil {
		return nil, err
	}
	return isolate.New(isolate.Config{
		Workers: s.Limits.Workers, Timeout: s.Limits.ParseTimeout, Memory: s.Limits.ParseMemory, Options: o.String(),
	}), nil
}

// readers finds the programs and modules that parsers use.
func (s settings) readers() (formats.Options, error) {
	o := formats.Options{PDFium: s.PDF.Pdfium, Cache: filepath.Join(s.Data, "compiled")}
	switch o.PDFium {
	case "":
		o.PDFium = pdf.Find(s.Data)
	case "none":
		o.PDFium = ""
	}
	o.OCR.Languages, o.OCR.Time = s.OCR.Languages, s.Limits.ParseTimeout*2/3
	switch s.OCR.Kind {
	case "tesseract":
		if o.OCR.Program = ocr.Find(); o.OCR.Program == "" {
			return o, fmt.Errorf("ocr: tesseract is not installed")
		}
	case "auto":
		o.OCR.Program = ocr.Find()
	case "", "none":
	default:
		return o, fmt.Errorf(`ocr: kind %q is not one of ["none" "auto" "tesseract"]`, s.OCR.Kind)
	}
	return o, o.OCR.Check()
}

// readerID stands for what parsers make of the same bytes: another reader of PDF, or
// OCR, parses again what was parsed without it.
func (s settings) readerID() string {
	o, err := s.readers()
	if err != nil {
		return parse.Version // the service does not start
	}
	id := parse.Version
	if o.PDFium != "" {
		id += "+pdfium"
	}
	if o.OCR.Program != "" {
		id += "+ocr " + strings.Join(o.OCR.Languages, "+")
	}
	return id
}
