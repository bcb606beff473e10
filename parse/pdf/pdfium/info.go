package pdfium

import (
	"math"

	rag "ragserver"
	"ragserver/parse/pdf/layout"
)

// info reads what the file says of itself.
func (d *document) info(t *rag.Text) {
	value := func(key string) string {
		name := d.put([]byte(key))
		defer d.free(name)
		return d.wide(func(buffer, n uint64) uint64 { return d.call("FPDF_GetMetaText", d.handle, name, buffer, n) })
	}
	t.Title, t.Author = layout.Label(value("Title")), layout.Label(value("Author"))
	t.Created, t.Modified = layout.Time(value("CreationDate")), layout.Time(value("ModDate"))
	t.Meta = layout.Meta(value)
	if d.has("FPDFCatalog_GetLanguage") {
		t.Language = layout.Label(d.wide(func(buffer, n uint64) uint64 {
			return d.call("FPDFCatalog_GetLanguage", d.handle, buffer, n)
		}))
	}
	list := make([]string, d.count)
	for page := range list {
		list[page] = layout.Label(d.wide(func(buffer, n uint64) uint64 {
			return d.call("FPDF_GetPageLabel", d.handle, uint64(page), buffer, n)
		}))
	}
	t.Labels = layout.Labels(list)
}

const (
	maxEntries = 10_000 // of an outline
	maxLevels  = 10
)

// outline returns the bookmarks that lead to a page.
func (d *document) outline() []layout.Entry {
	w := &outlineWalker{document: d}
	w.level(d.call("FPDFBookmark_GetFirstChild", d.handle, 0), 1)
	return w.entries
}

type outlineWalker struct {
	*document
	entries []layout.Entry
	nodes   int
}

func (w *outlineWalker) level(mark uint64, level int) {
	for mark &= math.MaxUint32; mark != 0 && level <= maxLevels && w.nodes < maxEntries; {
		w.nodes++
		title := w.wide(func(buffer, n uint64) uint64 { return w.call("FPDFBookmark_GetTitle", mark, buffer, n) })
		if to := w.call("FPDFBookmark_GetDest", w.handle, mark) & math.MaxUint32; to != 0 {
			if page := int32(w.call("FPDFDest_GetDestPageIndex", w.handle, to)); page >= 0 {
				w.entries = append(w.entries, layout.Entry{Title: title, Level: level, Page: int(page) + 1})
			}
		}
		w.level(w.call("FPDFBookmark_GetFirstChild", w.handle, mark), level+1)
		mark = w.call("FPDFBookmark_GetNextSibling", w.handle, mark) & math.MaxUint32
	}
}
