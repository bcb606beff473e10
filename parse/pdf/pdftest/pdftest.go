// Package pdftest makes small PDF files for tests.
package pdftest

import (
	"bytes"
	"fmt"
	"strings"
)

// At returns the operators that draw a line of text.
func At(x, y, size float64, s string) string {
	return fmt.Sprintf("BT /F1 %g Tf %g %g Td (%s) Tj ET\n", size, x, y, s)
}

// File returns a PDF with one page of 600 by 800 points for each content stream.
// Font F1 is Helvetica without widths, F2 maps two-byte codes by a ToUnicode table.
func File(contents ...string) []byte { return build(Extra{}, contents) }

// An Extra is what a file has besides its pages: entries of its dictionaries, as
// they are written. Objects are numbered from 100.
type Extra struct {
	Root    string   // of the catalog
	Page    string   // of each page
	Objects []string // the bodies of objects 100, 101, ...
}

// With returns a PDF as File does, and with extra.
func With(extra Extra, contents ...string) []byte { return build(extra, contents) }

// Rich returns a PDF of two pages that has all that the readers look for around a
// text: labels "i" and "ii", an outline, a link, a note, the value of a form's
// field, and an embedded file notes.txt. Its second page is turned.
func Rich() []byte {
	value := "BT /F1 10 Tf 2 4 Td (value of the field) Tj ET"
	return With(Extra{
		Root: "/PageLabels << /Nums [0 << /S /r >>] >> /Outlines << /First 100 0 R >> /AcroForm << /Fields [103 0 R] >> " +
			"/Names << /EmbeddedFiles << /Names [(notes.txt) 104 0 R] >> >>",
		Page: "/Annots [101 0 R 102 0 R 103 0 R]",
		Objects: []string{
			"<< /Title (A title of its own) /Dest [7 0 R /Fit] >>",
			"<< /Type /Annot /Subtype /Link /Rect [50 695 200 715] /A << /S /URI /URI (https://example.com/a) >> >>",
			"<< /Type /Annot /Subtype /Text /Rect [300 300 320 320] /Contents (A note of a reader) >>",
			"<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (value of the field) /F 4 /Rect [50 400 250 420] /AP << /N 106 0 R >> >>",
			"<< /Type /Filespec /F (notes.txt) /UF (notes.txt) /EF << /F 105 0 R >> >>",
			stream("/Type /EmbeddedFile", "What is embedded."),
			stream("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >>", value),
		},
	}, At(50, 750, 10, "A title of its own")+At(50, 700, 10, "A paragraph with a link, and more words to be of use."), At(50, 700, 10, "The second page."))
}

func stream(entries, s string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", entries, len(s), s)
}

func build(extra Extra, contents []string) []byte {
	w := writer{offsets: map[int]int{}}
	w.out.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range contents {
		fmt.Fprintf(&kids, "%d 0 R ", 7+2*i)
	}
	w.add(1, fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /Lang (en) %s >>", extra.Root))
	w.add(2, fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>", &kids, len(contents)))
	w.add(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	w.add(4, "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /DW 600 >>] /ToUnicode 6 0 R >>")
	w.add(5, "<< /Title (The title) /Author (Jane) /CreationDate (D:20260102030405+01'00') /Keywords (a, b) >>")
	w.add(6, stream("", "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+
		"1 beginbfchar <0001> <FB01> endbfchar 1 beginbfrange <0010> <0020> <0061> endbfrange"))
	for i, c := range contents {
		w.add(7+2*i, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate %d /Contents %d 0 R %s >>", i%2*90, 8+2*i, extra.Page))
		w.add(8+2*i, stream("", c))
	}
	for i, body := range extra.Objects {
		w.add(100+i, body)
	}
	return w.finish()
}

// A writer notes where objects begin.
type writer struct {
	out     bytes.Buffer
	offsets map[int]int
	last    int
}

func (w *writer) add(number int, body string) {
	w.offsets[number], w.last = w.out.Len(), max(w.last, number)
	fmt.Fprintf(&w.out, "%d 0 obj\n%s\nendobj\n", number, body)
}

func (w *writer) finish() []byte {
	start := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", w.last+1)
	for n := 1; n <= w.last; n++ {
		if at, ok := w.offsets[n]; ok {
			fmt.Fprintf(&w.out, "%010d 00000 n \n", at)
		} else {
			w.out.WriteString("0000000000 65535 f \n")
		}
	}
	fmt.Fprintf(&w.out, "trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n", w.last+1, start)
	return w.out.Bytes()
}
