// Package notebook parses notebooks of Jupyter: words, code, and what the code
// gave.
package notebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/markdown"
)

// A Parser reads formats 3 and 4. Markdown cells keep their structure; code is
// fenced, and so is what it gave: text, tables, errors. Pictures are noted.
type Parser struct{ words *markdown.Parser }

// New returns a parser of notebooks.
func New() *Parser { return &Parser{markdown.New()} }

// A file is a notebook, nbformat 4 and 3.
type file struct {
	Format int  `json:"nbformat"`
	Meta   meta `json:"metadata"`
	Cells  []cell
	Sheets []struct{ Cells []cell } `json:"worksheets"` // format 3
}

type meta struct {
	Title   any
	Name    any
	Authors any
	Kernel  struct{ Language any } `json:"kernelspec"`
	Info    struct{ Name any }     `json:"language_info"`
}

type cell struct {
	Kind     string          `json:"cell_type"`
	Source   json.RawMessage // text, or lines of it
	Input    json.RawMessage // of code in format 3
	Language any             // in format 3
	Level    any             // of a heading in format 3
	Outputs  []map[string]json.RawMessage
}

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	var f file
	var odd *json.UnmarshalTypeError // one field; the others were read
	if err := json.Unmarshal(bytes.TrimPrefix(in.Data, []byte("\xEF\xBB\xBF")), &f); err != nil && !errors.As(err, &odd) {
		return rag.Text{}, fmt.Errorf("reading the notebook: %w", err)
	}
	for _, s := range f.Sheets {
		f.Cells = append(f.Cells, s.Cells...)
	}
	language := strings.ToLower(oneLine(first(f.Meta.Info.Name, f.Meta.Kernel.Language)))
	w := &writer{words: p.words}
	for i := range f.Cells {
		if err := ctx.Err(); err != nil {
			return rag.Text{}, err
		}
		w.cell(ctx, &f.Cells[i], language)
	}
	t := rag.Text{MediaType: "application/x-ipynb+json", Parser: "notebook", Title: oneLine(first(f.Meta.Title)), Author: authors(f.Meta.Authors)}
	t.Text, t.Sections = w.out.Result()
	t.Warnings = w.warnings()
	if language != "" {
		t.Meta = map[string]string{"programming_language": language}
	}
	for _, s := range t.Sections {
		if t.Title == "" && s.Kind == rag.Heading {
			t.Title = s.Heading[len(s.Heading)-1]
		}
	}
	if t.Text == "" {
		return rag.Text{}, fmt.Errorf("notebook without a word in %d cells: %w", len(f.Cells), parse.ErrNoText)
	}
	return t, ctx.Err()
}

// text returns what a field says, which may be given as lines.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.ReplaceAll(s, "\r\n", "\n")
	}
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		return strings.ReplaceAll(strings.Join(lines, ""), "\r\n", "\n")
	}
	return ""
}

// first returns the first of the values that is a text.
func first(values ...any) string {
	for _, v := range values {
		if s, ok := v.(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// authors returns the names in a list of authors.
func authors(v any) string {
	var names []string
	list, _ := v.([]any)
	for _, a := range list {
		m, _ := a.(map[string]any)
		if name := oneLine(first(a, m["name"])); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}
