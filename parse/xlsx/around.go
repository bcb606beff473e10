package xlsx

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
	"ragserver/parse/sheet"
)

// numbered tables have names that say nothing.
var anyTable = regexp.MustCompile(`^\p{L}+_?\d+(_\d+)?$`)

// tables notes the ranges that the workbook calls tables.
func (w *worksheet) tables(ctx context.Context, t *tab) {
	for _, rel := range w.Relations(ctx, t.part) {
		if rel.Type != "table" || rel.External {
			continue
		}
		n := w.Tree(ctx, rel.Target)
		row, col, lastRow, lastCol, ok := area(n.Attr("ref"))
		if !ok {
			continue
		}
		table := sheet.Table{
			Range:  sheet.Range{Row: row, Col: col, LastRow: lastRow, LastCol: lastCol},
			Header: n.Attr("headerRowCount") != "0",
		}
		if name := n.Attr("displayName"); !anyTable.MatchString(name) {
			table.Name = strings.ReplaceAll(valid(name), "_", " ")
		}
		w.Tables = append(w.Tables, table)
	}
}

// around adds what lies above the cells: comments, then charts, pictures and
// boxes.
func (r *reader) around(ctx context.Context, t *tab) {
	r.comments(ctx, t)
	for _, rel := range r.Relations(ctx, t.part) {
		if rel.Type == "drawing" && !rel.External {
			r.drawing(ctx, rel.Target)
		}
	}
}

// maxComments bounds the comments of a sheet.
const maxComments = 20_000

// comments adds the notes at cells. Where there is a thread, the plain comment
// only repeats it.
func (r *reader) comments(ctx context.Context, t *tab) {
	threads := make(map[string][]string) // by cell
	var order []string
	for _, rel := range r.Relations(ctx, t.part) {
		if rel.Type != "threadedComment" || rel.External {
			continue
		}
		r.persons(ctx)
		root := r.Tree(ctx, rel.Target)
		root.Each(func(n *ooxml.Node) {
			ref := n.Attr("ref")
			if threads[ref] == nil {
				order = append(order, ref)
			}
			threads[ref] = append(threads[ref], said(r.authors[n.Attr("personId")], words(n.Find("text"))))
		}, "threadedComment")
	}
	if part := r.Of(ctx, t.part, "comments"); part != "" {
		root := r.Tree(ctx, part)
		authors := nodes(root.Find("authors"))
		root.Each(func(n *ooxml.Node) {
			ref := n.Attr("ref")
			if threads[ref] != nil {
				return
			}
			author := ""
			if i := n.Int("authorId", -1); i >= 0 && i < len(authors) {
				author = authors[i].Text
			}
			order = append(order, ref)
			threads[ref] = []string{said(author, words(n.Find("text")))}
		}, "comment")
	}
	for _, ref := range order[:min(len(order), maxComments)] {
		if text := strings.TrimSpace(strings.Join(threads[ref], "\n")); text != "" {
			r.add(rag.Note, valid(ref)+": "+text)
		}
	}
}

// said returns a comment with who wrote it, unless it begins with that, or nobody
// wrote it.
func said(author, text string) string {
	author = strings.TrimSpace(author)
	if text == "" || author == "" || strings.HasPrefix(text, author) || strings.HasPrefix(author, "tc={") {
		return text
	}
	return author + ": " + text
}

// persons reads who writes in threads.
func (r *reader) persons(ctx context.Context) {
	if r.authors != nil {
		return
	}
	r.authors = make(map[string]string)
	for _, rel := range r.Relations(ctx, r.main) {
		if rel.Type == "person" && !rel.External {
			r.Tree(ctx, rel.Target).Each(func(n *ooxml.Node) { r.authors[n.Attr("id")] = n.Attr("displayName") }, "person")
		}
	}
}

// words returns the text of a comment: all "t" below n, or what stands in n.
func words(n *ooxml.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	n.Each(func(t *ooxml.Node) {
		if t.Name == "t" {
			b.WriteString(t.Text)
		}
	}, "t", "rPh")
	if b.Len() == 0 {
		b.WriteString(n.Text)
	}
	return strings.TrimSpace(parse.Cut(string(unescape([]byte(b.String()))), maxRich))
}

// drawing adds the texts of boxes, what pictures show, charts and diagrams, in
// the order of the drawing.
func (r *reader) drawing(ctx context.Context, part string) {
	r.Tree(ctx, part).Each(func(n *ooxml.Node) {
		switch n.Name {
		case "cNvPr":
			if alt := strings.TrimSpace(n.Attr("descr")); alt != "" {
				r.add(rag.Caption, parse.Cell(alt))
			}
		case "txBody":
			r.add(rag.Paragraph, ooxml.Words(n))
		case "chart":
			r.chart(ctx, r.Related(ctx, part, n.Attr("r:id")))
		case "relIds":
			if rel := r.Related(ctx, part, n.Attr("r:dm")); rel.Target != "" && !rel.External {
				r.diagram(ctx, rel.Target)
			}
		}
	}, "cNvPr", "txBody", "chart", "relIds", "Fallback")
}

// chart adds a chart: its titles and the names of its series, whose values are
// cells of the workbook; those of another one are shown as a table.
func (r *reader) chart(ctx context.Context, rel ooxml.Relation) {
	if rel.External || rel.Target == "" {
		return
	}
	root := r.Tree(ctx, rel.Target)
	title, rows := ooxml.Chart(root)
	if title == "" {
		title = ooxml.Words(root) // of a chart in Microsoft's extended form
	}
	if len(rows) > 0 && root.Find("externalData") == nil {
		if title != "" {
			title += ": "
		}
		title += strings.Join(rows[0][1:], ", ")
	}
	if title = strings.TrimSpace(title); title != "" && title != "Series" {
		r.add(rag.Caption, fmt.Sprintf("Chart: %s", title))
	}
	if root.Find("externalData") != nil {
		r.add(rag.Table, parse.Table(rows))
	}
}

func (r *reader) diagram(ctx context.Context, part string) {
	lines := ooxml.Diagram(r.Tree(ctx, part))
	for i, l := range lines {
		lines[i] = "- " + l
	}
	r.add(rag.List, strings.Join(lines, "\n"))
}
