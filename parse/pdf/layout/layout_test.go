package layout

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
)

// write returns the glyphs of a line, each half as wide as high.
func write(x, y, size float64, s string) (out []Glyph) {
	for i, r := range []rune(s) {
		out = append(out, Glyph{Text: string(r), X: x + float64(i)*size/2, Y: y, W: size / 2, Size: size})
	}
	return out
}

func sheet(number int, lines ...[]Glyph) Page {
	p := Page{Number: number, View: Box{0, 0, 600, 800}}
	for _, l := range lines {
		p.Glyphs = append(p.Glyphs, l...)
	}
	return p
}

func finish(t *testing.T, outline []Entry, pages ...Page) rag.Text {
	t.Helper()
	d := Document{Outline: outline}
	for _, p := range pages {
		if err := d.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	var out rag.Text
	if err := d.Finish(&out); err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, out)
	return out
}

func TestRunningLinesAreReadOnce(t *testing.T) {
	var pages []Page
	for n := 1; n <= 6; n++ {
		pages = append(pages, sheet(n, write(50, 780, 10, "Annual report"), write(50, 400, 10, fmt.Sprintf("body of %d", n)), write(300, 15, 10, fmt.Sprint(n))))
	}
	got := finish(t, nil, pages...).Text
	if strings.Count(got, "Annual report") != 1 || strings.Count(got, "body of") != 6 || strings.HasSuffix(got, "\n6") {
		t.Errorf("got %q", got)
	}
	if got := finish(t, nil, pages[:3]...).Text; strings.Count(got, "Annual report") != 3 {
		t.Errorf("of three pages: got %q", got)
	}
}

func TestTablesListsAndOutline(t *testing.T) {
	p := sheet(1, write(50, 700, 10, "Second part"),
		write(50, 600, 10, "a|b"), write(200, 600, 10, "c"), write(50, 588, 10, "d"), write(200, 588, 10, "e"),
		write(50, 500, 10, "• one item"), write(50, 488, 10, "• two of them"))
	got := finish(t, []Entry{{"SECOND PART.", 2, 1}}, p)
	var list []string
	for _, s := range got.Sections {
		list = append(list, fmt.Sprintf("%s %d: %s", s.Kind, s.Level, got.Text[s.Start:s.End]))
	}
	want := "heading 2: Second part; table 0: | a\\|b | c |\n| --- | --- |\n| d | e |; list 0: • one item\n• two of them"
	if strings.Join(list, "; ") != want {
		t.Errorf("got %q, want %q", strings.Join(list, "; "), want)
	}
}

func TestBoxesAreSharesOfThePageAsSeen(t *testing.T) {
	b := Box{60, 700, 300, 780}
	for rotate, want := range map[int]rag.Box{
		0:   {Left: 0.1, Top: 0.025, Right: 0.5, Bottom: 0.125},
		90:  {Left: 0.875, Top: 0.1, Right: 0.975, Bottom: 0.5},
		180: {Left: 0.5, Top: 0.875, Right: 0.9, Bottom: 0.975},
		-90: {Left: 0.025, Top: 0.5, Right: 0.125, Bottom: 0.9},
	} {
		got := Page{View: Box{0, 0, 600, 800}, Rotate: rotate}.seen(b)
		if d := max(got.Left-want.Left, want.Left-got.Left, got.Top-want.Top, want.Top-got.Top, got.Right-want.Right, got.Bottom-want.Bottom, want.Right-got.Right); d > 1e-5 {
			t.Errorf("%d degrees: got %+v, want %+v", rotate, got, want)
		}
	}
	if got := (Page{}).seen(b); got != (rag.Box{}) {
		t.Errorf("a page without a size: got %+v", got)
	}
}

func TestTimes(t *testing.T) {
	for s, want := range map[string]string{
		"D:20260102150405+01'00'": "2026-01-02T14:04:05Z", "D:20260102150405Z": "2026-01-02T15:04:05Z",
		"20260102": "2026-01-02T00:00:00Z", "D:2026": "2026-01-01T00:00:00Z", "": "0001-01-01T00:00:00Z", "D:99999999": "0001-01-01T00:00:00Z", "yesterday": "0001-01-01T00:00:00Z",
	} {
		if got := Time(s).Format("2006-01-02T15:04:05Z07:00"); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for s, want := range map[string]string{" https://a.b/ ": "https://a.b/", "JavaScript:x()": "", "": "", strings.Repeat("x", 3000): ""} {
		if got := Address(s); got != want {
			t.Errorf("%.40q: got %q", s, got)
		}
	}
}

func TestNoTextSaysWhatWouldHelp(t *testing.T) {
	var d Document
	if err := d.Add(Page{Number: 1, Unmapped: 5}); err != nil {
		t.Fatal(err)
	}
	if err := d.Finish(new(rag.Text)); !errors.Is(err, parse.ErrNoText) || !strings.Contains(err.Error(), "fonts do not say") {
		t.Errorf("got %v", err)
	}
}
