package ocr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ocr"
	"ragserver/parse/parsetest"
)

// A fixed parser always gives the same.
type fixed struct {
	text rag.Text
	err  error
}

func (f fixed) Parse(ctx context.Context, _ parse.Input) (rag.Text, error) {
	return f.text, errors.Join(ctx.Err(), f.err)
}

// Pages draws page n as the bytes "page n".
type pages int

func (p pages) Render(_ context.Context, _ []byte, n, _ int) ([]byte, int, error) {
	return fmt.Appendf(nil, "page %d", n), int(p), nil
}

type reader func(ctx context.Context, picture string) (string, error)

func (r reader) Read(ctx context.Context, picture []byte) (string, error) {
	return r(ctx, string(picture))
}

func echo(_ context.Context, picture string) (string, error) {
	return "seen on\n" + picture + "\n\nand more\n", nil
}

// second is a document of three pages of which only the second has text.
func second() rag.Text {
	return rag.Text{Text: "in the layer", Pages: 3, MediaType: "application/pdf", Parser: "pdf/pdfium",
		Sections: []rag.Section{{Kind: rag.Paragraph, End: 12, Page: 2}}}
}

func parsed(t *testing.T, p parse.Parser) rag.Text {
	t.Helper()
	got, err := p.Parse(t.Context(), parse.Input{Data: []byte("data")})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

func TestPagesWithoutTextAreRead(t *testing.T) {
	got := parsed(t, ocr.Pages(ocr.Config{}, reader(echo), fixed{text: second()}, pages(3)))
	want := "seen on page 1\n\nand more\n\nin the layer\n\nseen on page 3\n\nand more"
	if got.Text != want || got.Sections[0].Page != 1 || got.Sections[4].Page != 3 || got.Parser != "pdf/pdfium+ocr" {
		t.Errorf("got %q by %s, %+v", got.Text, got.Parser, got.Sections)
	}
}

func TestScansAreReadFromTheFirstPageToTheLast(t *testing.T) {
	scan := fixed{err: fmt.Errorf("2 pages: %w", parse.ErrNoText)}
	got := parsed(t, ocr.Pages(ocr.Config{}, reader(echo), scan, pages(2)))
	if !strings.HasSuffix(got.Text, "seen on page 2\n\nand more") || got.Pages != 2 || got.MediaType != "application/pdf" {
		t.Errorf("got %+v", got)
	}
}

func TestPicturesKeepWhatIsKnownOfThem(t *testing.T) {
	known := rag.Text{Text: "A picture.", MediaType: "image/png", Parser: "image", Sections: []rag.Section{{Kind: rag.Caption, End: 10}}}
	got := parsed(t, ocr.Pictures(ocr.Config{}, reader(echo), fixed{text: known}))
	if got.Text != "A picture.\n\nseen on data\n\nand more" || got.Parser != "image+ocr" {
		t.Errorf("got %+v", got)
	}
}

func TestFailureOfOCRIsAWarning(t *testing.T) {
	broken := reader(func(context.Context, string) (string, error) { return "", errors.New("no such language") })
	got := parsed(t, ocr.Pages(ocr.Config{}, broken, fixed{text: second()}, pages(3)))
	if got.Text != "in the layer" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "pages from 1 on were not read: no such language") {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
	_, err := ocr.Pages(ocr.Config{}, broken, fixed{err: parse.ErrNoText}, pages(3)).Parse(t.Context(), parse.Input{})
	if !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v", err)
	}
	_, err = ocr.Pages(ocr.Config{}, reader(echo), fixed{err: parse.ErrEncrypted}, pages(3)).Parse(t.Context(), parse.Input{})
	if !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("got error %v", err)
	}
}

func TestTimeAndPagesAreLimited(t *testing.T) {
	endless := reader(func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", parse.ErrLimit
	})
	got := parsed(t, ocr.Pages(ocr.Config{Time: time.Millisecond}, endless, fixed{text: second()}, pages(3)))
	if len(got.Warnings) != 1 || got.Text != "in the layer" {
		t.Errorf("got %+v", got)
	}
	got = parsed(t, ocr.Pages(ocr.Config{Pages: 1}, reader(echo), fixed{text: second()}, pages(3)))
	if strings.Contains(got.Text, "page 3") || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "pages from 3 on") {
		t.Errorf("got %+v", got)
	}
}

func TestLanguagesAreNames(t *testing.T) {
	for name, ok := range map[string]bool{"eng": true, "script/Latin": true, "a b": false, "../x": false, "": false} {
		if err := (ocr.Config{Languages: []string{name}}).Check(); (err == nil) != ok {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
