package pdf_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/pdf"
	"ragserver/parse/pdf/pdftest"
)

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, pdf.New(pdf.Config{}, nil), parse.Input{Name: "a.pdf", Data: pdftest.Rich()})
}

func TestAdviceWhereAnotherReaderWouldHelp(t *testing.T) {
	p := pdf.New(pdf.Config{}, nil)
	got, err := p.Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, "text"))})
	if err != nil || len(got.Warnings) != 0 || got.Parser != "pdf/builtin" {
		t.Errorf("whole: got %+v, error %v", got, err)
	}
	got, err = p.Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, "text"), "")})
	if err != nil || len(got.Warnings) != 2 || got.Warnings[1] != pdf.Advice || !strings.Contains(got.Warnings[0], "2 needs OCR") {
		t.Errorf("a page without text: got %q, error %v", got.Warnings, err)
	}
	_, err = p.Parse(t.Context(), parse.Input{Data: pdftest.File("")})
	if !errors.Is(err, parse.ErrNoText) || !strings.Contains(err.Error(), pdf.Advice) {
		t.Errorf("no text: got %v", err)
	}
}

func TestBrokenPDFiumIsSaidAndDoneWithout(t *testing.T) {
	path := filepath.Join(t.TempDir(), pdf.FileName)
	if err := os.WriteFile(path, []byte("no module"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := pdf.New(pdf.Config{PDFium: path}, nil)
	got, err := p.Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, "text"))})
	if err != nil || got.Text != "text" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], path) {
		t.Errorf("got %+v, error %v", got, err)
	}
	if _, _, err := p.Render(t.Context(), pdftest.File(""), 1, 1000); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("drawing: got %v", err)
	}
}

func TestFindLooksInTheFoldersThatAreNamed(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	want := filepath.Join(dir, pdf.FileName)
	if err := os.WriteFile(want, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := pdf.Find(t.TempDir(), dir); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDrawingSaysWhatIsMissing(t *testing.T) {
	_, err := pdf.New(pdf.Config{}, nil).Draw(t.Context(), parse.Input{Data: pdftest.Rich()}, 1, 600)
	if !errors.Is(err, parse.ErrUnsupported) || !strings.Contains(err.Error(), pdf.DrawingAdvice) {
		t.Errorf("got %v", err)
	}
}
