package external

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"

	rag "ragserver"
	"ragserver/parse"
)

// readXHTML reads the markup of a converter: all of it is content, and divisions
// of the classes page, slide-content and the like are pages. It goes along the
// tags, whatever their order, and keeps no tree.
func readXHTML(ctx context.Context, markup string) (rag.Text, error) {
	z := html.NewTokenizer(strings.NewReader(markup))
	z.SetMaxBuf(0)
	w := &xhtml{kind: rag.Paragraph}
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return rag.Text{}, ctx.Err()
		}
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				return rag.Text{}, fmt.Errorf("reading XHTML: %w", err)
			}
			w.endTable()
			w.flush()
			t := rag.Text{Title: w.title, Pages: w.page}
			t.Text, t.Sections = w.out.Result()
			return t, ctx.Err()
		case html.TextToken:
			if w.hidden == 0 {
				w.text.WriteString(string(z.Text()))
			} else if w.inTitle {
				w.title = strings.Join(strings.Fields(w.title+" "+string(z.Text())), " ")
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			w.open(token)
		case html.EndTagToken:
			w.close(z.Token().Data)
		}
	}
}

// An xhtml is where in the markup we are.
type xhtml struct {
	out     parse.Builder
	text    strings.Builder // of the current block
	kind    rag.Kind
	title   string
	inTitle bool
	hidden  int // open elements that are not shown
	page    int
	lists   []bool // open lists; ordered or not
	items   []int  // items so far of each
	rows    [][]string
	tables  int // open tables
	inCell  bool
	pre     bool
}

func (w *xhtml) open(t html.Token) {
	switch t.Data {
	case "head", "script", "style", "template":
		if t.Type == html.StartTagToken {
			w.hidden++
		}
	case "title":
		w.inTitle = t.Type == html.StartTagToken && w.title == ""
	case "br":
		w.text.WriteString("\n")
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "figure", "figcaption":
		w.block()
	case "div":
		w.block()
		if w.tables == 0 && isPage(t) {
			w.page++
			w.out.Page(w.page)
		}
	case "pre":
		w.block()
		w.pre = w.tables == 0
	case "ul", "ol":
		w.block()
		if len(w.lists) < maxLists {
			w.lists, w.items = append(w.lists, t.Data == "ol"), append(w.items, 0)
		}
	case "li":
		w.block()
		if n := len(w.lists); n > 0 && w.tables == 0 {
			w.items[n-1]++
			w.kind = rag.List
		}
	case "table":
		if w.block(); w.tables == 0 {
			w.rows = nil
		}
		w.tables++
	case "tr":
		if w.cell(); w.tables == 1 {
			w.rows = append(w.rows, nil)
		}
	case "td", "th":
		w.cell()
		w.inCell = w.inCell || w.tables == 1
		if t.Type == html.SelfClosingTagToken {
			w.cell()
		}
	}
}

const maxLists = 20

func isPage(t html.Token) bool {
	for _, a := range t.Attr {
		if a.Key == "class" {
			return a.Val == "page" || a.Val == "slide-content" || a.Val == "sheet"
		}
	}
	return false
}

func (w *xhtml) close(name string) {
	switch name {
	case "head", "script", "style", "template":
		w.hidden = max(w.hidden-1, 0)
	case "title":
		w.inTitle = false
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if w.tables == 0 {
			w.out.Heading(int(name[1]-'0'), squeeze(w.text.String()))
			w.text.Reset()
		}
	case "p", "div", "section", "article", "blockquote", "figure", "figcaption", "li":
		w.block()
	case "pre":
		w.flush()
		w.pre = false
	case "ul", "ol":
		w.block()
		if n := len(w.lists); n > 0 {
			w.lists, w.items = w.lists[:n-1], w.items[:n-1]
		}
	case "td", "th", "tr":
		w.cell()
	case "table":
		if w.cell(); w.tables == 1 {
			w.endTable()
		}
		w.tables = max(w.tables-1, 0)
	}
}

// block ends a block, which in a table is only a space.
func (w *xhtml) block() {
	if w.tables > 0 {
		w.text.WriteString(" ")
		return
	}
	w.flush()
}

func (w *xhtml) flush() {
	s := w.text.String()
	w.text.Reset()
	kind := w.kind
	w.kind = rag.Paragraph
	if w.pre {
		w.out.Add(rag.Code, strings.TrimRight(s, " \t\r\n"))
		return
	}
	if s = lines(s); s == "" {
		return
	}
	if n := len(w.lists); n > 0 && kind == rag.List {
		mark := "- "
		if w.lists[n-1] {
			mark = fmt.Sprintf("%d. ", w.items[n-1])
		}
		s = strings.Repeat("  ", n-1) + mark + strings.ReplaceAll(s, "\n", " ")
	}
	w.out.Add(kind, s)
}

// cell ends a cell of the outer table; one of a table in it is only a space.
func (w *xhtml) cell() {
	switch {
	case w.tables > 1:
		w.text.WriteString(" ")
	case w.inCell:
		if n := len(w.rows); n > 0 {
			w.rows[n-1] = append(w.rows[n-1], squeeze(w.text.String()))
		}
		w.inCell = false
		w.text.Reset()
	}
}

func (w *xhtml) endTable() {
	w.out.Add(rag.Table, parse.Table(w.rows))
	w.rows = nil
}

// lines squeezes white space and keeps the breaks of lines.
func lines(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = squeeze(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
