package notebook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/html"
	"ragserver/parse/markdown"
)

// maxOutput bounds what one output adds, in bytes: a loop may have printed
// megabytes.
const maxOutput = 32 << 10

// A writer composes the text of a notebook.
type writer struct {
	out   parse.Builder
	words *markdown.Parser
	cut   int // outputs that were too long
}

func (w *writer) warnings() []string {
	if w.cut == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d outputs were longer than %d KiB and were cut", w.cut, maxOutput>>10)}
}

func (w *writer) cell(ctx context.Context, c *cell, language string) {
	source := text(c.Source)
	switch c.Kind {
	case "markdown":
		w.markdown(ctx, source)
	case "heading":
		level, _ := c.Level.(float64)
		w.out.Heading(min(max(int(level), 1), 6), oneLine(source))
	case "code":
		w.code(cmp.Or(source, text(c.Input)), strings.ToLower(oneLine(cmp.Or(first(c.Language), language))))
		for _, o := range c.Outputs {
			w.output(ctx, o)
		}
	default: // raw
		parse.Blocks(source, func(start, end int) { w.out.Add(rag.Paragraph, source[start:end]) })
	}
}

// markdown adds the sections of words in Markdown.
func (w *writer) markdown(ctx context.Context, source string) {
	t, err := w.words.Parse(ctx, parse.Input{Data: []byte(source)})
	if err != nil {
		w.out.Add(rag.Paragraph, source)
		return
	}
	for _, s := range t.Sections {
		part := t.Text[s.Start:s.End]
		if s.Kind == rag.Heading {
			part = s.Heading[len(s.Heading)-1]
		}
		w.out.Put(rag.Section{Kind: s.Kind, Level: s.Level, Links: s.Links}, part)
	}
}

// code adds code, or what it has printed, between fences that are not in it.
func (w *writer) code(source, language string) {
	source = strings.Trim(source, "\n")
	if strings.TrimSpace(source) == "" {
		return
	}
	fence := "```"
	for strings.Contains(source, fence) {
		fence += "`"
	}
	w.out.Add(rag.Code, fence+strings.ReplaceAll(language, "`", "")+"\n"+source+"\n"+fence)
}

// output adds what a cell gave, in its richest form that is words.
func (w *writer) output(ctx context.Context, o map[string]json.RawMessage) {
	switch text(o["output_type"]) {
	case "stream":
		w.printed(text(o["text"]))
	case "error", "pyerr":
		w.failure(o)
	default:
		data := o // format 3
		if o["data"] != nil {
			data = nil
			if json.Unmarshal(o["data"], &data) != nil {
				return
			}
		}
		w.result(ctx, data)
	}
}

// result adds a value that is given in several forms.
func (w *writer) result(ctx context.Context, data map[string]json.RawMessage) {
	plain := cmp.Or(text(data["text/plain"]), text(data["text"]))
	page := cmp.Or(text(data["text/html"]), text(data["html"]))
	switch {
	case data["text/markdown"] != nil:
		w.markdown(ctx, w.shorten(text(data["text/markdown"])))
	case strings.Contains(page, "<table") && w.page(ctx, page):
	case plain == "" && page != "" && w.page(ctx, page):
	case strings.TrimSpace(plain) != "" && picture(data) == "":
		w.printed(plain)
	case text(data["text/latex"]) != "":
		w.printed(text(data["text/latex"]))
	}
	if kind := picture(data); kind != "" {
		w.out.Add(rag.Caption, strings.TrimSpace("Picture ("+kind+") "+oneLine(parse.Cut(plain, 300))))
	}
}

// picture returns the kind of picture among the forms of a value, "" if there is
// none.
func picture(data map[string]json.RawMessage) string {
	for _, kind := range []string{"png", "jpeg", "gif", "svg+xml", "webp", "svg"} {
		if data["image/"+kind] != nil || data[kind] != nil {
			return "image/" + kind
		}
	}
	return ""
}

// page adds what is seen of HTML and reports whether there was anything.
func (w *writer) page(ctx context.Context, source string) bool {
	t, err := html.Text(ctx, strings.ToValidUTF8(w.shorten(source), "\uFFFD"))
	if err != nil {
		return false
	}
	for _, s := range t.Sections {
		kind := s.Kind
		if kind == rag.Heading {
			kind = rag.Paragraph // of an output, not of the notebook
		}
		w.out.Put(rag.Section{Kind: kind, Links: s.Links}, t.Text[s.Start:s.End])
	}
	return true
}

func (w *writer) printed(s string) { w.code(w.shorten(plainText(s)), "") }

// failure adds an error: what it is, and where.
func (w *writer) failure(o map[string]json.RawMessage) {
	var trace []string
	_ = json.Unmarshal(o["traceback"], &trace) // without it the name is enough
	name, value := text(o["ename"]), text(o["evalue"])
	s := plainText(strings.Join(trace, "\n"))
	if summary := strings.Trim(name+": "+value, ": "); !strings.Contains(s, summary) {
		s = summary + "\n" + s
	}
	w.printed(s)
}

func (w *writer) shorten(s string) string {
	if len(s) <= maxOutput {
		return s
	}
	w.cut++
	return parse.Cut(s, maxOutput)
}

var colours = regexp.MustCompile("\x1B\\[[0-9;?]*[A-Za-z]")

// plainText takes out what moves the cursor of a terminal: of a line that is
// written again and again, as a bar of progress is, the last state stays.
func plainText(s string) string {
	lines := strings.Split(colours.ReplaceAllString(s, ""), "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, "\r")
		lines[i] = l[strings.LastIndexByte(l, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}
