package builtin

import (
	"regexp"

	"github.com/ledongthuc/pdf"
)

const (
	maxTree  = 60 // levels of the tree of pages
	maxNodes = 100_000
)

var ref = regexp.MustCompile(`\d+ \d+ R`)

// pageTree returns the pages in order. It walks the tree itself, once: the counts
// in it may lie, and a node may be its own ancestor.
func pageTree(r *pdf.Reader) []pdf.Value {
	w := &treeWalker{seen: map[string]bool{}}
	err := guard(func() { w.node(r.Trailer().Key("Root").Key("Pages"), 0) })
	if err != nil && len(w.pages) == 0 {
		return nil
	}
	return w.pages
}

type treeWalker struct {
	pages []pdf.Value
	nodes int
	seen  map[string]bool // references to nodes
}

func (w *treeWalker) node(v pdf.Value, depth int) {
	w.nodes++
	kids := v.Key("Kids")
	if kids.Kind() != pdf.Array {
		if v.Kind() == pdf.Dict && v.Key("Type").Name() != "Pages" {
			w.pages = append(w.pages, v)
		}
		return
	}
	refs := ref.FindAllString(kids.String(), -1)
	for i := range kids.Len() {
		if depth > maxTree || w.nodes > maxNodes || len(w.pages) >= maxPages {
			return
		}
		if i < len(refs) && len(refs) == kids.Len() {
			if w.seen[refs[i]] {
				continue
			}
			w.seen[refs[i]] = true
		}
		// One bad child must not cost its siblings.
		_ = guard(func() { w.node(kids.Index(i), depth+1) })
	}
}
