package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
)

// A listRequest selects documents.
type listRequest struct {
	Status string `json:"status,omitempty" enum:"indexed,partial,failed,pending"`
	Text   string `json:"q,omitempty" doc:"part of the path or title, in any case"`
	Source string `json:"source,omitempty" doc:"name of the source"`
	Filter string `json:"metadata_filter,omitempty" doc:"JMESPath over the document's metadata"`
	Glob   string `json:"glob,omitempty" doc:"of the document's path"`
	Limit  int    `json:"limit,omitempty" minimum:"0" maximum:"1000" doc:"documents in a page; 0 for the default"`
	Cursor string `json:"cursor,omitempty" doc:"next of the page before"`
	After  string `json:"after,omitempty" doc:"a token: wait until that change is searchable"`
}

type documentPage struct {
	Documents []Document `json:"documents"`
	Next      string     `json:"next" doc:"cursor of the next page; empty after the last"`
}

// A Document is a document as the API tells of it.
type Document struct {
	URI       rag.URI    `json:"uri"`
	Source    string     `json:"source"`
	Path      string     `json:"path"`
	Title     string     `json:"title"`
	Status    rag.Status `json:"status" enum:"indexed,partial,failed,pending"`
	Reason    string     `json:"reason" doc:"of a failure, or why it is only partial"`
	MediaType string     `json:"media_type"`
	Language  string     `json:"language"`
	Size      int64      `json:"size" doc:"bytes; -1 if not known"`
	Modified  *time.Time `json:"modified_at"`
	Seen      *time.Time `json:"seen_at" doc:"when this version was noticed"`
	Pages     int        `json:"pages"`
	Chars     int        `json:"chars" doc:"of the text, in code points"`
	Chunks    int        `json:"chunks"`
	Warnings  []string   `json:"warnings"`
	Author    string     `json:"author"`
	Parser    string     `json:"parser" doc:"what read the document, as in pdf/pdfium"`
	ParseTime float64    `json:"parse_ms" doc:"how long that took, in milliseconds; 0 for a part, which is read with its container"`
	Labels    []string   `json:"labels" doc:"what pages are called, from the first; empty for its number"`
	Container rag.URI    `json:"container" doc:"the document that this one is inside; empty for none"`
}

// A documentDetail is a document with what was made of it. Its chunks take the
// place of their number.
type documentDetail struct {
	Document
	Text   string  `json:"text"`
	Chunks []chunk `json:"chunks"`
	Parts  []part  `json:"parts" doc:"the documents inside it, at any depth: the first 1000"`
	Shown  int     `json:"shown_pages" doc:"of how many pages, from the first, /v1/pages has a picture"`
}

// A part is a document inside another one.
type part struct {
	URI    rag.URI    `json:"uri"`
	Name   string     `json:"name" doc:"in the document that it is inside"`
	Title  string     `json:"title"`
	Status rag.Status `json:"status" enum:"indexed,partial,failed,pending"`
}

// maxParts is how many of the documents inside one are told with it.
const maxParts = 1000

// A chunk is a passage of a document.
type chunk struct {
	ID      string   `json:"id"`
	Ordinal int      `json:"ordinal"`
	Kind    rag.Kind `json:"kind"`
	Heading []string `json:"heading"`
	Page    int      `json:"page"`
	Start   int      `json:"start" doc:"in the document's text, in code points"`
	End     int      `json:"end"`
	Text    string   `json:"text"`
}

type uriParam struct {
	URI string `json:"uri" doc:"of the document"`
}

type tokenResult struct {
	Token string `json:"token" doc:"for after and /v1/wait"`
}

// maxLimit is the most documents in one page.
const maxLimit = 1000

func readList(f fields) (ListQuery, string, error) {
	q := ListQuery{
		Status: rag.Status(f.text("status")), Text: f.text("q"), Source: f.text("source"),
		Filter: f.text("metadata_filter"), Glob: f.text("glob", "filepath_globpattern"), Cursor: f.text("cursor"),
	}
	if !slices.Contains([]rag.Status{"", rag.Indexed, rag.Partial, rag.Failed, rag.Pending}, q.Status) {
		return q, "", badField("status", "must be indexed, partial, failed or pending, not %.60q", q.Status)
	}
	var err error
	q.Limit, _, err = f.integer(0, maxLimit, "limit")
	return q, f.text("after"), err
}

// listDocuments serves GET /v1/documents.
func (h *Handler) listDocuments(ctx context.Context, c *gin.Context) error {
	q, after, err := readList(parseFields(nil, c.Request.URL.RawQuery))
	if err != nil {
		return err
	}
	if err := h.wait(ctx, after); err != nil {
		return err
	}
	docs, next, err := h.svc.Documents.List(ctx, q)
	if err != nil {
		return renamed(err, "metadata_filter", "glob")
	}
	page := documentPage{Documents: make([]Document, len(docs)), Next: next}
	for i, d := range docs {
		page.Documents[i] = newDocument(d)
	}
	return writeJSON(c.Writer, http.StatusOK, page)
}

func newDocument(d rag.Document) Document {
	source, _ := d.Object.URI.Split()
	mediaType := d.MediaType
	if mediaType == "" {
		mediaType = d.Object.MediaType
	}
	container := d.Object.URI.Root()
	if container == d.Object.URI {
		container = ""
	}
	return Document{
		Author: d.Author, Parser: d.Parser, ParseTime: float64(d.ParseTime) / float64(time.Millisecond),
		Labels: list(d.Labels), Container: container,
		URI: d.Object.URI, Source: source, Path: d.Object.Path, Title: d.Title, Status: d.Status, Reason: d.Reason,
		MediaType: mediaType, Language: d.Language, Size: d.Object.Size,
		Modified: timeOrNull(d.Object.Modified), Seen: timeOrNull(d.Seen),
		Pages: d.Pages, Chars: d.Chars, Chunks: len(d.Chunks), Warnings: list(d.Warnings),
	}
}

// getDocument serves GET /v1/documents/{uri} and /v1/documents/get?uri=.
func (h *Handler) getDocument(ctx context.Context, c *gin.Context) error {
	uri, err := askedURI(c.Request)
	if err != nil {
		return err
	}
	d, text, err := h.svc.Documents.Get(ctx, uri)
	if err != nil {
		return err
	}
	parts, err := h.svc.Documents.Parts(ctx, uri, maxParts)
	if err != nil {
		return err
	}
	out := newDetail(d, text, parts)
	out.Shown = h.svc.Pages.Shown(d)
	return writeJSON(c.Writer, http.StatusOK, out)
}

func newDetail(d rag.Document, text string, parts []rag.Document) documentDetail {
	out := documentDetail{Document: newDocument(d), Text: text, Chunks: make([]chunk, len(d.Chunks)), Parts: make([]part, len(parts))}
	for i, p := range parts {
		name := strings.TrimPrefix(string(p.Object.URI), string(d.Object.URI.Part("")))
		out.Parts[i] = part{p.Object.URI, name, p.Title, p.Status}
	}
	for i, k := range d.Chunks {
		out.Chunks[i] = chunk{k.ID.String(), k.Ordinal, k.Kind, list(k.Heading), k.Page, k.Start, k.End, k.Text}
	}
	return out
}

// deleteDocument serves DELETE /v1/documents?uri= and /v1/documents/{uri}.
func (h *Handler) deleteDocument(ctx context.Context, c *gin.Context) error {
	uri, err := askedURI(c.Request)
	if err != nil {
		return err
	}
	token, err := h.svc.Documents.Delete(ctx, uri)
	if err != nil {
		return err
	}
	return writeJSON(c.Writer, http.StatusAccepted, tokenResult{token})
}

// askedURI returns the URI in the path, where it may be escaped or not, or else
// in the query. No URI is "get": it would need a colon.
func askedURI(r *http.Request) (rag.URI, error) {
	rest, _ := strings.CutPrefix(r.URL.EscapedPath(), "/v1/documents")
	uri, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	if err != nil {
		return "", badField("uri", "is not escaped as a path is: %v", errors.Unwrap(err))
	}
	if uri == "" || uri == "get" {
		uri = r.URL.Query().Get("uri")
	}
	if uri == "" {
		return "", missingField("uri")
	}
	return rag.URI(strings.ToValidUTF8(uri, "\uFFFD")), nil
}
