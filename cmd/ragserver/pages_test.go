package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/api"
	"ragserver/parse"
	"ragserver/parse/pdf"
)

// A sketch draws what it was asked for, or fails.
type sketch struct{ err error }

func (s sketch) Draw(_ context.Context, in parse.Input, page, width int) ([]byte, error) {
	return fmt.Appendf(nil, "%s %d %d", in.Name, page, width), s.err
}

var pdfInput = parse.Input{Name: "a.pdf", Data: []byte("%PDF-1.7\n")}

func TestFailuresOfDrawingSayWhoIsToBlame(t *testing.T) {
	for err, want := range map[error]error{
		parse.ErrNoPage: api.ErrNoPage, parse.ErrUnsupported: api.ErrNoDrawing,
		parse.ErrEncrypted: api.ErrNotDrawn, parse.ErrLimit: api.ErrNotDrawn, errors.New("crashed"): api.ErrNotDrawn,
	} {
		p := newPages(nil, sketch{fmt.Errorf("as told: %w", err)})
		if _, got := p.show(t.Context(), pdfInput, api.PageQuery{Page: 1}); !errors.Is(got, want) || !strings.Contains(got.Error(), err.Error()) {
			t.Errorf("%v: got %v, want %v", err, got, want)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newPages(nil, sketch{gone.Err()}).show(gone, pdfInput, api.PageQuery{Page: 1}); errors.Is(err, api.ErrNotDrawn) {
		t.Errorf("the page is blamed for a caller who hung up: %v", err)
	}
	if _, err := newPages(nil, nil).show(t.Context(), pdfInput, api.PageQuery{Page: 1}); !errors.Is(err, api.ErrNoDrawing) || !strings.Contains(err.Error(), pdf.DrawingAdvice) {
		t.Errorf("without PDFium: got %v", err)
	}
}

func TestPagesOfPDFAreDrawn(t *testing.T) {
	got, err := newPages(nil, sketch{}).show(t.Context(), pdfInput, api.PageQuery{Page: 3, Width: 64})
	if err != nil || string(got.Data) != "a.pdf 3 64" || got.MediaType != "image/png" {
		t.Errorf("got %q of type %s, error %v", got.Data, got.MediaType, err)
	}
}

func TestShownSaysWhatCanBeDrawn(t *testing.T) {
	record := func(uri rag.URI, mediaType string) rag.Document {
		return rag.Document{Object: rag.Object{URI: uri}, MediaType: mediaType, Pages: 5}
	}
	for _, c := range []struct {
		doc           rag.Document
		with, without int
	}{
		{record("a:b.pdf", "application/pdf"), 5, 0},
		{record("a:b.zip//b.pdf", "application/pdf"), 0, 0},
		{record("a:b.webp", "image/webp"), 1, 1},
		{record("a:b.zip//b.png", "image/png"), 0, 0},
		{record("a:b.tiff", "image/tiff"), 0, 0},
		{record("a:b.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"), 0, 0},
	} {
		if with, without := newPages(nil, sketch{}).Shown(c.doc), newPages(nil, nil).Shown(c.doc); with != c.with || without != c.without {
			t.Errorf("%s: got %d pages, without PDFium %d, want %d and %d", c.doc.Object.URI, with, without, c.with, c.without)
		}
	}
}

// TestPicturesAreServed asks the real program, which has no PDFium here.
func TestPicturesAreServed(t *testing.T) {
	dir, docs := t.TempDir(), t.TempDir()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		filepath.Join(docs, "a.txt"): "words", filepath.Join(docs, "p.png"): picture.String(),
		filepath.Join(docs, "b.pdf"): string(pdfInput.Data), filepath.Join(dir, "c.yaml"): "pdf: {pdfium: none}\n",
	} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := begin(t, "--config", filepath.Join(dir, "c.yaml"), "--data", filepath.Join(dir, "data"), docs)
	uri := func(name string) string { return "/v1/pages?uri=" + string(rag.NewURI(sourceName(docs), name)) }
	s.ready()
	if status, body, err := s.request(http.MethodGet, uri("p.png"), nil); err != nil || status != http.StatusOK || body != picture.String() {
		t.Errorf("got %d with %d bytes, error %v", status, len(body), err)
	}
	for path, want := range map[string]string{
		uri("p.png") + "&page=2": "404 a picture is one page", uri("a.txt"): "404 documents of type text/plain have no pages",
		uri("b.pdf"): "501 " + pdf.DrawingAdvice, uri("none"): "404 there is no such document",
	} {
		status, body, err := s.request(http.MethodGet, path, nil)
		code, message, _ := strings.Cut(want, " ")
		if err != nil || fmt.Sprint(status) != code || !strings.Contains(body, message) {
			t.Errorf("%s: got %d %s, error %v, want %s", path, status, body, err, want)
		}
	}
	if err := os.Remove(filepath.Join(docs, "p.png")); err != nil {
		t.Fatal(err)
	}
	s.await("a deleted picture is not served", func() bool {
		status, _, err := s.request(http.MethodGet, uri("p.png"), nil)
		return err == nil && status == http.StatusNotFound
	})
	s.stop()
}
