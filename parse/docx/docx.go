// Package docx reads documents of Word and of programs that write its format
// (WordprocessingML, ECMA-376 part 1).
package docx

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
	"ragserver/parse/parts"
)

// MediaType is that of the documents that this package reads. Templates and
// documents with macros are taken for it too.
const MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// A Parser gives a document as people see it: headings by their styles, lists with
// their numbers, tables, what was inserted and not what was deleted, results of
// fields. Notes and comments follow the passage that they are of; headers and
// footers stand once, at the end. A document has pages if its program noted where
// it broke them.
type Parser struct {
	inner parse.Parser
}

// New returns a Parser; inner reads the files embedded in documents, none if it is
// nil.
func New(inner parse.Parser) *Parser { return &Parser{inner} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	pkg, err := ooxml.Open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	main, err := pkg.Main(ctx, "word/document.xml")
	if err != nil {
		return rag.Text{}, err
	}
	d := open(ctx, pkg, main)
	if err := d.body(); err != nil {
		return rag.Text{}, err
	}
	d.rest()
	t := rag.Text{MediaType: MediaType, Parser: "docx", Pages: d.page, Language: d.styles.language}
	t.Text, t.Sections = d.out.Result()
	pkg.Describe(ctx, &t)
	if t.Title == "" {
		t.Title = d.title
	}
	if t.Title == "" && len(t.Sections) > 0 && t.Sections[0].Kind == rag.Heading {
		t.Title = t.Sections[0].Heading[0]
	}
	inside := parts.New(ctx, p.inner)
	for _, part := range append([]string{main}, d.others...) {
		if err := pkg.Embedded(ctx, part, inside); err != nil {
			return rag.Text{}, err
		}
	}
	t.Parts = inside.Parts()
	if d.hidden > 0 {
		pkg.Warn(fmt.Errorf("%d characters of hidden text were left out", d.hidden))
	}
	t.Warnings = slices.Concat(pkg.Warnings(), inside.Warnings())
	return t, ctx.Err()
}

// A document is what one Parse works on.
type document struct {
	ctx     context.Context
	pkg     *ooxml.Package
	main    string
	part    string   // being read: its relations count
	others  []string // parts beside main that may embed files
	styles  *styles
	numbers *numbering
	notes   *notes
	noteIn  map[string]string // parts, by kind of note
	out     parse.Builder
	page    int     // 0 if breaks are not noted
	fields  []field // open, outermost first; they may span paragraphs
	group   group
	title   string          // of a paragraph that is styled so
	hidden  int             // characters that were left out
	nested  int             // tables inside cells, around what is being read
	shown   map[string]bool // parts, and texts of headers
}

func open(ctx context.Context, pkg *ooxml.Package, main string) *document {
	d := &document{ctx: ctx, pkg: pkg, main: main, part: main, noteIn: map[string]string{}, shown: map[string]bool{}}
	tree := func(kind, usual string) *ooxml.Node {
		part := pkg.Of(ctx, main, kind)
		if part == "" {
			part = main[:strings.LastIndexByte(main, '/')+1] + usual
		}
		return pkg.Tree(ctx, part)
	}
	d.styles = readStyles(tree("styles", "styles.xml"))
	d.numbers = readNumbering(tree("numbering", "numbering.xml"))
	d.notes = readNotes(tree("footnotes", "footnotes.xml"), tree("endnotes", "endnotes.xml"), tree("comments", "comments.xml"))
	for _, r := range pkg.Relations(ctx, main) {
		switch r.Type {
		case "footnotes", "endnotes", "comments", "header", "footer":
			d.noteIn[strings.TrimSuffix(r.Type, "s")] = r.Target
			d.others = append(d.others, r.Target)
		}
	}
	return d
}

// body reads the main part, block by block. Damage is a warning if there was some
// text before it.
func (d *document) body() error {
	data, err := d.pkg.XML(d.main)
	if err != nil && len(data) == 0 {
		return err
	}
	if err != nil {
		d.pkg.Warn(err)
	}
	if bytes.Contains(data, []byte("lastRenderedPageBreak")) {
		d.turn(1)
	}
	err = ooxml.Children(d.ctx, data, "body", func(n *ooxml.Node) error {
		d.block(n)
		return d.limit()
	})
	d.flush()
	if d.ctx.Err() != nil {
		return d.ctx.Err()
	}
	if err != nil && (d.out.Len() == 0 || d.limit() != nil) {
		return fmt.Errorf("%s: %w", d.main, err)
	}
	if err != nil {
		d.pkg.Warn(fmt.Errorf("%s: what follows was lost: %w", d.main, err))
	}
	return nil
}

// How much one document may give.
const (
	maxText     = 64 << 20 // bytes
	maxSections = 500_000  // * 136 B = 68 MB
)

func (d *document) limit() error {
	if d.out.Len() > maxText {
		return fmt.Errorf("more than %d MiB of text: %w", maxText>>20, parse.ErrLimit)
	}
	if _, sections := d.out.Result(); len(sections) > maxSections {
		return fmt.Errorf("more than %d paragraphs: %w", maxSections, parse.ErrLimit)
	}
	return d.ctx.Err()
}

func (d *document) turn(page int) {
	d.page = page
	d.out.Page(page)
}

// rest adds what is of the document as a whole: notes that nothing refers to, and
// each header and footer once.
func (d *document) rest() {
	d.out.Top()
	pages := d.page
	d.page = 0
	d.out.Page(0)
	d.leftover()
	for _, r := range d.pkg.Relations(d.ctx, d.main) {
		if r.Type != "header" && r.Type != "footer" || r.External || d.shown[r.Target] {
			continue
		}
		d.shown[r.Target] = true
		if text := d.flatPart(r.Target); strings.Trim(text, " \t\n0123456789/-") != "" && !d.shown[text] {
			d.shown[text] = true
			d.out.Add(rag.Note, text)
		}
	}
	d.page = pages
}

// flatPart returns the text of a part that is no place for sections.
func (d *document) flatPart(part string) string {
	defer func(part string, fields []field) { d.part, d.fields = part, fields }(d.part, d.fields)
	d.part, d.fields = part, nil
	return d.flat(d.pkg.Tree(d.ctx, part)).String()
}
