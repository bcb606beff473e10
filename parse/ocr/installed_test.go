//go:build installed

package ocr_test

import (
	"os"
	"strings"
	"testing"

	"ragserver/parse/ocr"
	"ragserver/parse/pdf"
	"ragserver/parse/pdf/pdftest"
)

func TestTesseractReadsADrawnPage(t *testing.T) {
	p := pdf.New(pdf.Config{PDFium: os.Getenv("RAGSERVER_PDFIUM"), Cache: os.TempDir() + "/ragserver-pdfium-tests"}, nil)
	picture, _, err := p.Render(t.Context(), pdftest.File(pdftest.At(50, 700, 24, "The words of a scan")), 1, 4_000_000)
	if err != nil {
		t.Fatal(err)
	}
	c := ocr.Config{Program: ocr.Find()}
	got, err := ocr.New(c).Read(t.Context(), picture)
	if err != nil || strings.TrimSpace(got) != "The words of a scan" {
		t.Errorf("got %q, error %v", got, err)
	}
	if _, err := ocr.New(c).Read(t.Context(), []byte("no picture")); err == nil || !strings.Contains(err.Error(), "tesseract") {
		t.Errorf("got error %v", err)
	}
}
