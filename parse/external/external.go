// Package external holds parsers that are not part of this program: commands,
// and HTTP services in the forms of Apache Tika, docling-serve and Unstructured.
// They see a document only because the configuration names them.
package external

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
	"ragserver/parse/markdown"
	"ragserver/parse/router"
	"ragserver/parse/text"
)

const (
	defaultTimeout = 2 * time.Minute
	defaultText    = 64 << 20
)

// The forms in which a parser may give a text.
const (
	asText     = "text"
	asMarkdown = "markdown"
	asHTML     = "html"
	asJSON     = "json"
)

// A page is one page of an answer, or all of it: number is 0 then.
type page struct {
	number int
	label  string
	form   string
	text   string
}

// compose joins pages to one text. Pages of one form are read in it, so that
// their headings and tables are seen.
func compose(ctx context.Context, t rag.Text, pages []page) (rag.Text, error) {
	var whole strings.Builder
	for _, p := range pages {
		part, err := readPage(ctx, p)
		if err != nil {
			return rag.Text{}, err
		}
		t.Warnings = append(t.Warnings, part.Warnings...)
		t.Title, t.Author, t.Language = cmp.Or(t.Title, part.Title), cmp.Or(t.Author, part.Author), cmp.Or(t.Language, part.Language)
		if strings.TrimSpace(part.Text) == "" {
			continue
		}
		if whole.Len() > 0 {
			whole.WriteString("\n\n")
		}
		for _, s := range part.Sections {
			s.Start, s.End = s.Start+whole.Len(), s.End+whole.Len()
			s.Page = cmp.Or(p.number, s.Page)
			t.Sections = append(t.Sections, s)
		}
		whole.WriteString(part.Text)
		t.Pages = max(t.Pages, p.number, part.Pages)
	}
	t.Text = whole.String()
	return t, ctx.Err()
}

func readPage(ctx context.Context, p page) (rag.Text, error) {
	in := parse.Input{Data: []byte(p.text)}
	switch p.form {
	case asMarkdown:
		return markdown.New().Parse(ctx, in)
	case asHTML:
		return readXHTML(ctx, p.text)
	}
	return text.Plain("text/plain").Parse(ctx, in)
}

// labelled returns the labels of pages, nil if none has any.
func labelled(pages []page) []string {
	var labels []string
	for _, p := range pages {
		if p.label == "" || p.number < 1 || p.number > maxPages {
			continue
		}
		for len(labels) < p.number {
			labels = append(labels, "")
		}
		labels[p.number-1] = p.label
	}
	return labels
}

// maxPages is how many pages a document is believed to have.
const maxPages = 100_000

// written reads what a command wrote. Text has a form feed between two pages, as
// pdftotext writes it.
func written(ctx context.Context, form string, data []byte) (rag.Text, error) {
	r, err := charset.Decode(data, "")
	if err != nil {
		return rag.Text{}, err
	}
	var t rag.Text
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	if form == asJSON {
		return writtenJSON(ctx, t, r.Text)
	}
	pages := []page{{form: form, text: r.Text}}
	if list := strings.Split(strings.TrimSuffix(r.Text, "\f"), "\f"); form == asText && strings.Contains(r.Text, "\f") {
		pages = pages[:0]
		for i, s := range list {
			pages = append(pages, page{number: i + 1, form: form, text: s})
		}
	}
	return compose(ctx, t, pages)
}

// An answer is the JSON that a command may write. A list instead is one of
// Unstructured's elements.
type answer struct {
	Title    string            `json:"title"`
	Author   string            `json:"author"`
	Language string            `json:"language"`
	Created  time.Time         `json:"created"`
	Modified time.Time         `json:"modified"`
	Text     string            `json:"text"`
	Markdown string            `json:"markdown"`
	HTML     string            `json:"html"`
	Pages    []answerPage      `json:"pages"`
	Warnings []string          `json:"warnings"`
	Meta     map[string]string `json:"meta"`
}

type answerPage struct {
	Label    string `json:"label"`
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
	HTML     string `json:"html"`
}

func (p answerPage) page(number int) page {
	form, text := asText, p.Text
	if p.HTML != "" {
		form, text = asHTML, p.HTML
	}
	if p.Markdown != "" {
		form, text = asMarkdown, p.Markdown
	}
	return page{number: number, label: p.Label, form: form, text: text}
}

func writtenJSON(ctx context.Context, t rag.Text, s string) (rag.Text, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "[") {
		var list []element
		if err := json.Unmarshal([]byte(s), &list); err != nil {
			return rag.Text{}, fmt.Errorf("the list of elements: %w", err)
		}
		return ofElements(ctx, t, list)
	}
	var a answer
	if err := json.Unmarshal([]byte(s), &a); err != nil {
		return rag.Text{}, fmt.Errorf("the JSON: %w", err)
	}
	t.Title, t.Author, t.Language, t.Created, t.Modified = a.Title, a.Author, a.Language, a.Created, a.Modified
	t.Warnings, t.Meta = append(t.Warnings, a.Warnings...), a.Meta
	pages := []page{answerPage{Text: a.Text, Markdown: a.Markdown, HTML: a.HTML}.page(0)}
	for i, p := range a.Pages {
		pages = append(pages, p.page(i+1))
	}
	t.Labels = labelled(pages)
	return compose(ctx, t, pages)
}

// finish fills in what every text has, and refuses one that is too long.
func finish(t rag.Text, in parse.Input, parser string, most int64) (rag.Text, error) {
	if n := int64(len(t.Text)); n > most {
		return rag.Text{}, fmt.Errorf("%s: %d MiB of text, more than %d: %w", parser, n>>20, most>>20, parse.ErrLimit)
	}
	if strings.TrimSpace(t.Text) == "" && len(t.Parts) == 0 {
		return rag.Text{}, fmt.Errorf("%s: %w", parser, parse.ErrNoText)
	}
	t.MediaType, t.Parser = router.Detect(in), parser
	return t, nil
}
