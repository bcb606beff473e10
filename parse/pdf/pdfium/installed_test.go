//go:build installed

package pdfium_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/pdf/pdfium"
	"ragserver/parse/pdf/pdftest"
)

// engine opens the PDFium that RAGSERVER_PDFIUM names.
func engine(t testing.TB, c pdfium.Config) *pdfium.Engine {
	t.Helper()
	c.Path = os.Getenv("RAGSERVER_PDFIUM")
	if c.Cache == "" {
		c.Cache = os.TempDir() + "/ragserver-pdfium-tests"
	}
	e, err := pdfium.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, pdfium.New(engine(t, pdfium.Config{}), nil),
		parse.Input{Name: "a.pdf", Data: pdftest.File(pdftest.At(50, 700, 10, "One page of text."), pdftest.At(50, 700, 10, "Another."))})
}

func TestAllAroundTheText(t *testing.T) {
	got, err := pdfium.New(engine(t, pdfium.Config{}), nil).Parse(t.Context(), parse.Input{Data: pdftest.Rich()})
	if err != nil {
		t.Fatal(err)
	}
	pdftest.CheckRich(t, got)
	if got.Parser != "pdf/pdfium" {
		t.Errorf("got parser %q", got.Parser)
	}
}

func TestOneDocumentLeavesNothingForTheNext(t *testing.T) {
	p := pdfium.New(engine(t, pdfium.Config{}), nil)
	for _, text := range []string{"first of all", "second of all", "third of all"} {
		got, err := p.Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, text), "BT /F2 10 Tf 50 700 Td <000100100011> Tj ET")})
		if err != nil || got.Text != text+"\n\nfiab" {
			t.Errorf("got %q, want %q, error %v", got.Text, text, err)
		}
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	p := pdfium.New(engine(t, pdfium.Config{}), nil)
	if _, err := p.Parse(t.Context(), parse.Input{Data: []byte("%PDF-1.4 nothing")}); err == nil || !strings.Contains(err.Error(), "opening PDF") {
		t.Errorf("damaged: got %v", err)
	}
	if _, err := p.Parse(t.Context(), parse.Input{Data: pdftest.File("", "")}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("empty: got %v", err)
	}
}

func TestMemoryIsLimited(t *testing.T) {
	e := engine(t, pdfium.Config{Memory: 24 << 20})
	big := append(pdftest.File(pdftest.At(50, 700, 10, "text")), bytes.Repeat([]byte("%\n"), 16<<20)...)
	if _, err := pdfium.New(e, nil).Parse(t.Context(), parse.Input{Data: big}); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got %v, want %v", err, parse.ErrLimit)
	}
	if _, err := pdfium.New(e, nil).Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, "text"))}); err != nil {
		t.Errorf("the next document: %v", err)
	}
}

func TestContextEndsWorkWithinAPage(t *testing.T) {
	p := pdfium.New(engine(t, pdfium.Config{}), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	endless := pdftest.File(strings.Repeat(pdftest.At(50, 700, 10, "text that is drawn again and again"), 400_000))
	if _, err := p.Parse(ctx, parse.Input{Data: endless}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Parse(t.Context(), parse.Input{Data: pdftest.File(pdftest.At(50, 700, 10, "text"))}); err != nil {
		t.Errorf("the next document: %v", err)
	}
}

func TestPagesAreDrawn(t *testing.T) {
	e := engine(t, pdfium.Config{})
	data, pages, err := e.Render(t.Context(), pdftest.Rich(), 1, pdfium.Picture{Dots: 72, Pixels: 1 << 20})
	if err != nil || pages != 2 {
		t.Fatalf("got %d pages, error %v", pages, err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil || picture.Bounds().Dx() != 600 || picture.Bounds().Dy() != 800 {
		t.Fatalf("got %v, error %v", picture.Bounds(), err)
	}
	ink := 0 // in the line of the heading
	for x := range 600 {
		for y := 35; y < 55; y++ {
			if r, _, _, _ := picture.At(x, y).RGBA(); r < 0x8000 {
				ink++
			}
		}
	}
	if ink < 100 {
		t.Errorf("%d dark pixels where the heading is", ink)
	}
	small, _, err := e.Render(t.Context(), pdftest.Rich(), 2, pdfium.Picture{Pixels: 10_000})
	c, err2 := png.DecodeConfig(bytes.NewReader(small))
	if err != nil || err2 != nil || c.Width*c.Height > 10_000 || c.Width < c.Height {
		t.Errorf("got %d by %d, errors %v, %v", c.Width, c.Height, err, err2)
	}
	wide, _, err := e.Render(t.Context(), pdftest.Rich(), 1, pdfium.Picture{Width: 300})
	if c, err2 := png.DecodeConfig(bytes.NewReader(wide)); err != nil || err2 != nil || c.Width != 300 || c.Height != 400 {
		t.Errorf("got %d by %d, errors %v, %v", c.Width, c.Height, err, err2)
	}
	if _, _, err := e.Render(t.Context(), pdftest.Rich(), 3, pdfium.Picture{}); !errors.Is(err, parse.ErrNoPage) {
		t.Errorf("page 3 of 2: got %v, want %v", err, parse.ErrNoPage)
	}
}

func FuzzPDFium(f *testing.F) {
	p := pdfium.New(engine(f, pdfium.Config{}), nil)
	f.Add(pdftest.Rich())
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, p, parse.Input{Name: "a.pdf", Data: data})
	})
}
