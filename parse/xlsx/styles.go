package xlsx

import (
	"context"

	"ragserver/parse/ooxml"
	"ragserver/parse/xlsx/numfmt"
)

// A style is how a cell looks, as far as it matters.
type style struct {
	format *numfmt.Format
	strong bool
}

// maxStyles bounds the styles of a workbook; programs allow 64,000.
const maxStyles = 100_000

// readStyles reads the formats that cells refer to by number.
func (r *reader) readStyles(ctx context.Context) {
	root := r.Tree(ctx, r.related(ctx, "styles", "styles.xml"))
	codes := make(map[int]string)
	for _, n := range nodes(root.Find("numFmts")) {
		codes[n.Int("numFmtId", -1)] = n.Attr("formatCode")
	}
	var strong []bool
	for _, n := range nodes(root.Find("fonts")) {
		strong = append(strong, n.Find("b").On())
	}
	formats := make(map[int]*numfmt.Format)
	all := nodes(root.Find("cellXfs"))
	for _, n := range all[:min(len(all), maxStyles)] {
		r.styles = append(r.styles, newStyle(n, codes, strong, formats))
	}
}

func newStyle(n *ooxml.Node, codes map[int]string, strong []bool, formats map[int]*numfmt.Format) style {
	id := n.Int("numFmtId", 0)
	if formats[id] == nil {
		code, ok := codes[id]
		if !ok {
			code = numfmt.Builtin(id)
		}
		formats[id] = numfmt.Compile(code)
	}
	font := n.Int("fontId", -1)
	return style{formats[id], font >= 0 && font < len(strong) && strong[font]}
}
