package builtin_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/pdf/builtin"
)

// file returns a PDF with one page for each content stream. Font F1 is
// Helvetica without widths, F2 maps two-byte codes by a ToUnicode table.
func file(contents ...string) []byte {
	var b bytes.Buffer
	offsets := []int{0}
	add := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets)-1, body)
	}
	stream := func(s string) string { return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s) }
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range contents {
		fmt.Fprintf(&kids, "%d 0 R ", 7+2*i)
	}
	add("<< /Type /Catalog /Pages 2 0 R /Lang (en) >>")
	add(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>", &kids, len(contents)))
	add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	add("<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /DW 600 >>] /ToUnicode 6 0 R >>")
	add("<< /Title (The title) /Author (Jane) >>")
	add(stream("1 begincodespacerange <0000> <FFFF> endcodespacerange\n" +
		"1 beginbfchar <0001> <FB01> endbfchar 1 beginbfrange <0010> <0020> <0061> endbfrange"))
	for i, c := range contents {
		add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R >>", 8+2*i))
		add(stream(c))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets))
	for _, o := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets), start)
	return b.Bytes()
}

// at returns the operators that draw a line.
func at(x, y, size float64, s string) string {
	return fmt.Sprintf("BT /F1 %g Tf %g %g Td (%s) Tj ET\n", size, x, y, s)
}

func sections(t *testing.T, data []byte) (warnings, out []string) {
	t.Helper()
	got, err := builtin.New(nil).Parse(t.Context(), parse.Input{Name: "a.pdf", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	for _, s := range got.Sections {
		out = append(out, fmt.Sprintf("%d|%s|%s|%s", s.Page, s.Kind, strings.Join(s.Heading, "/"), got.Text[s.Start:s.End]))
	}
	return got.Warnings, out
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, builtin.New(nil), parse.Input{Name: "a.pdf", Data: file(at(50, 700, 10, "One page of text."), at(50, 700, 10, "Another."))})
}

func TestWordsParagraphsHeadingsPages(t *testing.T) {
	_, got := sections(t, file(
		at(50, 760, 20, "A heading")+at(50, 700, 10, "The first line of a paragraph that goes on")+
			at(50, 688, 10, "and on until it ends here, on line two.")+at(50, 650, 10, "Another paragraph."),
		"BT /F1 10 Tf 50 700 Td [(Spaces) -600 (from) -600 (gaps, ker) 20 (ning) 30 ( not)] TJ ET"))
	expect(t, got,
		"1|heading|A heading|A heading",
		"1|paragraph|A heading|The first line of a paragraph that goes on and on until it ends here, on line two.",
		"1|paragraph|A heading|Another paragraph.",
		"2|paragraph|A heading|Spaces from gaps, kerning not")
}

func TestColumnsAreReadOneAfterTheOther(t *testing.T) {
	var c strings.Builder
	c.WriteString(at(50, 760, 10, "This line of a summary runs over the whole width of the page, above both of the columns that follow, as is usual."))
	for i := range 6 {
		y := float64(720 - 12*i)
		c.WriteString(at(50, y, 10, fmt.Sprintf("left column line %d of the running text", i)))
		c.WriteString(at(320, y-2, 10, fmt.Sprintf("right column line %d of the running text", i)))
	}
	_, got := sections(t, file(c.String()))
	all := strings.Join(got, " ")
	if l, r := strings.Index(all, "left column line 5"), strings.Index(all, "right column line 0"); l < 0 || r < l {
		t.Errorf("got %s", all)
	}
}

func TestTableRowsStayTogether(t *testing.T) {
	var c strings.Builder
	for i := range 5 {
		for j := range 3 {
			c.WriteString(at(float64(50+150*j), float64(700-14*i), 10, fmt.Sprintf("cell %d-%d", i, j)))
		}
	}
	_, got := sections(t, file(c.String()))
	if len(got) != 1 || !strings.HasPrefix(got[0], "1|table||| cell 0-0 | cell 0-1 | cell 0-2 |\n| --- | --- | --- |\n| cell 1-0") {
		t.Errorf("got %q", got)
	}
}

func TestDividedWordsAreJoinedWhenTheWholeWordIsThere(t *testing.T) {
	_, got := sections(t, file(at(50, 700, 10, "The transmission of the second transmis-")+at(50, 688, 10, "sion is well-")+at(50, 676, 10, "known to everybody who was ever there")))
	if !strings.Contains(got[0], "second transmission is well-") || strings.Contains(got[0], "wellknown") {
		t.Errorf("got %q", got)
	}
}

func TestToUnicodeLigaturesAndForms(t *testing.T) {
	_, got := sections(t, file("q 1 0 0 1 0 0 cm BT /F2 10 Tf 50 700 Td <000100100011> Tj ET Q"))
	expect(t, got, "1|paragraph||fiab")
}

func TestTextDrawnTwiceIsReadOnce(t *testing.T) {
	_, got := sections(t, file(at(50, 700, 10, "Bold text")+at(50.3, 700, 10, "Bold text")))
	expect(t, got, "1|paragraph||Bold text")
}

func TestTurnedTextIsRead(t *testing.T) {
	_, got := sections(t, file("BT /F1 10 Tf 0 1 -1 0 100 100 Tm (turned by ninety) Tj ET"))
	expect(t, got, "1|paragraph||turned by ninety")
}

func TestInformationAndEmptyPages(t *testing.T) {
	data := file(at(50, 700, 10, "text"), "")
	got, err := builtin.New(nil).Parse(t.Context(), parse.Input{Data: data})
	if err != nil || got.Title != "The title" || got.Author != "Jane" || got.Language != "en" || got.Pages != 2 {
		t.Errorf("got %+v, error %v", got, err)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "2 needs OCR") {
		t.Errorf("got warnings %q", got.Warnings)
	}
	_, err = builtin.New(nil).Parse(t.Context(), parse.Input{Data: file("", "", "")})
	if !errors.Is(err, parse.ErrNoText) || !strings.Contains(err.Error(), "3 pages without a text layer: needs OCR") {
		t.Errorf("got error %v", err)
	}
}

func TestDamagedTableIsRebuilt(t *testing.T) {
	whole := file(at(50, 700, 10, "still here"))
	for name, data := range map[string][]byte{
		"no table":     whole[:bytes.Index(whole, []byte("xref"))],
		"wrong start":  bytes.Replace(whole, []byte("startxref\n"), []byte("startxref\n1"), 1),
		"huge table":   bytes.Replace(whole, []byte("xref\n0 "), []byte("xref\n4294967296 "), 1),
		"junk around":  append(append([]byte("junk\n"), whole...), "more junk"...),
		"odd version":  bytes.Replace(whole, []byte("%PDF-1.4"), []byte("%PDF-9.x"), 1),
		"missing root": bytes.Replace(whole, []byte("/Root 1 0 R"), []byte("           "), 1),
	} {
		if _, got := sections(t, data); len(got) != 1 || got[0] != "1|paragraph||still here" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestCyclesEnd(t *testing.T) {
	tree := bytes.Replace(file(at(50, 700, 10, "once")), []byte("/Kids [7 0 R ]"), []byte("/Kids [2 0 R 7 0 R]"), 1)
	_, got := sections(t, tree)
	expect(t, got, "1|paragraph||once")
}

func TestInlineImageDoesNotEndThePage(t *testing.T) {
	_, got := sections(t, file("BI /W 2 /H 2 ID \x00(\xFF[EI\x80<< EI\n"+at(50, 700, 10, "after it")))
	expect(t, got, "1|paragraph||after it")
}

func FuzzParse(f *testing.F) {
	f.Add(file(at(50, 700, 10, "seed"), "BT /F2 10 Tf <0001> Tj ET"))
	f.Add([]byte("%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj 2 0 obj << /Kids [2 0 R] >> endobj"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, builtin.New(nil), parse.Input{Name: "a.pdf", Data: data})
	})
}

// FuzzContent keeps the file sound and lets a page draw anything.
func FuzzContent(f *testing.F) {
	f.Add("BT /F1 12 Tf [(a) -500 (b)] TJ T* (c) ' 1 2 (d) \" ET q 1 0 0 1 5 5 cm Q")
	f.Add("[[[<</A[(((>>]]] Tj BI ID EI EI 1e400 --5 Td")
	f.Fuzz(func(t *testing.T, content string) {
		parsetest.Survives(t, builtin.New(nil), parse.Input{Name: "a.pdf", Data: file(content)})
	})
}
