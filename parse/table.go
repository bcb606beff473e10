package parse

import "strings"

// maxCells bounds a Markdown table, with the empty cells that fill its rows up.
const maxCells = 2_000_000

// Table returns rows as a Markdown table, the first as its header. Rows without
// text are left out, and so are columns without any. Line breaks in cells become
// spaces; rows that are shorter than the longest are filled up. It is "" if no
// cell has text.
func Table(rows [][]string) string {
	rows, used := filled(rows)
	var b strings.Builder
	for i, row := range rows {
		writeRow(&b, row, used)
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", count(used)) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// filled returns the rows that have text, up to the limit, and which of their
// columns do.
func filled(rows [][]string) (kept [][]string, used []bool) {
	for _, row := range rows {
		some := false
		for i, cell := range row {
			if strings.TrimSpace(cell) == "" {
				continue
			}
			for len(used) <= i {
				used = append(used, false)
			}
			some, used[i] = true, true
		}
		if some {
			kept = append(kept, row)
		}
	}
	if len(kept)*len(used) > maxCells {
		kept = kept[:max(1, maxCells/len(used))]
	}
	return kept, used
}

func count(used []bool) (n int) {
	for _, u := range used {
		if u {
			n++
		}
	}
	return n
}

func writeRow(b *strings.Builder, row []string, used []bool) {
	b.WriteByte('|')
	for i, u := range used {
		if !u {
			continue
		}
		b.WriteByte(' ')
		if i < len(row) {
			b.WriteString(Cell(row[i]))
		}
		b.WriteString(" |")
	}
	b.WriteByte('\n')
}

// Cell returns text as it stands in a cell of a Markdown table: on one line.
func Cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
