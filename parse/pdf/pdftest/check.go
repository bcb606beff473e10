package pdftest

import (
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse/parsetest"
)

// CheckRich checks what a reader made of Rich.
func CheckRich(t *testing.T, got rag.Text) {
	t.Helper()
	parsetest.Check(t, got)
	if got.Title != "The title" || got.Author != "Jane" || got.Meta["keywords"] != "a, b" || got.Created.String() != "2026-01-02 02:04:05 +0000 UTC" {
		t.Errorf("got title %q, author %q, meta %v, created %v", got.Title, got.Author, got.Meta, got.Created)
	}
	if strings.Join(got.Labels, " ") != "i ii" || got.Pages != 2 {
		t.Errorf("got labels %q of %d pages", got.Labels, got.Pages)
	}
	for _, want := range []struct {
		kind rag.Kind
		page int
		text string
	}{
		{rag.Heading, 1, "A title of its own"}, {rag.Paragraph, 1, "A paragraph with a link, and more words to be of use."},
		{rag.Paragraph, 1, "value of the field"}, {rag.Note, 1, "A note of a reader"}, {rag.Paragraph, 2, "The second page."},
	} {
		if s := section(got, want.page, want.text); s.Kind != want.kind {
			t.Errorf("%q is a %q, want a %s", want.text, s.Kind, want.kind)
		}
	}
	if s := section(got, 1, "A paragraph with a link, and more words to be of use."); len(s.Links) != 1 || s.Links[0] != "https://example.com/a" {
		t.Errorf("got links %q", s.Links)
	}
	near := func(name string, b rag.Box, left, top float32) {
		t.Helper()
		if b.Left < left-0.02 || b.Left > left+0.02 || b.Top < top-0.02 || b.Top > top+0.02 || b.Right <= b.Left || b.Bottom <= b.Top {
			t.Errorf("%s is at %+v, want its corner at %g, %g", name, b, left, top)
		}
	}
	near("the title", section(got, 1, "A title of its own").Box, 50.0/600, (800.0-758)/800)
	near("a turned page's line", section(got, 2, "The second page.").Box, 698.0/800, 50.0/600)
	if len(got.Parts) != 1 || got.Parts[0].Name != "notes.txt" || got.Parts[0].Size != 17 {
		t.Errorf("got parts %+v", got.Parts)
	}
}

func section(t rag.Text, page int, text string) rag.Section {
	for _, s := range t.Sections {
		if s.Page == page && t.Text[s.Start:s.End] == text {
			return s
		}
	}
	return rag.Section{}
}
