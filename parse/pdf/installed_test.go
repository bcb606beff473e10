//go:build installed

package pdf_test

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/pdf"
	"ragserver/parse/pdf/pdftest"
)

func TestPDFiumIsFirstAndTheOtherReaderSecond(t *testing.T) {
	p := pdf.New(pdf.Config{PDFium: os.Getenv("RAGSERVER_PDFIUM"), Cache: os.TempDir() + "/ragserver-pdfium-tests"}, nil)
	got, err := p.Parse(t.Context(), parse.Input{Data: pdftest.Rich()})
	if err != nil || got.Parser != "pdf/pdfium" || len(got.Warnings) != 0 {
		t.Errorf("got %q, warnings %q, error %v", got.Parser, got.Warnings, err)
	}
	// PDFium wants a header in the first kilobyte.
	late := append(bytes.Repeat([]byte("%junk\n"), 400), pdftest.File(pdftest.At(50, 700, 10, "still here"))...)
	got, err = p.Parse(t.Context(), parse.Input{Data: late})
	if err != nil || got.Parser != "pdf/builtin" || got.Text != "still here" || !strings.Contains(strings.Join(got.Warnings, " "), "PDFium could not read this") {
		t.Errorf("got %q by %s, warnings %q, error %v", got.Text, got.Parser, got.Warnings, err)
	}
}

func TestPagesAreDrawnAsWideAsAsked(t *testing.T) {
	p := pdf.New(pdf.Config{PDFium: os.Getenv("RAGSERVER_PDFIUM"), Cache: os.TempDir() + "/ragserver-pdfium-tests"}, nil)
	data, err := p.Draw(t.Context(), parse.Input{Data: pdftest.Rich()}, 2, 300)
	if c, err2 := png.DecodeConfig(bytes.NewReader(data)); err != nil || err2 != nil || c.Width != 300 {
		t.Errorf("got %d by %d, errors %v, %v", c.Width, c.Height, err, err2)
	}
}
