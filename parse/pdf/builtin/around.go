package builtin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ledongthuc/pdf"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
	"ragserver/parse/pdf/layout"
)

// surroundings reads what belongs to a page besides its content: its size, its
// links and its notes.
func (d *document) surroundings(ctx context.Context, v pdf.Value, p *layout.Page) {
	p.View = boxOf(inherited(v, "CropBox"))
	if p.View == (layout.Box{}) {
		p.View = boxOf(inherited(v, "MediaBox"))
	}
	p.Rotate = int(inherited(v, "Rotate").Int64())
	list := v.Key("Annots")
	for i := 0; i < min(list.Len(), maxAnnotations) && ctx.Err() == nil; i++ {
		a := list.Index(i)
		switch a.Key("Subtype").Name() {
		case "Link":
			if s := layout.Address(a.Key("A").Key("URI").RawString()); s != "" {
				p.Links = append(p.Links, layout.Link{Box: boxOf(a.Key("Rect")), Address: s})
			}
		case "Text", "Highlight", "Underline", "StrikeOut", "Squiggly", "Caret", "Ink", "Square", "Circle", "Line", "Polygon", "PolyLine", "FileAttachment":
			if s := strings.TrimSpace(a.Key("Contents").Text()); s != "" {
				p.Notes = append(p.Notes, layout.Note{Box: boxOf(a.Key("Rect")), Text: parse.Cut(s, maxNote)})
			}
		}
	}
}

const (
	maxAnnotations = 5000  // of one page
	maxNote        = 20000 // bytes
)

func boxOf(v pdf.Value) layout.Box {
	if v.Len() != 4 {
		return layout.Box{}
	}
	n := func(i int) float64 { return v.Index(i).Float64() }
	return layout.Box{X0: min(n(0), n(2)), Y0: min(n(1), n(3)), X1: max(n(0), n(2)), Y1: max(n(1), n(3))}
}

const (
	maxEntries   = 10_000 // of an outline
	maxTreeNodes = 20_000 // of the trees of labels and files: a node may be its own ancestor
	maxFile      = 64 << 20
)

// outline returns the bookmarks that lead to a page.
func (d *document) outline(tree []pdf.Value) []layout.Entry {
	w := &outlineWalker{doc: d, pages: map[string]int{}}
	for i, v := range tree {
		w.pages[v.String()] = i + 1
	}
	// What was read before the damage is of use.
	_ = guard(func() { w.level(d.reader.Trailer().Key("Root").Key("Outlines").Key("First"), 1) })
	return w.entries
}

type outlineWalker struct {
	doc     *document
	pages   map[string]int // numbers, by what they look like
	entries []layout.Entry
	nodes   int
}

func (w *outlineWalker) level(v pdf.Value, level int) {
	for ; v.Kind() == pdf.Dict && level <= 10 && w.nodes < maxEntries; v = v.Key("Next") {
		w.nodes++
		to := v.Key("Dest")
		if to.IsNull() {
			to = v.Key("A").Key("D")
		}
		if n := w.pages[to.Index(0).String()]; n > 0 && to.Kind() == pdf.Array {
			w.entries = append(w.entries, layout.Entry{Title: v.Key("Title").Text(), Level: level, Page: n})
		}
		w.level(v.Key("First"), level+1)
	}
}

// attachments reads the files embedded in the document.
func (d *document) attachments(ctx context.Context, inside parse.Parser) ([]rag.Part, error) {
	c := parts.New(ctx, inside)
	var failed error
	err := guard(func() {
		files := d.reader.Trailer().Key("Root").Key("Names").Key("EmbeddedFiles")
		failed = d.embedded(files, c, 0)
	})
	if err != nil {
		d.warn("the embedded files cannot all be read: %v", err)
	}
	for _, s := range c.Warnings() {
		d.warn("%s", s)
	}
	return c.Parts(), failed
}

func (d *document) embedded(v pdf.Value, c *parts.Collector, depth int) error {
	if d.treeNodes++; d.treeNodes > maxTreeNodes {
		return nil
	}
	for i, list := 0, v.Key("Names"); i+1 < min(list.Len(), maxEntries); i += 2 {
		file := list.Index(i + 1)
		name := file.Key("UF").Text()
		for _, other := range []string{file.Key("F").Text(), list.Index(i).Text()} {
			if name == "" {
				name = other
			}
		}
		room := min(c.Room(), maxFile)
		if room == 0 {
			return c.Add(name, "", nil)
		}
		data, err := content(file.Key("EF").Key("F"), room)
		if err != nil {
			c.Refuse(name, 0, err)
		} else if err := c.Add(name, "", data); err != nil {
			return err
		}
	}
	for i, kids := 0, v.Key("Kids"); i < min(kids.Len(), 1000) && depth < 20; i++ {
		if err := d.embedded(kids.Index(i), c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// content returns the bytes of an embedded file, up to room.
func content(v pdf.Value, room int64) (out []byte, err error) {
	if v.Kind() != pdf.Stream {
		return nil, errNoFile
	}
	var failed error
	err = guard(func() {
		r := v.Reader()
		defer r.Close()
		out, failed = io.ReadAll(io.LimitReader(r, room+1))
	})
	if err = firstOf(err, failed); err == nil && int64(len(out)) > room {
		err = errLargeFile
	}
	return out, err
}

// Why an embedded file is not read.
var (
	errNoFile    = errors.New("the file is not in the document")
	errLargeFile = fmt.Errorf("an embedded file of more than %d MiB, or than there is room for: %w", maxFile>>20, parse.ErrLimit)
)
