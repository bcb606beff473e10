package xlsx

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse/sheet"
	"ragserver/parse/xmlstream"
)

// sheet adds one sheet: its cells, then what is written on and around them.
func (r *reader) sheet(ctx context.Context, t *tab) error {
	if t.veryHidden {
		r.Warn(fmt.Errorf("sheet %q, which no menu shows, was left out", t.name))
		return nil
	}
	w := &worksheet{reader: r, Sheet: sheet.New(&r.book)}
	if t.kind == "worksheet" || t.kind == "" || t.kind == "xlMacrosheet" {
		if err := w.cells(ctx, t); err != nil {
			return err
		}
	}
	r.around(ctx, t)
	if w.Empty() && len(r.beside) == 0 {
		return r.Embedded(ctx, t.part, r.parts)
	}
	r.out.Top()
	r.out.Heading(1, t.name)
	if err := w.Write(ctx, &r.out); err != nil {
		return err
	}
	for _, p := range r.beside {
		r.out.Add(p.kind, p.text)
	}
	r.beside = nil
	return r.Embedded(ctx, t.part, r.parts)
}

// A piece is a text that is no cell's.
type piece struct {
	kind rag.Kind
	text string
}

// maxPieces bounds the pieces of a sheet.
const maxPieces = 20_000

// add adds a piece to those beside the cells of a sheet. Blank ones are ignored.
func (r *reader) add(kind rag.Kind, text string) {
	if strings.TrimSpace(text) != "" && len(r.beside) < maxPieces {
		r.beside = append(r.beside, piece{kind, text})
	}
}

// A worksheet is one that is being read.
type worksheet struct {
	*reader
	*sheet.Sheet
	x      *xmlstream.Reader
	merged []sheet.Range
	links  []link
	row    int32 // of the current row, from 1
	col    int32 // of the next cell that does not say
	footer []string
}

type link struct {
	area     sheet.Range
	id       string // of a relation
	location string // in the workbook
}

// maxRanges bounds the merged ranges and the links of a sheet.
const maxRanges = 200_000

// cells reads the part of the sheet.
func (w *worksheet) cells(ctx context.Context, t *tab) error {
	r := w.reader
	if !r.Has(t.part) {
		r.Warn(fmt.Errorf("sheet %q is not in the archive", t.name))
		return nil
	}
	in, err := r.Open(t.part)
	if err != nil {
		r.Warn(fmt.Errorf("sheet %q: %w", t.name, err))
		return nil
	}
	defer in.Close()
	w.x = xmlstream.New(in)
	if err := w.read(ctx); err != nil {
		return err
	}
	if err := w.x.Err(); err != nil {
		r.Warn(fmt.Errorf("sheet %q: %w", t.name, err))
	}
	w.Merge(w.merged)
	for _, l := range w.links {
		to := r.Address(ctx, t.part, l.id)
		if to != "" && l.location != "" {
			to += "#" + l.location
		}
		w.Link(l.area.Row, l.area.Col, to)
	}
	w.tables(ctx, t)
	r.add(rag.Note, strings.Join(w.footer, "\n"))
	return nil
}

// read reads the sheet to its end.
func (w *worksheet) read(ctx context.Context) error {
	for n := 0; ; n++ {
		if n&0xFFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch w.x.Next() {
		case xmlstream.None:
			return nil
		case xmlstream.Start:
			w.element()
		}
	}
}

func (w *worksheet) element() {
	switch w.x.Name() {
	case "row":
		if row := w.x.RawAttr("r"); row != nil {
			if v, _, ok := reference(append([]byte{'A'}, row...)); ok {
				w.row = v
			}
		}
		w.row++
		w.col = 0
	case "c":
		w.cell()
	case "mergeCell":
		if r, ok := w.area("ref"); ok && len(w.merged) < maxRanges {
			w.merged = append(w.merged, r)
		}
	case "hyperlink":
		if r, ok := w.area("ref"); ok && len(w.links) < maxRanges {
			w.links = append(w.links, link{r, w.x.Attr("id"), valid(w.x.Attr("location"))})
		}
	case "oddHeader", "oddFooter", "firstHeader", "firstFooter":
		w.footer = append(w.footer, w.running()...)
	case "sheetPr", "conditionalFormatting", "dataValidations", "extLst":
		w.x.Skip()
	}
}

func (w *worksheet) area(attr string) (sheet.Range, bool) {
	row, col, lastRow, lastCol, ok := area(w.x.Attr(attr))
	return sheet.Range{Row: row, Col: col, LastRow: lastRow, LastCol: lastCol}, ok
}

// running returns the lines of a header or footer for printing, without codes for
// fonts, page numbers and dates.
func (w *worksheet) running() (lines []string) {
	text := string(w.content())
	for _, part := range strings.Split(codes.ReplaceAllString(text, "\n"), "\n") {
		if part = strings.TrimSpace(strings.ReplaceAll(part, "&&", "&")); strings.ContainsFunc(part, letter) {
			lines = append(lines, valid(part))
		}
	}
	return lines
}

func letter(r rune) bool { return r > '9' && r != '_' }

// codes are those of headers and footers, ECMA-376 part 1, 18.3.1.46.
var codes = regexp.MustCompile(`&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-JL-Za-z])`)

// maxContent bounds what one element of a cell holds.
const maxContent = 1 << 20

// content returns the text of the element that has just started and moves to its
// end.
func (w *worksheet) content() []byte {
	var out []byte
	for depth := 1; depth > 0; {
		switch w.x.Next() {
		case xmlstream.Start:
			depth++
		case xmlstream.End:
			depth--
		case xmlstream.Text:
			if len(out) < maxContent {
				out = append(out, w.x.Text()...)
			}
		case xmlstream.None:
			return out
		}
	}
	return out
}
