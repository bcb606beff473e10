package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// A route is a path with its methods, what serves it, and its documentation.
type route struct {
	methods []string
	path    string        // as gin writes it
	limit   time.Duration // 0: none; the handler ends by itself
	serve   func(ctx context.Context, c *gin.Context) error
	doc     operation
}

// routes is all that the API serves.
func (h *Handler) routes() []route {
	get, post, del, both := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodDelete}, []string{http.MethodGet, http.MethodPost}
	quick, long, upload := h.cfg.RequestTimeout, h.cfg.AnswerTimeout, h.cfg.UploadTimeout
	return []route{
		{both, "/v1/retrieve", quick, h.retrieve, operation{id: "retrieve", in: retrieveRequest{}, out: []pathwayHit{}, more: []any{retrieveResult{}},
			summary: "Find the passages that fit a query best"}},
		{both, "/v1/facets", quick, h.facets, operation{id: "facets", in: facetRequest{}, out: facetResult{},
			summary: "Count the values of the documents' metadata",
			text:    "The counts are exact. A list counts for each different value in it; null and objects are not counted."}},
		{both, "/v1/answer", long, h.answer, operation{id: "answer", in: answerRequest{}, out: answerResult{}, stream: true,
			summary: "Answer a question from the documents, with citations",
			text:    "With `stream`, or if the caller accepts `text/event-stream`, the events are `passages`, `delta`..., `done` (the whole answer), or `error`."}},
		{both, "/v1/statistics", quick, h.statistics, operation{id: "statistics", in: statisticsRequest{}, out: pathwayStatistics{}, more: []any{statisticsResult{}},
			summary: "Count what is held"}},

		{get, "/v1/documents", quick, h.listDocuments, operation{id: "list-documents", in: listRequest{}, out: documentPage{},
			summary: "List the documents in order of URI, page by page"}},
		{post, "/v1/documents", upload, h.putDocuments, operation{id: "put-documents", in: pathParam{}, out: putResult{}, status: http.StatusAccepted, upload: true,
			summary: "Store documents among the uploaded ones",
			text:    "As multipart/form-data each file is stored under its name, or under the `path` field just before it. Any other body is one document, and `path` is required in the query."}},
		{del, "/v1/documents", quick, h.deleteDocument, operation{id: "delete-document", in: uriParam{}, out: tokenResult{}, status: http.StatusAccepted,
			summary: "Delete an uploaded document"}},
		{get, "/v1/documents/*uri", quick, h.getDocument, operation{id: "get-document", out: documentDetail{},
			summary: "One document with its text and chunks",
			text:    "The URI may hold slashes, escaped or not. `/v1/documents/get?uri=` does the same."}},
		{del, "/v1/documents/*uri", quick, h.deleteDocument, operation{id: "delete-document-by-path", out: tokenResult{}, status: http.StatusAccepted,
			summary: "Delete an uploaded document"}},
		{get, "/v1/pages", quick, h.page, operation{id: "page", in: pageRequest{}, media: "image/png",
			summary: "A page of a document as a picture",
			text:    "Pages of PDF are drawn as PNG, which needs PDFium (status 501 without). A picture that browsers show (PNG, JPEG, GIF, WebP) comes as it is, as its one page. The ETag changes with the document."}},
		{get, "/v1/wait", quick, h.waitFor, operation{id: "wait", in: afterParam{}, out: waitResult{},
			summary: "Wait until a change is searchable"}},

		{get, "/v1/sources", quick, h.sources, operation{id: "sources", out: sourcesResult{},
			summary: "How the sources do"}},
		{get, "/v1/events", 0, h.events, operation{id: "events", out: statusEvent{}, onlyStream: true,
			summary: "Follow statistics and sources as they change",
			text:    "Event `status` comes at once and after each change."}},

		{get, "/healthz", quick, h.healthz, operation{id: "healthz", out: healthResult{}, summary: "Is the process alive"}},
		{get, "/readyz", quick, h.readyz, operation{id: "readyz", out: readyResult{}, summary: "Is everything that was found searchable"}},
		{get, "/metrics", quick, h.showMetrics, operation{id: "metrics", media: "text/plain", summary: "Figures for Prometheus"}},
		{get, "/openapi.json", quick, h.specJSON, operation{id: "openapi-json", media: "application/json", summary: "This description"}},
		{get, "/openapi.yaml", quick, h.specYAML, operation{id: "openapi-yaml", media: "application/yaml", summary: "This description"}},
	}
}

// trimSlash makes /v1/retrieve/ the same as /v1/retrieve, as Pathway's clients
// may write it. A document's URI keeps what it ends with.
func trimSlash(r *http.Request) {
	path := r.URL.Path
	if !strings.HasPrefix(path, "/v1/") || !strings.HasSuffix(path, "/") {
		return
	}
	if rest, ok := strings.CutPrefix(path, "/v1/documents/"); ok && rest != "" {
		return
	}
	r.URL.Path = strings.TrimSuffix(path, "/")
	r.URL.RawPath = ""
}

// elsewhere serves the pages.
func (h *Handler) elsewhere(c *gin.Context) {
	r := c.Request
	page := r.Method == http.MethodGet || r.Method == http.MethodHead
	if h.cfg.UI == nil || !page || strings.HasPrefix(r.URL.Path, "/v1/") {
		h.fail(c, errNoRoute)
		return
	}
	c.Status(http.StatusOK) // what it is if the UI writes none
	h.cfg.UI.ServeHTTP(c.Writer, r)
}
