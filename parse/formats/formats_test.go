package formats_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/formats"
	"ragserver/parse/isolate"
	"ragserver/parse/parsetest"
)

func TestMain(m *testing.M) {
	isolate.Main(formats.Open)
	os.Exit(m.Run())
}

// documents has one of each family, whose text holds the word "needle".
func documents() []parse.Input {
	docs := map[string]string{
		"a.txt": "needle", "a.md": "# needle", "a.rst": "needle\n======\n", "a.go": "package needle\n",
		"a.csv": "needle,b\n1,2\n", "a.json": `{"needle": 1}`, "a.jsonl": "{\"needle\": 1}\n",
		"a.html": "<!doctype html><p>needle</p>", "a.xml": "<a>needle</a>", "a.yaml": "needle: 1\n",
		"a.eml": "From: a@b\nTo: c@d\nSubject: needle\n\nbody\n", "a.mbox": "From a@b Mon Mar  2 10:00:00 2026\nSubject: needle\n\nbody\n",
		"a.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nneedle\n", "a.srt": "1\n00:00:01,000 --> 00:00:02,000\nneedle\n",
		"a.adoc": "= needle\n", "a.ipynb": `{"cells": [{"cell_type": "raw", "source": "needle"}], "nbformat": 4}`,
		"needle.gif": "GIF89a\x01\x00\x01\x00\x80\x00\x00", "needle.txt.gz": "\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	}
	var out []parse.Input
	for name, s := range docs {
		out = append(out, parse.Input{Name: name, Data: []byte(s)})
	}
	return out
}

func TestRouterReadsEveryFormat(t *testing.T) {
	parsetest.Run(t, formats.Router(formats.Options{}), documents()...)
}

func TestIsolatedGivesTheSame(t *testing.T) {
	pool := isolate.New(isolate.Config{Workers: 1})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- pool.Run(ctx) }()
	isolated, here := formats.Isolated(pool), formats.Router(formats.Options{})
	for _, in := range append(documents(), parse.Input{Name: "big.txt", Data: make([]byte, 3<<20)}, parse.Input{Name: "a.html", Data: []byte("<p></p>")}) {
		a, errA := isolated.Parse(t.Context(), in)
		b, errB := here.Parse(t.Context(), in)
		if a.Text != b.Text || a.MediaType != b.MediaType || len(a.Sections) != len(b.Sections) {
			t.Errorf("%s: got %+v, want %+v", in.Name, a, b)
		}
		if (errA == nil) != (errB == nil) || errA != nil && errA.Error() != errB.Error() {
			t.Errorf("%s: got error %v, want %v", in.Name, errA, errB)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
}

type counter struct{ n int }

func (c *counter) Parse(context.Context, parse.Input) (rag.Text, error) {
	c.n++
	return rag.Text{}, nil
}

func TestHeavyFormatsAreGivenAway(t *testing.T) {
	heavy := &counter{}
	p := formats.Isolated(heavy)
	for _, in := range []parse.Input{
		{Name: "a.txt", Data: []byte("%PDF-1.4")}, {Name: "a.html", Data: []byte("<p>x")}, {Name: "a.md", Data: make([]byte, 5<<20)},
		{Name: "a.md", Data: []byte("light")}, {Name: "empty.pdf"},
	} {
		if _, err := p.Parse(t.Context(), in); err != nil {
			t.Errorf("%s: %v", in.Name, err)
		}
	}
	if heavy.n != 3 {
		t.Errorf("%d documents were given away, want 3", heavy.n)
	}
}

func TestOnlyPagesOfPDFAreDrawn(t *testing.T) {
	p, err := formats.Open("")
	if err != nil {
		t.Fatal(err)
	}
	drawer, ok := p.(parse.Drawer)
	if !ok {
		t.Fatalf("%T draws nothing", p)
	}
	for data, want := range map[string]string{"needle": "drawing text/plain: unsupported", "%PDF-1.7\n": "pages are drawn by PDFium, which is not installed"} {
		if _, err := drawer.Draw(t.Context(), parse.Input{Data: []byte(data)}, 1, 600); !errors.Is(err, parse.ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", data, err, want)
		}
	}
}
