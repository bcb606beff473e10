// Package html parses web pages.
package html

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"

	readability "codeberg.org/readeck/go-readability"
	xhtml "golang.org/x/net/html"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser keeps the main content of a page and leaves out menus, footers and
// what is not shown. The text is Markdown without inline marks.
type Parser struct{}

// New returns a parser of HTML.
func New() *Parser { return &Parser{} }

var metaCharset = regexp.MustCompile(`(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:-]+)`)

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	name := ""
	if m := metaCharset.FindSubmatch(in.Data[:min(len(in.Data), 4096)]); m != nil {
		name = string(m[1])
	}
	r, err := charset.Decode(in.Data, name)
	if err != nil {
		return rag.Text{}, err
	}
	t, err := Text(ctx, r.Text)
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	return t, err
}

// Text parses a page that is already decoded.
func Text(ctx context.Context, page string) (rag.Text, error) {
	doc, err := xhtml.Parse(strings.NewReader(page))
	if err != nil {
		return rag.Text{}, fmt.Errorf("reading HTML: %w", err)
	}
	t := rag.Text{MediaType: "text/html", Parser: "html"}
	describe(doc, &t)
	prune(doc)
	body := find(doc, "body")
	if body == nil {
		body = doc
	}
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	w := &writer{top: t.Title}
	if h1 := find(body, "h1"); h1 != nil {
		w.top = clean(text(h1))
	}
	content := mainContent(doc, body)
	if visible(content) == 0 {
		content = body
	}
	if visible(content) > 0 && !w.holdsTop(content) {
		w.out.Heading(1, w.top) // readability takes out what repeats the title
	}
	w.blocks(ctx, content, 0)
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t.Text, t.Sections = w.out.Result()
	if t.Text == "" {
		return rag.Text{}, fmt.Errorf("HTML page without visible text: %w", parse.ErrNoText)
	}
	return t, nil
}

// mainContent returns what readability takes for the article, or the body
// without its navigation where that is too little.
func mainContent(doc, body *xhtml.Node) *xhtml.Node {
	p := readability.NewParser()
	p.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := p.ParseDocument(doc, nil)
	stripNavigation(body)
	if err != nil || a.Node == nil {
		return body
	}
	found, all := visible(a.Node), visible(body)
	if found < 200 && found*2 < all || found*8 < all {
		return body
	}
	return a.Node
}

func visible(n *xhtml.Node) int {
	sum := 0
	for c := range n.Descendants() {
		if c.Type == xhtml.TextNode {
			sum += len(strings.TrimSpace(c.Data))
		}
	}
	return sum
}

// describe reads what the page says about itself.
func describe(doc *xhtml.Node, t *rag.Text) {
	for n := range doc.Descendants() {
		switch {
		case n.Type != xhtml.ElementNode:
		case n.Data == "html":
			t.Language = language(attr(n, "lang"))
		case n.Data == "title" && t.Title == "" && n.Namespace == "":
			t.Title = squeeze(inner(n))
		case n.Data == "meta" && strings.EqualFold(attr(n, "name"), "author"):
			t.Author = squeeze(attr(n, "content"))
		case n.Data == "body":
			return
		}
	}
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$`)

func language(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if !languageTag.MatchString(s) {
		return ""
	}
	return s
}

func find(n *xhtml.Node, name string) *xhtml.Node {
	for c := range n.Descendants() {
		if c.Type == xhtml.ElementNode && c.Data == name {
			return c
		}
	}
	return nil
}

func attr(n *xhtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *xhtml.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func inner(n *xhtml.Node) string {
	var b bytes.Buffer
	for c := range n.Descendants() {
		if c.Type == xhtml.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
