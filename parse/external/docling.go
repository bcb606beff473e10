package external

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// NewDocling returns a parser that asks docling-serve: POST /v1/convert/file. It
// takes the document as JSON, which has pages and places, and as Markdown where
// that is missing.
func NewDocling(c ServiceConfig) (*Service, error) {
	s, err := newService("docling", c)
	if err != nil {
		return nil, err
	}
	s.request, s.response = doclingRequest, doclingText
	return s, nil
}

func doclingRequest(ctx context.Context, s *Service, in parse.Input) (*http.Request, error) {
	req, err := s.form(ctx, "/v1/convert/file", "files", in, [][2]string{
		{"to_formats", "json"}, {"to_formats", "md"}, {"image_export_mode", "placeholder"},
	})
	if err == nil && s.config.APIKey != "" {
		req.Header.Set("X-Api-Key", s.config.APIKey)
	}
	return req, err
}

type doclingAnswer struct {
	Document struct {
		Markdown string           `json:"md_content"`
		Text     string           `json:"text_content"`
		JSON     *doclingDocument `json:"json_content"`
	} `json:"document"`
	Status string            `json:"status"`
	Errors []json.RawMessage `json:"errors"`
}

// problem says what the server calls an error.
func (a doclingAnswer) problem() string {
	var words []string
	for _, raw := range a.Errors[:min(len(a.Errors), 3)] {
		var e struct {
			Message string `json:"error_message"`
		}
		if json.Unmarshal(raw, &e) != nil || e.Message == "" {
			e.Message = string(raw)
		}
		words = append(words, parse.Cut(e.Message, 200))
	}
	return strings.Join(words, "; ")
}

func doclingText(ctx context.Context, body []byte, _ parse.Input) (rag.Text, error) {
	var a doclingAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return rag.Text{}, fmt.Errorf("the answer of /v1/convert/file: %w", err)
	}
	var t rag.Text
	switch a.Status {
	case "success", "":
	case "partial_success":
		t.Warnings = append(t.Warnings, "not all was read: "+a.problem())
	default:
		return t, fmt.Errorf("%s: %s", a.Status, a.problem())
	}
	if d := a.Document.JSON; d != nil {
		if err := d.compose(ctx, &t); err != nil || t.Text != "" {
			return t, err
		}
	}
	if a.Document.Markdown != "" {
		return compose(ctx, t, []page{{form: asMarkdown, text: a.Document.Markdown}})
	}
	return compose(ctx, t, []page{{form: asText, text: a.Document.Text}})
}

// A doclingDocument is what we read of a DoclingDocument: items that refer to
// each other by JSON pointers as "#/texts/3".
type doclingDocument struct {
	Texts    []doclingItem          `json:"texts"`
	Tables   []doclingItem          `json:"tables"`
	Pictures []doclingItem          `json:"pictures"`
	Groups   []doclingItem          `json:"groups"`
	Body     doclingItem            `json:"body"`
	Pages    map[string]doclingPage `json:"pages"`
}

type doclingPage struct {
	Number int `json:"page_no"`
	Size   struct {
		Width  float32 `json:"width"`
		Height float32 `json:"height"`
	} `json:"size"`
}

type doclingRef struct {
	Ref string `json:"$ref"`
}

type doclingItem struct {
	Children   []doclingRef `json:"children"`
	Label      string       `json:"label"`
	Layer      string       `json:"content_layer"`
	Text       string       `json:"text"`
	Level      int          `json:"level"`
	Enumerated bool         `json:"enumerated"`
	Marker     string       `json:"marker"`
	Prov       []struct {
		Page int `json:"page_no"`
		Box  struct {
			Left   float32 `json:"l"`
			Top    float32 `json:"t"`
			Right  float32 `json:"r"`
			Bottom float32 `json:"b"`
			Origin string  `json:"coord_origin"`
		} `json:"bbox"`
	} `json:"prov"`
	Data struct {
		Grid [][]struct {
			Text string `json:"text"`
		} `json:"grid"`
	} `json:"data"`
}

// A doclingWriter walks a document, each item once: references may be a circle.
type doclingWriter struct {
	*doclingDocument
	out  parse.Builder
	seen map[string]bool
	page int
}

func (d *doclingDocument) compose(ctx context.Context, t *rag.Text) error {
	w := &doclingWriter{doclingDocument: d, seen: make(map[string]bool)}
	if err := w.children(ctx, d.Body, 0); err != nil {
		return err
	}
	t.Text, t.Sections = w.out.Result()
	for _, s := range t.Sections {
		t.Pages = max(t.Pages, s.Page)
		if t.Title == "" && s.Kind == rag.Heading {
			t.Title = s.Heading[len(s.Heading)-1]
		}
	}
	for _, p := range d.Pages {
		if p.Number <= maxPages {
			t.Pages = max(t.Pages, p.Number)
		}
	}
	return nil
}

// maxTree is how deep a document's items are followed.
const maxTree = 50

var errTree = errors.New("the document is nested too deeply")

func (w *doclingWriter) children(ctx context.Context, item doclingItem, depth int) error {
	if depth > maxTree {
		return fmt.Errorf("%w: %w", errTree, parse.ErrLimit)
	}
	for _, c := range item.Children {
		if err := ctx.Err(); err != nil {
			return err
		}
		child, ok := w.find(c.Ref)
		if !ok || w.seen[c.Ref] {
			continue
		}
		w.seen[c.Ref] = true
		w.write(child, depth)
		if err := w.children(ctx, child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *doclingWriter) find(ref string) (doclingItem, bool) {
	var n int
	for prefix, list := range map[string][]doclingItem{
		"#/texts/": w.Texts, "#/tables/": w.Tables, "#/pictures/": w.Pictures, "#/groups/": w.Groups,
	} {
		if rest, ok := strings.CutPrefix(ref, prefix); ok {
			if n = int(number(rest)); n >= 0 && n < len(list) {
				return list[n], true
			}
		}
	}
	return doclingItem{}, false
}

func (w *doclingWriter) write(i doclingItem, depth int) {
	if slices.Contains([]string{"page_header", "page_footer"}, i.Label) || i.Layer == "furniture" {
		return
	}
	if len(i.Prov) > 0 && i.Prov[0].Page > 0 && i.Prov[0].Page <= maxPages {
		w.page = i.Prov[0].Page
		w.out.Page(w.page)
	}
	s, text := i.section(depth)
	s.Box = w.box(i)
	w.out.Put(s, text)
}

// section returns what an item is, and its text.
func (i doclingItem) section(depth int) (rag.Section, string) {
	text := strings.TrimSpace(i.Text)
	switch i.Label {
	case "title":
		return rag.Section{Kind: rag.Heading, Level: 1}, squeeze(text)
	case "section_header":
		return rag.Section{Kind: rag.Heading, Level: min(max(i.Level, 1), 8) + 1}, squeeze(text)
	case "list_item":
		mark := "- "
		if i.Enumerated && i.Marker != "" {
			mark = parse.Cut(squeeze(i.Marker), 20) + " "
		}
		if text != "" {
			text = strings.Repeat("  ", max(depth-1, 0)) + mark + text
		}
		return rag.Section{Kind: rag.List}, text
	case "table", "document_index":
		return rag.Section{Kind: rag.Table}, parse.Table(i.rows())
	case "code":
		return rag.Section{Kind: rag.Code}, i.Text
	case "caption":
		return rag.Section{Kind: rag.Caption}, text
	case "footnote":
		return rag.Section{Kind: rag.Note}, text
	}
	return rag.Section{Kind: rag.Paragraph}, text
}

func (i doclingItem) rows() (rows [][]string) {
	for _, r := range i.Data.Grid {
		row := make([]string, len(r))
		for n, c := range r {
			row[n] = c.Text
		}
		rows = append(rows, row)
	}
	return rows
}

// box returns where an item stands: points from the bottom or the top of a page
// become shares from its top.
func (w *doclingWriter) box(i doclingItem) rag.Box {
	if len(i.Prov) == 0 {
		return rag.Box{}
	}
	size := w.Pages[fmt.Sprint(i.Prov[0].Page)].Size
	if !(size.Width > 0 && size.Height > 0) {
		return rag.Box{}
	}
	b := i.Prov[0].Box
	if b.Origin == "BOTTOMLEFT" {
		b.Top, b.Bottom = size.Height-b.Top, size.Height-b.Bottom
	}
	return share(b.Left/size.Width, b.Top/size.Height, b.Right/size.Width, b.Bottom/size.Height)
}

// share returns a box whose edges are in order and on the page, or none.
func share(left, top, right, bottom float32) rag.Box {
	in := func(f float32) float32 { return min(max(f, 0), 1) }
	b := rag.Box{Left: in(left), Top: in(top), Right: in(right), Bottom: in(bottom)}
	if !(b.Left < b.Right && b.Top < b.Bottom) {
		return rag.Box{}
	}
	return b
}
