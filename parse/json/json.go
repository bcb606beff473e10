// Package json parses JSON and lines of JSON.
package json

import (
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser keeps the file as the text, but for letters that are written as
// \uXXXX, which become the letters they stand for: nobody searches for escapes.
// Records are sections; the keys above them are their heading. What is not
// valid JSON is read as plain text, with a warning.
type Parser struct {
	lines bool
}

// New returns a parser of JSON documents.
func New() *Parser { return &Parser{} }

// Lines returns a parser of files with one JSON value a line.
func Lines() *Parser { return &Parser{lines: true} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{Text: unescape(r.Text), MediaType: "application/json", Parser: "json"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	problem := errLines
	if !p.lines {
		problem = valid(t.Text)
	}
	switch {
	case problem == nil:
		w := &walker{text: t.Text}
		w.value(skipSpace(t.Text, 0), nil, 0)
		w.flush()
		t.Sections = w.sections
	case p.lines || firstLineValid(t.Text):
		t.MediaType = "application/x-ndjson"
		lines(&t)
	default:
		t.MediaType = "text/plain"
		t.Warnings = append(t.Warnings, fmt.Sprintf("not valid JSON (%v), read as plain text", problem))
		parse.Blocks(t.Text, func(start, end int) {
			t.Sections = append(t.Sections, rag.Section{Kind: rag.Paragraph, Start: start, End: end})
		})
	}
	return t, ctx.Err()
}

var errLines = errors.New("lines of JSON")

// valid returns why text is not one JSON value, nil if it is.
func valid(text string) error {
	if stdjson.Valid([]byte(text)) {
		return nil
	}
	var raw stdjson.RawMessage
	err := stdjson.Unmarshal([]byte(text), &raw)
	var syntax *stdjson.SyntaxError
	if errors.As(err, &syntax) {
		line := 1 + strings.Count(text[:min(int(syntax.Offset), len(text))], "\n")
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

func firstLineValid(text string) bool {
	line, rest, found := strings.Cut(strings.TrimSpace(text), "\n")
	return found && strings.TrimSpace(rest) != "" && strings.HasPrefix(line, "{") && stdjson.Valid([]byte(line))
}

// lines makes each line a section. A line that is not JSON is one as well.
func lines(t *rag.Text) {
	bad := 0
	for pos := 0; pos < len(t.Text); {
		end, next := parse.Line(t.Text, pos)
		if line := strings.TrimSpace(t.Text[pos:end]); line != "" {
			if !stdjson.Valid([]byte(line)) {
				bad++
			}
			t.Sections = append(t.Sections, rag.Section{Kind: rag.Table, Start: pos, End: end})
		}
		pos = next
	}
	if bad > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d lines are not valid JSON and were read as text", bad))
	}
}
