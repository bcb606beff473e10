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
	"ragserver/parse/pdf/pdftest"
)

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
	parsetest.Run(t, builtin.New(nil), parse.Input{Name: "a.pdf", Data: pdftest.File(pdftest.At(50, 700, 10, "One page of text."), pdftest.At(50, 700, 10, "Another."))})
}

func TestWordsParagraphsHeadingsPages(t *testing.T) {
	_, got := sections(t, pdftest.File(
		pdftest.At(50, 760, 20, "A heading")+pdftest.At(50, 700, 10, "The first line of a paragraph that goes on")+
			pdftest.At(50, 688, 10, "and on until it ends here, on line two.")+pdftest.At(50, 650, 10, "Another paragraph."),
		"BT /F1 10 Tf 50 700 Td [(Spaces) -600 (from) -600 (gaps, ker) 20 (ning) 30 ( not)] TJ ET"))
	expect(t, got,
		"1|heading|A heading|A heading",
		"1|paragraph|A heading|The first line of a paragraph that goes on and on until it ends here, on line two.",
		"1|paragraph|A heading|Another paragraph.",
		"2|paragraph|A heading|Spaces from gaps, kerning not")
}

func TestColumnsAreReadOneAfterTheOther(t *testing.T) {
	var c strings.Builder
	c.WriteString(pdftest.At(50, 760, 10, "This line of a summary runs over the whole width of the page, above both of the columns that follow, as is usual."))
	for i := range 6 {
		y := float64(720 - 12*i)
		c.WriteString(pdftest.At(50, y, 10, fmt.Sprintf("left column line %d of the running text", i)))
		c.WriteString(pdftest.At(320, y-2, 10, fmt.Sprintf("right column line %d of the running text", i)))
	}
	_, got := sections(t, pdftest.File(c.String()))
	all := strings.Join(got, " ")
	if l, r := strings.Index(all, "left column line 5"), strings.Index(all, "right column line 0"); l < 0 || r < l {
		t.Errorf("got %s", all)
	}
}

func TestTableRowsStayTogether(t *testing.T) {
	var c strings.Builder
	for i := range 5 {
		for j := range 3 {
			c.WriteString(pdftest.At(float64(50+150*j), float64(700-14*i), 10, fmt.Sprintf("cell %d-%d", i, j)))
		}
	}
	_, got := sections(t, pdftest.File(c.String()))
	if len(got) != 1 || !strings.HasPrefix(got[0], "1|table||| cell 0-0 | cell 0-1 | cell 0-2 |\n| --- | --- | --- |\n| cell 1-0") {
		t.Errorf("got %q", got)
	}
}

func TestDividedWordsAreJoinedWhenTheWholeWordIsThere(t *testing.T) {
	_, got := sections(t, pdftest.File(pdftest.At(50, 700, 10, "The transmission of the second transmis-")+pdftest.At(50, 688, 10, "sion is well-")+pdftest.At(50, 676, 10, "known to everybody who was ever there")))
	if !strings.Contains(got[0], "second transmission is well-") || strings.Contains(got[0], "wellknown") {
		t.Errorf("got %q", got)
	}
}

func TestToUnicodeLigaturesAndForms(t *testing.T) {
	_, got := sections(t, pdftest.File("q 1 0 0 1 0 0 cm BT /F2 10 Tf 50 700 Td <000100100011> Tj ET Q"))
	expect(t, got, "1|paragraph||fiab")
}

func TestTextDrawnTwiceIsReadOnce(t *testing.T) {
	_, got := sections(t, pdftest.File(pdftest.At(50, 700, 10, "Bold text")+pdftest.At(50.3, 700, 10, "Bold text")))
	expect(t, got, "1|paragraph||Bold text")
}

func TestTurnedTextIsRead(t *testing.T) {
	_, got := sections(t, pdftest.File("BT /F1 10 Tf 0 1 -1 0 100 100 Tm (turned by ninety) Tj ET"))
	expect(t, got, "1|paragraph||turned by ninety")
}

func TestInformationAndEmptyPages(t *testing.T) {
	data := pdftest.File(pdftest.At(50, 700, 10, "text"), "")
	got, err := builtin.New(nil).Parse(t.Context(), parse.Input{Data: data})
	if err != nil || got.Title != "The title" || got.Author != "Jane" || got.Language != "en" || got.Pages != 2 {
		t.Errorf("got %+v, error %v", got, err)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "2 needs OCR") {
		t.Errorf("got warnings %q", got.Warnings)
	}
	_, err = builtin.New(nil).Parse(t.Context(), parse.Input{Data: pdftest.File("", "", "")})
	if !errors.Is(err, parse.ErrNoText) || !strings.Contains(err.Error(), "3 pages without a text layer: needs OCR") {
		t.Errorf("got error %v", err)
	}
}

func TestDamagedTableIsRebuilt(t *testing.T) {
	whole := pdftest.File(pdftest.At(50, 700, 10, "still here"))
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
	tree := bytes.Replace(pdftest.File(pdftest.At(50, 700, 10, "once")), []byte("/Kids [7 0 R ]"), []byte("/Kids [2 0 R 7 0 R]"), 1)
	_, got := sections(t, tree)
	expect(t, got, "1|paragraph||once")
}

func TestInlineImageDoesNotEndThePage(t *testing.T) {
	_, got := sections(t, pdftest.File("BI /W 2 /H 2 ID \x00(\xFF[EI\x80<< EI\n"+pdftest.At(50, 700, 10, "after it")))
	expect(t, got, "1|paragraph||after it")
}

func FuzzParse(f *testing.F) {
	f.Add(pdftest.File(pdftest.At(50, 700, 10, "seed"), "BT /F2 10 Tf <0001> Tj ET"))
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
		parsetest.Survives(t, builtin.New(nil), parse.Input{Name: "a.pdf", Data: pdftest.File(content)})
	})
}

func TestAllAroundTheText(t *testing.T) {
	got, err := builtin.New(nil).Parse(t.Context(), parse.Input{Data: pdftest.Rich()})
	if err != nil {
		t.Fatal(err)
	}
	pdftest.CheckRich(t, got)
	if got.Parser != "pdf/builtin" {
		t.Errorf("got parser %q", got.Parser)
	}
}

func TestPageLabels(t *testing.T) {
	contents := []string{"", "", "", "", "", pdftest.At(50, 700, 10, "text")}
	data := pdftest.With(pdftest.Extra{Root: "/PageLabels << /Kids [<< /Nums [0 << /S /R /St 4 >> 2 << /P (x-) /S /D >>] >> << /Nums [4 << /S /a /St 27 >>] >>] >>"}, contents...)
	got, err := builtin.New(nil).Parse(t.Context(), parse.Input{Data: data})
	if want := "IV V x-1 x-2 aa bb"; err != nil || strings.Join(got.Labels, " ") != want {
		t.Errorf("got %q, want %q, error %v", got.Labels, want, err)
	}
}

func TestLoopsOutsideThePagesEnd(t *testing.T) {
	data := pdftest.With(pdftest.Extra{
		Root:    "/PageLabels 100 0 R /Outlines << /First 101 0 R >> /Names << /EmbeddedFiles 100 0 R >>",
		Objects: []string{"<< /Kids [100 0 R 100 0 R] >>", "<< /Title (x) /Next 101 0 R /First 101 0 R >>"},
	}, pdftest.At(50, 700, 10, "text"))
	if _, got := sections(t, data); len(got) != 1 || got[0] != "1|paragraph||text" {
		t.Errorf("got %q", got)
	}
}
