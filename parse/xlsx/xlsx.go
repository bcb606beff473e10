// Package xlsx parses workbooks of Office Open XML: those of Excel, and what other
// programs export in its form.
package xlsx

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
	"ragserver/parse/parts"
	"ragserver/parse/sheet"
)

// MediaType is what texts of this package say they are.
const MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// A Parser makes each sheet a page, with its tables as Markdown tables and its
// cells as people see them: numbers by their formats, formulas by their results.
// What a format rounds away is not shown. Hidden rows, columns and sheets are read
// like others; sheets that no menu shows are left out with a warning.
type Parser struct{ inside parse.Parser }

// New returns a parser of workbooks, whose embedded files inside reads; nil for
// none.
func New(inside parse.Parser) *Parser { return &Parser{inside} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	pkg, err := ooxml.Open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	r := &reader{Package: pkg, parts: parts.New(ctx, p.inside)}
	t := rag.Text{MediaType: MediaType, Parser: "xlsx"}
	if err := r.workbook(ctx); err != nil {
		return rag.Text{}, err
	}
	for i := range r.sheets {
		if err := ctx.Err(); err != nil {
			return rag.Text{}, err
		}
		t.Labels = append(t.Labels, r.sheets[i].name)
		r.out.Page(i + 1)
		if err := r.sheet(ctx, &r.sheets[i]); err != nil {
			return rag.Text{}, err
		}
	}
	r.out.Page(0)
	r.out.Top()
	r.definedNames()
	if r.wrong > 0 {
		r.Warn(fmt.Errorf("%d cells refer to strings that are not there", r.wrong))
	}
	t.Pages = len(r.sheets)
	r.Describe(ctx, &t)
	t.Text, t.Sections = r.out.Result()
	t.Parts = r.parts.Parts()
	t.Warnings = append(append(r.Warnings(), r.book.Warnings()...), r.parts.Warnings()...)
	return t, ctx.Err()
}

// A reader reads one workbook.
type reader struct {
	*ooxml.Package
	out   parse.Builder
	book  sheet.Book
	parts *parts.Collector

	main        string // the part of the workbook
	late        bool   // dates count from 1904
	sheets      []tab
	definitions []*ooxml.Node
	beside      []piece // of the current sheet
	strings     []string
	styles      []style
	authors     map[string]string // of comments in threads, by ID
	wrong       int               // cells that could not be read
}

// A tab is one sheet as the workbook lists it.
type tab struct {
	name, part string
	kind       string // type of its relation: "worksheet", "chartsheet", ...
	veryHidden bool
}

// maxSheets bounds the sheets of a workbook; programs manage some hundreds.
const maxSheets = 10_000

// workbook reads what the sheets have in common.
func (r *reader) workbook(ctx context.Context) error {
	main, err := r.Main(ctx, "xl/workbook.xml")
	if strings.HasSuffix(main, ".bin") || err != nil && r.Has("xl/workbook.bin") {
		return fmt.Errorf("a workbook in Excel's binary form (.xlsb), which has to be saved as .xlsx: %w", parse.ErrUnsupported)
	}
	r.main = main
	root := r.Tree(ctx, main)
	if root.Find("workbookPr").Attr("date1904") != "" {
		v := root.Find("workbookPr").Attr("date1904")
		r.late = v == "1" || v == "true"
	}
	for _, n := range nodes(root.Find("sheets")) {
		to := r.Related(ctx, main, n.Attr("r:id"))
		if len(r.sheets) < maxSheets {
			r.sheets = append(r.sheets, tab{name: valid(n.Attr("name")), part: to.Target, kind: to.Type, veryHidden: n.Attr("state") == "veryHidden"})
		}
	}
	r.definitions = nodes(root.Find("definedNames"))
	if len(r.sheets) == 0 {
		r.findSheets()
	}
	if len(r.sheets) == 0 {
		return fmt.Errorf("no sheets in the workbook: %w", parse.ErrUnsupported)
	}
	if err := r.sharedStrings(ctx); err != nil {
		return err
	}
	r.readStyles(ctx)
	return ctx.Err()
}

// findSheets lists the sheets in the archive, for a workbook that is damaged.
func (r *reader) findSheets() {
	for _, name := range r.Names() {
		base, ok := strings.CutSuffix(path.Base(name), ".xml")
		if ok && strings.EqualFold(path.Base(path.Dir(name)), "worksheets") && len(r.sheets) < maxSheets {
			r.sheets = append(r.sheets, tab{name: valid(base), part: name, kind: "worksheet"})
		}
	}
	if len(r.sheets) > 0 {
		r.Warn(errors.New("the workbook lists no sheets; those in the archive were read in its order"))
	}
}

// related returns the part that the workbook has a relation of a type to, or the
// usual one.
func (r *reader) related(ctx context.Context, kind, usual string) string {
	if part := r.Of(ctx, r.main, kind); part != "" {
		return part
	}
	return path.Join(path.Dir(r.main), usual)
}

// definedNames adds the names that people gave to single cells, numbers and
// formulas. Those of areas tell nothing that the tables do not.
func (r *reader) definedNames() {
	const maxNames, maxMeaning = 1000, 500
	var lines []string
	for _, n := range r.definitions[:min(len(r.definitions), maxNames)] {
		name, means := n.Attr("name"), n.Text
		switch {
		case name == "" || n.Attr("hidden") == "1" || strings.HasPrefix(name, "_xl"):
		case strings.Contains(means, "#REF!") || len(means) > maxMeaning || wholeArea.MatchString(means):
		default:
			lines = append(lines, "- "+parse.Cell(name)+" = "+parse.Cell(means))
		}
	}
	r.out.Add(rag.List, strings.Join(lines, "\n"))
}

// wholeArea is a reference to more than one cell, or several of them.
var wholeArea = regexp.MustCompile(`^(?:'[^']*'|[^'!()]*)!\$?[A-Z]*\$?[0-9]*[:,]`)

func nodes(n *ooxml.Node) []*ooxml.Node {
	if n == nil {
		return nil
	}
	return n.Nodes
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
