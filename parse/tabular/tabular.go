// Package tabular parses CSV and its relatives.
package tabular

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser keeps the file as the text. Each row is a section of kind Table,
// with the names of the columns as its heading, so that a row says what it is
// about wherever it is shown.
type Parser struct{}

// New returns a parser of delimited tables.
func New() *Parser { return &Parser{} }

// maxSections bounds the sections of one table. A table with more rows has
// several rows to a section: 100k sections * 100 B = 10 MB.
const maxSections = 100_000

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{Text: r.Text, MediaType: "text/csv", Parser: "tabular"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	s := scanner{text: r.Text, delimiter: sniff(r.Text)}
	if s.delimiter == '\t' {
		t.MediaType = "text/tab-separated-values"
	}
	t.Sections, err = rows(ctx, &s)
	if err != nil {
		return rag.Text{}, err
	}
	if s.unclosed > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d quotes are never closed and were read as text", s.unclosed))
	}
	return t, nil
}

// rows returns a section for each row, or for each few rows of a long table.
func rows(ctx context.Context, s *scanner) ([]rag.Section, error) {
	group := 1 + strings.Count(s.text, "\n")/maxSections
	var out []rag.Section
	var columns []string
	for n := 0; s.next(); n++ {
		if n&0xFFF == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if n == 0 {
			columns = header(s.fields)
		}
		if last := len(out) - 1; last >= 0 && n%group != 0 {
			out[last].End = s.end
			continue
		}
		sec := rag.Section{Kind: rag.Table, Start: s.start, End: s.end}
		if n > 0 {
			sec.Heading = columns
		}
		out = append(out, sec)
	}
	return out, nil
}

// header returns the heading that the first row gives the others: nil if it is
// a row like any other, because a field is empty, a number, or there twice.
func header(fields []string) []string {
	seen := map[string]bool{}
	for i, f := range fields {
		f = strings.TrimSpace(f)
		fields[i] = f
		if _, err := strconv.ParseFloat(f, 64); f == "" || err == nil || seen[f] || len(f) > 100 {
			return nil
		}
		seen[f] = true
	}
	if len(fields) < 2 {
		return nil
	}
	return []string{parse.Cut(strings.Join(fields, ", "), maxHeader)}
}

// maxHeader bounds the names of the columns, in bytes: they stand in every chunk.
const maxHeader = 300
