package router_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/router"
)

func TestDetect(t *testing.T) {
	html := "<!-- c -->\n<!doctype html><p>x"
	mail := "Received: x\r\nFrom: a@b\r\nTo: c@d\r\nSubject: s\r\n\r\nbody"
	tests := []struct{ name, data, want string }{
		{"a.txt", "%PDF-1.4\n", "application/pdf"},
		{"a.txt", "junk\n%PDF-1.4\n", "application/pdf"},
		{"a.pdf", "only text", "text/plain"},
		{"a.md", "# x", "text/markdown"},
		{"A.MD", "# x", "text/markdown"},
		{"a.md", html, "text/html"},
		{"a.md", "<h1 align=center>x</h1>\n\ntext", "text/markdown"},
		{"a.go", html, "text/x-go"},
		{"a.html", "no markup", "text/plain"},
		{"page", html, "text/html"},
		{"a.txt", "\xFF\xFE<\x00h\x00t\x00m\x00l\x00>\x00", "text/html"},
		{"a.csv", "a,b\n", "text/csv"},
		{"a.json", "{}", "application/json"},
		{"noname", `{"a": 1}`, "application/json"},
		{"notes.txt", `{"a": 1}`, "application/json"},
		{"a.xml", "<a/>", "text/xml"},
		{"noname", "<?xml version=\"1.0\"?><a/>", "text/xml"},
		{"noname", mail, "message/rfc822"},
		{"a.eml", "Subject: x\n\nbody", "message/rfc822"},
		{"a.eml", "no header here", "text/plain"},
		{"a.mbox", "From a@b Mon Mar  2 10:00:00 2026\nSubject: x\n\nbody", "application/mbox"},
		{"noname", "Dear all: hello", "text/plain"},
		{"bmw.txt", "BMW makes cars", "text/plain"},
		{"a.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"},
		{"a.txt", "{\\rtf1 x}", "text/rtf"},
		{"Makefile", "all:\n", "text/x-makefile"},
		{"notes.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n", "text/vtt"},
		{"noname", "1\r\n00:00:01,000 --> 00:00:02,000\r\nx\r\n", "application/x-subrip"},
		{"noname", `{"cells": [], "nbformat": 4}`, "application/x-ipynb+json"},
		{"a.ipynb", `{"cells": 1}`, "application/json"},
		{"a.zip", "PK\x03\x04\x0A\x00\x00\x00%PDF-1.4", "application/zip"},
		{"a.md", "", "text/markdown"},
		{"", "", "text/plain"},
	}
	for _, tt := range tests {
		if got := router.Detect(parse.Input{Name: tt.name, Data: []byte(tt.data)}); got != tt.want {
			t.Errorf("%s %.30q: got %s, want %s", tt.name, tt.data, got, tt.want)
		}
	}
}

func TestClaimHelpsWhereTheNameDoesNot(t *testing.T) {
	in := parse.Input{Name: "download", MediaType: "Text/Markdown; charset=utf-8", Data: []byte("# x")}
	if got := router.Detect(in); got != "text/markdown" {
		t.Errorf("got %s", got)
	}
}

type parser func() (rag.Text, error)

func (p parser) Parse(context.Context, parse.Input) (rag.Text, error) { return p() }

func route(t *testing.T, p parser, data string) (rag.Text, error) {
	t.Helper()
	r := router.New()
	r.Handle(p, "text/plain")
	return r.Parse(t.Context(), parse.Input{Name: "a.txt", Data: []byte(data)})
}

func TestEmptyDocumentIsAnEmptyText(t *testing.T) {
	got, err := route(t, func() (rag.Text, error) { return rag.Text{}, errors.New("not reached") }, "")
	if err != nil || got.Text != "" || got.MediaType != "text/plain" {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestUnknownFormatIsNamed(t *testing.T) {
	_, err := router.New().Parse(t.Context(), parse.Input{Name: "a", Data: []byte("GIF89a\x01\x00\x01\x00")})
	if !errors.Is(err, parse.ErrUnsupported) || !strings.Contains(err.Error(), "image/gif") {
		t.Errorf("got error %v", err)
	}
}

func TestBlankTextIsNoText(t *testing.T) {
	_, err := route(t, func() (rag.Text, error) { return rag.Text{Text: " \n"}, nil }, "x")
	if !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v, want %v", err, parse.ErrNoText)
	}
}

func TestPanicIsAnErrorWithItsPlace(t *testing.T) {
	_, err := route(t, func() (rag.Text, error) { panic("boom\nmore") }, "x")
	if err == nil || !strings.Contains(err.Error(), "parser crashed: boom at router_test.go:") {
		t.Errorf("got error %v", err)
	}
}

func TestUnsoundResultsAreRefused(t *testing.T) {
	for _, text := range []rag.Text{{Text: "\xFF"}, {Text: "ab", Sections: []rag.Section{{Start: 1, End: 3}}},
		{Text: "ab", Sections: []rag.Section{{Start: 1, End: 2}, {Start: 0, End: 1}}}} {
		if _, err := route(t, func() (rag.Text, error) { return text, nil }, "x"); err == nil {
			t.Errorf("%+v passed", text)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("a.md", []byte("# x"))
	f.Add("a", []byte("From x"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		in := parse.Input{Name: name, Data: data}
		if first := router.Detect(in); first == "" || first != router.Detect(in) {
			t.Errorf("got %q, then %q", first, router.Detect(in))
		}
	})
}
