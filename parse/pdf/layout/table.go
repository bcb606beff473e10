package layout

import (
	"sort"

	"ragserver/parse"
)

// markdown returns b as a Markdown table; "" if most of its lines do not have
// several cells that stand below each other.
func (b block) markdown() string {
	n := 0
	for _, l := range b.lines {
		if l.cells > 1 {
			n++
		}
	}
	if len(b.lines) < 2 || n*2 <= len(b.lines) {
		return ""
	}
	edges := b.columns()
	if len(edges) < 2 {
		return ""
	}
	rows := make([][]string, 0, len(b.lines))
	for _, l := range b.lines {
		row := make([]string, len(edges))
		for _, s := range l.parts {
			i := sort.Search(len(edges), func(i int) bool { return edges[i].from > s.x0 }) - 1
			i = max(i, 0)
			if row[i] != "" {
				row[i] += " "
			}
			row[i] += s.text
		}
		rows = append(rows, row)
	}
	return parse.Table(rows)
}

// columns returns the stretches of the x axis that cells stand on, from left to
// right. A line of one cell, such as a title over all columns, does not join them.
func (b block) columns() []span {
	var all []span
	for _, l := range b.lines {
		if l.cells > 1 {
			for _, s := range l.parts {
				all = append(all, span{s.x0, s.x1})
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}
