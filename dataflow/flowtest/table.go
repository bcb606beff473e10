package flowtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A table is a text cut into cells.
type table struct {
	head []string
	rows []row
}

type row struct {
	line  int // from 1, for messages
	cells []string
}

// cutTable cuts a text. Lines without anything are skipped.
func cutTable(text string) (table, error) {
	var t table
	line := 0
	for s := range strings.Lines(text) {
		line++
		if strings.TrimSpace(s) == "" {
			continue
		}
		cells, err := cutCells(s)
		switch {
		case err != nil:
			return table{}, fmt.Errorf("line %d: %w", line, err)
		case t.head == nil:
			t.head = cells
		case len(cells) != len(t.head):
			return table{}, fmt.Errorf("line %d has %d cells, and there are %d columns", line, len(cells), len(t.head))
		default:
			t.rows = append(t.rows, row{line, cells})
		}
	}
	if t.head == nil {
		return table{}, errors.New("the table has no line that names its columns")
	}
	return t, nil
}

// cutCells cuts a line at the bars that are not within quotes.
func cutCells(line string) ([]string, error) {
	var cells []string
	begin, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch {
		case quoted && line[i] == '\\':
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '|' && !quoted:
			cells = append(cells, strings.TrimSpace(line[begin:i]))
			begin = i + 1
		}
	}
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	return append(cells, strings.TrimSpace(line[begin:])), nil
}

// format aligns the columns of lines of cells.
func format(lines [][]string) string {
	var widths []int
	for _, cells := range lines {
		for i, c := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for _, cells := range lines {
		padded := slices.Clone(cells)
		for i, c := range cells[:len(cells)-1] {
			padded[i] = c + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
		}
		b.WriteString(strings.Join(padded, " | "))
		b.WriteByte('\n')
	}
	return b.String()
}
