// Package pdf parses PDF files.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"

	rag "ragserver"
	"ragserver/parse"
)

// A Parser reads the text layer of a PDF page by page, puts it into reading
// order, and tells the page of each section. The objects of the file come from
// package ledongthuc/pdf; what a page draws is interpreted here, since words and
// columns are only known from where each glyph stands.
type Parser struct{}

// New returns a parser of PDF.
func New() *Parser { return &Parser{} }

const (
	maxPages = 20_000
	maxText  = 64 << 20 // bytes of text of one document
)

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, repaired, err := open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	d := &document{reader: r, fonts: map[string]*font{}}
	t := rag.Text{MediaType: "application/pdf"}
	t.Title, t.Author, t.Language = d.info()
	if repaired {
		d.warn("the file is damaged: its table of objects was rebuilt")
	}
	if err := d.read(ctx); err != nil {
		return rag.Text{}, err
	}
	t.Pages = len(d.pages)
	t.Text, t.Sections = d.compose()
	t.Warnings = d.summary()
	switch {
	case t.Text == "" && d.undecoded && !r.Trailer().Key("Encrypt").IsNull():
		return rag.Text{}, fmt.Errorf("PDF that no empty password opens: %w", parse.ErrEncrypted)
	case t.Text == "":
		return rag.Text{}, fmt.Errorf("%s: %w", d.why(), parse.ErrNoText)
	}
	return t, nil
}

// open opens the file as it is, and if that fails with its table of objects
// rebuilt.
func open(data []byte) (r *pdf.Reader, repaired bool, err error) {
	if data := normal(data); sane(data) {
		r, err = openOnce(data)
	} else {
		err = errors.New("malformed: the table of objects is said to have millions of entries")
	}
	if err == nil && len(pageTree(r)) > 0 {
		return r, false, nil
	}
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return nil, false, fmt.Errorf("PDF needs a password: %w", parse.ErrEncrypted)
	}
	again, err2 := openOnce(rebuild(data))
	switch {
	case err2 == nil && len(pageTree(again)) > 0:
		return again, true, nil
	case errors.Is(err2, pdf.ErrInvalidPassword) || bytes.Contains(data, []byte("/Encrypt")):
		return nil, false, fmt.Errorf("PDF with a password or an unknown encryption (%.80v): %w", firstOf(err2, err), parse.ErrEncrypted)
	case err != nil:
		return nil, false, fmt.Errorf("opening PDF: %w", err)
	}
	return nil, false, errors.New("opening PDF: no pages")
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func openOnce(data []byte) (r *pdf.Reader, err error) {
	defer func() {
		if v := recover(); v != nil {
			r, err = nil, fmt.Errorf("malformed: %v", v)
		}
	}()
	return pdf.NewReader(bytes.NewReader(data), int64(len(data)))
}

// guard runs f and returns its panic as an error: the library panics where a
// file is malformed.
func guard(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s, _, _ := strings.Cut(fmt.Sprint(v), "\n")
			err = errors.New(parse.Cut(strings.ToValidUTF8(s, "?"), 200))
		}
	}()
	f()
	return nil
}

// A document is a file that is being read.
type document struct {
	reader    *pdf.Reader
	fonts     map[string]*font // by reference, as in "12 0 R"
	pages     []page
	warnings  []string
	empty     []int // numbers of the pages without text
	undecoded bool  // a stream could not be decoded
	unmapped  int   // glyphs whose meaning the file does not tell
	glyphs    int
}

// A page is a page's paragraphs in reading order.
type page struct {
	number int
	blocks []block
}

func (d *document) warn(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(d.warnings) < 20 && !slices.Contains(d.warnings, s) {
		d.warnings = append(d.warnings, s)
	}
}

func (d *document) info() (title, author, language string) {
	err := guard(func() {
		info := d.reader.Trailer().Key("Info")
		title, author = label(info.Key("Title").Text()), label(info.Key("Author").Text())
		language = label(d.reader.Trailer().Key("Root").Key("Lang").Text())
	})
	if err != nil {
		d.warn("the document information cannot be read: %v", err)
	}
	return title, author, language
}

// label cleans a title; many files have a path or nothing useful there.
func label(s string) string {
	if !utf8.ValidString(s) {
		return ""
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == '\uFEFF' || r == '\uFFFD' }), " ")
	if strings.EqualFold(s, "untitled") {
		return ""
	}
	return parse.Cut(s, 500)
}

func (d *document) read(ctx context.Context) error {
	size := 0
	for i, v := range pageTree(d.reader) {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := i + 1
		p := page{number: n}
		x := &interpreter{ctx: ctx, doc: d}
		if err := guard(func() { x.page(v) }); err != nil {
			d.warn("page %d is damaged and only partly read: %v", n, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.blocks = layout(x.glyphs)
		d.glyphs += len(x.glyphs)
		d.unmapped += x.unmapped
		if len(p.blocks) == 0 {
			d.empty = append(d.empty, n)
		}
		for _, b := range p.blocks {
			size += b.count()
		}
		if size > maxText {
			return fmt.Errorf("PDF with more than %d MiB of text: %w", maxText>>20, parse.ErrLimit)
		}
		d.pages = append(d.pages, p)
	}
	return nil
}

// summary returns the warnings.
func (d *document) summary() []string {
	if n := len(d.empty); n > 0 && n < len(d.pages) {
		d.warn("%s without a text layer: %s needs OCR", pages(n), numbers(d.empty))
	}
	if d.unmapped > 0 && d.unmapped*20 > d.glyphs {
		d.warn("%d characters are in fonts that do not say what they mean, and were left out", d.unmapped)
	}
	return d.warnings
}

func (d *document) why() string {
	if d.unmapped > 0 {
		return fmt.Sprintf("%s whose fonts do not say what their characters mean: needs OCR", pages(len(d.pages)))
	}
	s := pages(len(d.pages)) + " without a text layer: needs OCR"
	if len(d.warnings) > 0 {
		s += " (" + d.warnings[0] + ")"
	}
	return s
}

func pages(n int) string {
	if n == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}

// numbers lists page numbers, shortened after ten.
func numbers(list []int) string {
	var b strings.Builder
	for i, n := range list {
		if i == 10 {
			return b.String() + ", ..."
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
}
