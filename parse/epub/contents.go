package epub

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"ragserver/parse/zipped"
)

// An entry is a line of the table of contents.
type entry struct {
	title string
	place string // the id in the file; "" for its beginning
	depth int    // from 1
}

// maxEntries bounds the tables of contents and of pages.
const maxEntries = 20_000

// readContents reads the tables of contents and of printed pages: those of EPUB 3,
// and those of EPUB 2 where the first are missing.
func (b *book) readContents() {
	b.entries = make(map[string][]entry)
	b.printed = make(map[string]map[string]string)
	var nav, ncx string
	for _, i := range b.pack.Items {
		switch {
		case strings.Contains(" "+i.Properties+" ", " nav "):
			nav = b.resolve(b.folder, i.Href)
		case i.ID == b.pack.Spine.Contents && i.ID != "" || i.Type == "application/x-dtbncx+xml":
			ncx = b.resolve(b.folder, i.Href)
		}
	}
	if nav != "" {
		b.table(nav)
	}
	if ncx != "" && (len(b.entries) == 0 || len(b.printed) == 0) {
		b.table(ncx)
	}
}

// A table is a table of contents that is being read: lists in <nav>, or the
// points of an NCX file.
type table struct {
	b      *book
	folder string
	kind   string // "toc", "page-list", "" for neither
	depth  int
	inside bool // a label
	label  strings.Builder
	href   string
	left   int
	toc    bool // entries are wanted
	pages  bool
}

func (b *book) table(name string) {
	data, err := b.archive.ReadAtMost(name, maxChapter)
	if len(data) == 0 && err != nil {
		b.lose("the table of contents cannot be read: %v", err)
		return
	}
	d, err := zipped.Decoder(data)
	if err != nil {
		b.lose("the table of contents cannot be read: %v", err)
		return
	}
	t := &table{b: b, folder: path.Dir(name), left: maxEntries, toc: len(b.entries) == 0, pages: len(b.printed) == 0}
	for b.ctx.Err() == nil && t.left > 0 {
		token, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.lose("the table of contents is damaged: %v", err)
			}
			return
		}
		switch token := token.(type) {
		case xml.StartElement:
			t.start(token)
		case xml.EndElement:
			t.end(token.Name.Local)
		case xml.CharData:
			if t.inside && t.label.Len() < 2000 {
				t.label.Write(token)
			}
		}
	}
}

func (t *table) start(e xml.StartElement) {
	switch e.Name.Local {
	case "nav":
		t.kind, t.depth = attribute(e, "type"), 0
		if t.kind == "" {
			t.kind = strings.TrimPrefix(attribute(e, "role"), "doc-")
		}
	case "navMap":
		t.kind, t.depth = "toc", 0
	case "pageList":
		t.kind, t.depth = "page-list", 0
	case "ol", "navPoint":
		t.depth++
	case "a":
		t.href, t.inside = attribute(e, "href"), true
		t.label.Reset()
	case "span":
		if !t.inside {
			t.href = ""
			t.label.Reset()
		}
	case "text":
		t.inside = true
		t.label.Reset()
	case "content":
		t.href = attribute(e, "src")
		t.add()
	}
}

func (t *table) end(name string) {
	switch name {
	case "nav", "navMap", "pageList":
		t.kind = ""
	case "ol", "navPoint":
		t.depth--
	case "text":
		t.inside = false
	case "a":
		if t.inside {
			t.inside = false
			t.add()
		}
	}
}

func (t *table) add() {
	label := squeeze(t.label.String())
	file := strings.ToLower(t.b.resolve(t.folder, t.href))
	_, place, _ := strings.Cut(t.href, "#")
	if label == "" || file == "" {
		return
	}
	t.left--
	switch {
	case t.kind == "toc" && t.toc:
		t.b.entries[file] = append(t.b.entries[file], entry{label, place, max(1, min(t.depth, 6))})
	case t.kind == "page-list" && t.pages:
		if t.b.printed[file] == nil {
			t.b.printed[file] = make(map[string]string)
		}
		t.b.printed[file][place] = label
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
