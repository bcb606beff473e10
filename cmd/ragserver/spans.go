package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/formats"
)

// A spanSet is documents with questions and the exact places that answer them.
type spanSet struct {
	texts     map[string]rag.Text // by file
	questions []spanQuestion
}

type spanQuestion struct {
	ID       string `json:"_id"`
	Text     string `json:"text"`
	Document string `json:"document"` // its file, relative to the folder
	Spans    []struct {
		Start int `json:"start_index"` // characters
		End   int `json:"end_index"`
	} `json:"spans"`
}

// answers returns the places that answer, in order.
func (q spanQuestion) answers() []rag.Span {
	list := make([]rag.Span, len(q.Spans))
	for i, s := range q.Spans {
		list[i] = rag.Span{Start: s.Start, End: s.End}
	}
	return union(list)
}

func readSpanSet(ctx context.Context, dir string) (*spanSet, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	set := &spanSet{texts: make(map[string]rag.Text)}
	const file = "questions.jsonl"
	data, err := fs.ReadFile(root.FS(), file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	parser := formats.Router(formats.Options{})
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for n := 1; lines.Scan(); n++ {
		var q spanQuestion
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", filepath.Join(dir, file), n, err)
		}
		if _, ok := set.texts[q.Document]; !ok {
			if set.texts[q.Document], err = readSpanned(ctx, parser, root.FS(), q.Document); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", filepath.Join(dir, file), n, err)
			}
		}
		if err := q.check(set.texts[q.Document]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", filepath.Join(dir, file), n, err)
		}
		set.questions = append(set.questions, q)
	}
	if len(set.questions) == 0 {
		return nil, fmt.Errorf("%s: no questions", filepath.Join(dir, file))
	}
	return set, nil
}

// readSpanned parses a document whose text is the file as it is: the spans count
// the characters of the file.
func readSpanned(ctx context.Context, p parse.Parser, dir fs.FS, file string) (rag.Text, error) {
	data, err := fs.ReadFile(dir, filepath.ToSlash(file))
	if err != nil {
		return rag.Text{}, err
	}
	t, err := p.Parse(ctx, parse.Input{Name: file, Data: data})
	if err != nil {
		return t, fmt.Errorf("parsing %s: %w", file, err)
	}
	if t.Text != string(data) {
		return t, fmt.Errorf("%s: the text of the document is not that of the file, which the spans count", file)
	}
	return t, nil
}

func (q spanQuestion) check(t rag.Text) error {
	chars := utf8.RuneCountInString(t.Text)
	if len(q.Spans) == 0 {
		return fmt.Errorf("question %s has no spans", q.ID)
	}
	for _, s := range q.answers() {
		if s.Start < 0 || s.Start >= s.End || s.End > chars {
			return fmt.Errorf("span %d to %d is not in the %d characters of %s", s.Start, s.End, chars, q.Document)
		}
	}
	return nil
}

// union returns the characters that are in any of spans as spans in order that
// do not touch.
func union(spans []rag.Span) []rag.Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b rag.Span) int { return cmp.Compare(a.Start, b.Start) })
	var out []rag.Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// shared returns how many characters are in both of two unions.
func shared(a, b []rag.Span) int {
	n := 0
	for _, x := range a {
		for _, y := range b {
			n += max(0, min(x.End, y.End)-max(x.Start, y.Start))
		}
	}
	return n
}

// length returns the characters of all spans.
func length(spans []rag.Span) int {
	n := 0
	for _, s := range spans {
		n += s.End - s.Start
	}
	return n
}
