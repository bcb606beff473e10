package html

import (
	"context"
	"fmt"
	"strings"

	xhtml "golang.org/x/net/html"

	rag "ragserver"
	"ragserver/parse"
)

// Whole parses a page that is already decoded and has nothing around its content:
// a chapter of a book, the body of a message. It leaves out only what is hidden.
func Whole(ctx context.Context, page string) (rag.Text, error) {
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
	w := &writer{}
	w.blocks(ctx, body, 0)
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	if t.Text, t.Sections = w.out.Result(); t.Text == "" {
		return rag.Text{}, fmt.Errorf("HTML without visible text: %w", parse.ErrNoText)
	}
	return t, nil
}
