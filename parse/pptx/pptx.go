// Package pptx reads presentations of PowerPoint and of programs that write its
// format (PresentationML, ECMA-376 part 1).
package pptx

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
	"ragserver/parse/parts"
)

// MediaType is that of the documents that this package reads. Shows, templates and
// presentations with macros are taken for it too.
const MediaType = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

// A Parser gives each slide as a page: its title as a heading, then what is on it
// as one reads it, then its notes and comments. Footers stand once. Hidden slides
// are read as well, with a warning.
type Parser struct {
	inner parse.Parser
}

// New returns a Parser; inner reads the files embedded in presentations, none if
// it is nil.
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
	main, err := pkg.Main(ctx, "ppt/presentation.xml")
	if err != nil {
		return rag.Text{}, err
	}
	d := open(ctx, pkg, main)
	inside := parts.New(ctx, p.inner)
	for i, part := range d.slides {
		d.slide(i+1, part)
		if err := d.limit(); err != nil {
			return rag.Text{}, err
		}
		if err := pkg.Embedded(ctx, part, inside); err != nil {
			return rag.Text{}, err
		}
	}
	t := rag.Text{MediaType: MediaType, Parser: "pptx", Pages: len(d.slides), Language: d.language()}
	t.Text, t.Sections = d.out.Result()
	pkg.Describe(ctx, &t)
	if t.Title == "" {
		t.Title = d.title
	}
	t.Parts = inside.Parts()
	t.Warnings = slices.Concat(pkg.Warnings(), d.hidden, inside.Warnings())
	return t, ctx.Err()
}

// A deck is what one Parse works on.
type deck struct {
	ctx           context.Context
	pkg           *ooxml.Package
	slides        []string // parts, in order
	width, height float64  // of a slide
	defaults      *ooxml.Node
	authors       map[string]string   // of comments, by ID
	templates     map[string]template // by layout
	out           parse.Builder
	title         string // of the first slide that has one
	hidden        []string
	shown         map[string]bool // footers, and parts of drawings
	languages     map[string]int  // characters
}

func open(ctx context.Context, pkg *ooxml.Package, main string) *deck {
	root := pkg.Tree(ctx, main)
	size := root.Find("sldSz")
	d := &deck{
		ctx: ctx, pkg: pkg, authors: map[string]string{}, templates: map[string]template{},
		shown: map[string]bool{}, languages: map[string]int{}, defaults: root.Find("defaultTextStyle"),
		width: float64(max(1, size.Int("cx", 9144000))), height: float64(max(1, size.Int("cy", 6858000))),
	}
	d.slides = order(ctx, pkg, main, root)
	for _, kind := range []string{"commentAuthors", "authors"} {
		pkg.Tree(ctx, pkg.Of(ctx, main, kind)).Each(func(n *ooxml.Node) {
			d.authors[n.Attr("id")] = strings.Join(strings.Fields(n.Attr("name")), " ")
		}, "cmAuthor", "author")
	}
	return d
}

// order returns the slides as they are shown, or as they are stored if the
// presentation does not say.
func order(ctx context.Context, pkg *ooxml.Package, main string, root *ooxml.Node) (slides []string) {
	seen := map[string]bool{}
	add := func(r ooxml.Relation) {
		if r.External || r.Target == "" || seen[r.Target] {
			return
		}
		if seen[r.Target] = true; !pkg.Has(r.Target) {
			pkg.Warn(fmt.Errorf("%s is missing", r.Target))
		}
		slides = append(slides, r.Target)
	}
	root.Find("sldIdLst").Each(func(n *ooxml.Node) { add(pkg.Related(ctx, main, n.Attr("r:id"))) }, "sldId")
	if len(slides) == 0 {
		for _, r := range pkg.Relations(ctx, main) {
			if r.Type == "slide" {
				add(r)
			}
		}
	}
	return slides
}

// How much one presentation may give.
const (
	maxText     = 64 << 20 // bytes
	maxSections = 500_000  // * 136 B = 68 MB
)

func (d *deck) limit() error {
	if d.out.Len() > maxText {
		return fmt.Errorf("more than %d MiB of text: %w", maxText>>20, parse.ErrLimit)
	}
	if _, sections := d.out.Result(); len(sections) > maxSections {
		return fmt.Errorf("more than %d paragraphs: %w", maxSections, parse.ErrLimit)
	}
	return d.ctx.Err()
}

// language returns the one that most of the text is in.
func (d *deck) language() (best string) {
	for _, l := range slices.Sorted(maps.Keys(d.languages)) {
		if d.languages[l] > d.languages[best] {
			best = l
		}
	}
	return best
}
