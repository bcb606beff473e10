package external

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// NewUnstructured returns a parser that asks a server with the API of
// Unstructured: POST /general/v0/general, whose answer is a list of elements.
func NewUnstructured(c ServiceConfig) (*Service, error) {
	s, err := newService("unstructured", c)
	if err != nil {
		return nil, err
	}
	s.request, s.response = unstructuredRequest, unstructuredText
	return s, nil
}

func unstructuredRequest(ctx context.Context, s *Service, in parse.Input) (*http.Request, error) {
	req, err := s.form(ctx, "/general/v0/general", "files", in, [][2]string{
		{"output_format", "application/json"}, {"coordinates", "true"},
	})
	if err == nil && s.config.APIKey != "" {
		req.Header.Set("Unstructured-Api-Key", s.config.APIKey)
	}
	return req, err
}

func unstructuredText(ctx context.Context, body []byte, _ parse.Input) (rag.Text, error) {
	var list []element
	if err := json.Unmarshal(body, &list); err != nil {
		return rag.Text{}, fmt.Errorf("the answer of /general/v0/general: %w", err)
	}
	return ofElements(ctx, rag.Text{}, list)
}

// An element is a piece of a document as Unstructured tells of it.
type element struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Metadata struct {
		Page      int      `json:"page_number"`
		PageName  string   `json:"page_name"` // of a sheet
		Depth     int      `json:"category_depth"`
		HTML      string   `json:"text_as_html"`
		Languages []string `json:"languages"`
		Links     []struct {
			URL string `json:"url"`
		} `json:"links"`
		LinkURLs    []string `json:"link_urls"`
		Coordinates *struct {
			Points [][]float32 `json:"points"`
			Width  float32     `json:"layout_width"`
			Height float32     `json:"layout_height"`
		} `json:"coordinates"`
	} `json:"metadata"`
}

// ofElements makes a text of elements in their order. Running headers, footers and
// page numbers are left out.
func ofElements(ctx context.Context, t rag.Text, list []element) (rag.Text, error) {
	var out parse.Builder
	var pages []page
	for n, e := range list {
		if n%1000 == 0 && ctx.Err() != nil {
			return rag.Text{}, ctx.Err()
		}
		m := e.Metadata
		if m.Page > 0 && m.Page <= maxPages {
			out.Page(m.Page)
			t.Pages = max(t.Pages, m.Page)
			pages = append(pages, page{number: m.Page, label: m.PageName})
		}
		if t.Language == "" && len(m.Languages) == 1 {
			t.Language = language(m.Languages[0])
		}
		s, text := e.section()
		s.Box, s.Links = e.box(), m.LinkURLs
		for _, l := range m.Links {
			s.Links = append(s.Links, l.URL)
		}
		out.Put(s, text)
	}
	t.Labels = labelled(pages)
	t.Text, t.Sections = out.Result()
	for _, s := range t.Sections {
		if s.Kind == rag.Heading && t.Title == "" {
			t.Title = s.Heading[0]
		}
	}
	return t, ctx.Err()
}

// section returns what an element is, and its text; none of what is left out.
func (e element) section() (rag.Section, string) {
	text := strings.TrimSpace(e.Text)
	depth := min(max(e.Metadata.Depth, 0), 10)
	switch e.Type {
	case "Header", "Footer", "PageNumber", "PageBreak":
		return rag.Section{Kind: rag.Paragraph}, ""
	case "Title":
		return rag.Section{Kind: rag.Heading, Level: depth + 1}, squeeze(text)
	case "ListItem", "List-item":
		if text != "" {
			text = strings.Repeat("  ", depth) + "- " + text
		}
		return rag.Section{Kind: rag.List}, text
	case "Table":
		if t, err := readXHTML(context.Background(), e.Metadata.HTML); err == nil && strings.HasPrefix(t.Text, "|") {
			text = t.Text
		}
		return rag.Section{Kind: rag.Table}, text
	case "FigureCaption":
		return rag.Section{Kind: rag.Caption}, text
	case "CodeSnippet":
		return rag.Section{Kind: rag.Code}, e.Text
	case "Footnote":
		return rag.Section{Kind: rag.Note}, text
	}
	return rag.Section{Kind: rag.Paragraph}, text
}

func (e element) box() rag.Box {
	c := e.Metadata.Coordinates
	if c == nil || len(c.Points) == 0 || !(c.Width > 0 && c.Height > 0) {
		return rag.Box{}
	}
	left, top, right, bottom := c.Width, c.Height, float32(0), float32(0)
	for _, p := range c.Points {
		if len(p) != 2 {
			return rag.Box{}
		}
		left, right = min(left, p[0]), max(right, p[0])
		top, bottom = min(top, p[1]), max(bottom, p[1])
	}
	return share(left/c.Width, top/c.Height, right/c.Width, bottom/c.Height)
}

// language turns a code of three letters, which is what Unstructured gives, into
// the shorter one where that is common.
func language(code string) string {
	known := map[string]string{
		"eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "rus": "ru", "zho": "zh",
		"jpn": "ja", "kor": "ko", "ara": "ar", "pol": "pl", "ces": "cs", "tur": "tr", "ukr": "uk", "swe": "sv", "fin": "fi",
	}
	return known[code]
}
