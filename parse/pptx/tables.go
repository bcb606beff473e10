package pptx

import (
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
)

// Limits of tables.
const (
	maxColumns  = 200
	maxRepeated = 100 // bytes of a cell that are said again in the rows it goes over
)

// table adds a table. A short text over several rows stands in each.
func (s *slide) table(sh *shape, n *ooxml.Node) {
	var grid [][]string
	section := rag.Section{Kind: rag.Table, Box: s.box(sh)}
	for _, tr := range n.Nodes {
		if tr.Name != "tr" {
			continue
		}
		var row []string
		for _, tc := range tr.Nodes {
			if tc.Name != "tc" || len(row) == maxColumns {
				continue
			}
			l := s.linesOf(tc.Find("txBody"))
			text := strings.TrimSpace(l.all())
			if v := tc.Attr("vMerge"); (v == "1" || v == "true") && text == "" && len(grid) > 0 {
				text = above(grid[len(grid)-1], len(row))
			}
			row = append(row, text)
			for _, a := range l.links {
				if len(section.Links) < maxLinks && !slices.Contains(section.Links, a) {
					section.Links = append(section.Links, a)
				}
			}
		}
		grid = append(grid, row)
	}
	s.out.Put(section, parse.Table(grid))
}

func above(row []string, column int) string {
	if column < len(row) && len(row[column]) <= maxRepeated {
		return row[column]
	}
	return ""
}
