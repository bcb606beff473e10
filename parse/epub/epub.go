// Package epub parses e-books.
package epub

import (
	"context"
	"fmt"
	"path"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/zipped"
)

// A Parser reads EPUB 2 and 3: the chapters in reading order, and what is beside
// it (linear="no") at the end. A chapter that has no heading gets its name from
// the table of contents. There are pages where the book says where those of its
// printed edition begin.
type Parser struct{}

// New returns a parser of e-books.
func New() *Parser { return &Parser{} }

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	a, err := zipped.Open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	b := &book{ctx: ctx, archive: a}
	b.open()
	order := b.order()
	if err := b.checkEncryption(order); err != nil {
		return rag.Text{}, err
	}
	b.readContents()
	for _, name := range order {
		if err := b.chapter(name); err != nil {
			return rag.Text{}, err
		}
	}
	return b.result()
}

func (b *book) result() (rag.Text, error) {
	t := rag.Text{MediaType: "application/epub+zip", Parser: "epub", Pages: b.page, Warnings: b.lost}
	b.describe(&t)
	if b.page > 0 {
		t.Labels = b.labels
	}
	if t.Language == "" {
		t.Language = b.language
	}
	if t.Text, t.Sections = b.out.Result(); t.Text == "" {
		return rag.Text{}, fmt.Errorf("book without text: %w", parse.ErrNoText)
	}
	return t, nil
}

// A book is one that is being read.
type book struct {
	ctx     context.Context
	archive *zipped.Archive
	folder  string // of the package document; all names are relative to it
	pack    pack
	out     parse.Builder

	entries  map[string][]entry           // of the table of contents, by file
	printed  map[string]map[string]string // labels of pages, by file and place in it
	page     int
	shift    int // of the levels of headings
	labels   []string
	language string // of the first chapter
	lost     []string
}

func (b *book) lose(format string, args ...any) {
	if len(b.lost) < 20 {
		b.lost = append(b.lost, fmt.Sprintf(format, args...))
	}
}

// open reads the package document, wherever it is.
func (b *book) open() {
	var c container
	name := ""
	if err := b.decode("META-INF/container.xml", &c); err == nil || len(c.Roots) > 0 {
		for _, r := range c.Roots {
			if name == "" && b.archive.Has(r.Path) {
				name = r.Path
			}
		}
	}
	for _, other := range b.archive.Names() {
		if name == "" && strings.EqualFold(path.Ext(other), ".opf") && !strings.HasPrefix(path.Base(other), ".") {
			name = other
		}
	}
	if name == "" {
		b.lose("there is no package document: chapters are in the order of the archive")
		return
	}
	if b.folder = path.Dir(name); b.folder == "." {
		b.folder = ""
	}
	if err := b.decode(name, &b.pack); err != nil {
		b.lose("the package document is damaged: %v", err)
	}
}

// decode reads a member that is XML. With an error, v has what stands before the
// damage.
func (b *book) decode(name string, v any) error {
	data, err := b.archive.ReadAtMost(name, maxChapter)
	if len(data) == 0 && err != nil {
		return err
	}
	d, err := zipped.Decoder(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// order returns the names of the chapters in reading order.
func (b *book) order() []string {
	var main, beside []string
	seen := make(map[string]bool)
	add := func(list *[]string, name string) {
		if name != "" && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			*list = append(*list, name)
		}
	}
	items := b.pack.byID()
	for _, r := range b.pack.Spine.Refs {
		name := b.readable(items, r.ID)
		if r.Linear == "no" {
			add(&beside, name)
		} else {
			add(&main, name)
		}
	}
	if len(main)+len(beside) == 0 {
		for _, i := range b.pack.Items {
			add(&main, b.readable(items, i.ID))
		}
	}
	if len(main)+len(beside) == 0 {
		for _, name := range b.archive.Names() {
			if isPage("", name) && !strings.HasPrefix(name, "__MACOSX/") {
				add(&main, name)
			}
		}
	}
	return append(main, beside...)
}

// readable returns the name of an item that is a page, or of what stands in for
// it; "" if there is none.
func (b *book) readable(items map[string]item, id string) string {
	for range 10 { // items may stand in for each other in a circle
		i, ok := items[id]
		if !ok {
			return ""
		}
		if name := b.resolve(b.folder, i.Href); isPage(i.Type, name) {
			return name
		}
		id = i.Fallback
	}
	return ""
}

func isPage(mediaType, name string) bool {
	switch mediaType {
	case "application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml", "application/xml", "text/xml":
		return true
	case "":
		switch strings.ToLower(path.Ext(name)) {
		case ".xhtml", ".html", ".htm", ".xht":
			return true
		}
	}
	return false
}
