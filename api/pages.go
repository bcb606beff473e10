package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	rag "ragserver"
)

// Pages shows the pages of documents as pictures.
type Pages interface {
	// Shown returns how many pages of d, from the first, Page has pictures of.
	Shown(d rag.Document) int
	// Page returns the picture of a page. It fails with ErrNotFound if there is
	// no such document, ErrNoPage if that has no such page or none at all,
	// ErrNoDrawing if this server cannot draw it, and ErrNotDrawn if the page or
	// the document is too damaged or too costly; what the error says is shown.
	Page(ctx context.Context, q PageQuery) (Picture, error)
}

// A PageQuery asks for the picture of a page.
type PageQuery struct {
	URI   rag.URI
	Page  int // from 1
	Width int // pixels in a row, where the picture is drawn
	// Known is the Digest of the picture that the caller has; "" for none.
	Known string
}

// A Picture is a page as browsers show it.
type Picture struct {
	Data      []byte // nil if the caller has it
	MediaType string
	Digest    string // of the document that it is of
}

type pageRequest struct {
	URI   string `json:"uri" doc:"of the document"`
	Page  int    `json:"page,omitempty" minimum:"1" doc:"from 1, the default"`
	Width int    `json:"width,omitempty" minimum:"16" maximum:"2400" doc:"pixels in a row of a drawn page; 1000 by default"`
}

const (
	defaultWidth = 1000 // pixels
	leastWidth   = 16
	mostWidth    = 2400
	mostPage     = 1_000_000
)

func readPage(f fields) (PageQuery, error) {
	q := PageQuery{URI: rag.URI(f.text("uri"))}
	if q.URI == "" {
		return q, f.required("uri")
	}
	page, _, err := f.integer(1, mostPage, "page")
	if err != nil {
		return q, err
	}
	width, _, err := f.integer(leastWidth, mostWidth, "width")
	q.Page, q.Width = cmp.Or(page, 1), cmp.Or(width, defaultWidth)
	return q, err
}

// page serves GET /v1/pages. A picture may be kept, but is asked for each time:
// that of a document that is gone is not shown.
func (h *Handler) page(ctx context.Context, c *gin.Context) error {
	q, err := readPage(parseFields(nil, c.Request.URL.RawQuery))
	if err != nil {
		return err
	}
	q.Known = q.known(c.Request.Header.Get("If-None-Match"))
	p, err := h.svc.Pages.Page(ctx, q)
	if err != nil {
		return err
	}
	header := c.Writer.Header()
	header.Set("ETag", q.etag(p.Digest))
	header.Set("Cache-Control", "private, no-cache")
	if p.Data == nil {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox") // foreign bytes
	writeBody(c.Writer, http.StatusOK, p.MediaType, p.Data)
	return nil
}

// etag names the picture that q asks for of a document with this digest.
func (q PageQuery) etag(digest string) string {
	return strconv.Quote(digest + q.suffix())
}

func (q PageQuery) suffix() string { return fmt.Sprintf("-%d-%d", q.Page, q.Width) }

// known returns the digest in the ETag of the same page and width among those in
// an If-None-Match, "" if there is none.
func (q PageQuery) known(header string) string {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
		if digest, ok := strings.CutSuffix(tag, q.suffix()); ok {
			return digest
		}
	}
	return ""
}
