package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
	"ragserver/index/hybrid"
	"ragserver/retrieve"
)

// A retrieveRequest is the question of /v1/retrieve.
type retrieveRequest struct {
	Query    string `json:"query" doc:"any text; it has no syntax" example:"how are embeddings cached"`
	K        int    `json:"k" minimum:"0" maximum:"10000" doc:"at most this many passages" example:"5"`
	Filter   string `json:"metadata_filter,omitempty" nullable:"true" doc:"JMESPath over the document's metadata"`
	Glob     string `json:"filepath_globpattern,omitempty" nullable:"true" doc:"of the document's path"`
	Extended bool   `json:"extended,omitempty" doc:"answer with scores, places and freshness"`
	Leg      string `json:"leg,omitempty" enum:"hybrid,vector,bm25" doc:"how to search" default:"hybrid"`
	After    string `json:"after,omitempty" doc:"a token: wait until that change is searchable"`
	Epoch    uint64 `json:"epoch,omitempty" doc:"search the state of this epoch, if it is still held"`
	Explain  bool   `json:"explain,omitempty" doc:"answer as extended does, and say how the search was done"`
	Parents  bool   `json:"parents,omitempty" doc:"answer with the passages around those found, each once, where documents are cut with parents"`
}

// A pathwayHit is a passage as Pathway's clients know it.
type pathwayHit struct {
	Text     string         `json:"text"`
	Metadata map[string]any `json:"metadata"`
	Dist     float64        `json:"dist" doc:"smaller is better"`
}

// A retrieveResult is the extended answer.
type retrieveResult struct {
	Hits          []hit      `json:"hits"`
	Epoch         rag.Epoch  `json:"epoch"`
	CompleteUntil *time.Time `json:"complete_until" doc:"every change noticed before is in the answer"`
	Degraded      string     `json:"degraded" doc:"why only part of the search could be done; empty if all was"`
	TookMS        float64    `json:"took_ms"`
	// Explanation is there if the request asked for it.
	Explanation *explanation `json:"explanation,omitempty"`
}

// An explanation says how the search was done.
type explanation struct {
	Fusion     string         `json:"fusion" doc:"how both legs were joined"`
	Share      float64        `json:"share" doc:"weight of the vectors"`
	Rows       int            `json:"rows" doc:"passages that the filter allows"`
	Candidates int            `json:"candidates" doc:"of both legs together"`
	Vector     legExplanation `json:"vector"`
	BM25       legExplanation `json:"bm25"`
}

// A legExplanation is all zero for a leg that was not asked.
type legExplanation struct {
	Method     string `json:"method" doc:"scan, rows, walk, or the leg's own"`
	Scored     int    `json:"scored" doc:"passages whose score was computed"`
	Width      int    `json:"width" doc:"efSearch of a graph; 0 without one"`
	Searches   int    `json:"searches" doc:"how often the leg was asked"`
	Candidates int    `json:"candidates"`
}

func explained(e *hybrid.Explanation) *explanation {
	if e == nil {
		return nil
	}
	leg := func(l hybrid.LegExplanation) legExplanation {
		return legExplanation{l.Plan.Method, l.Plan.Scored, l.Plan.Width, l.Searches, l.Candidates}
	}
	return &explanation{string(e.Fusion), e.Share, e.Rows, e.Candidates, leg(e.Vector), leg(e.Text)}
}

// A hit is a passage with all that is known of it.
type hit struct {
	ChunkID  string         `json:"chunk_id"`
	URI      rag.URI        `json:"uri"`
	Path     string         `json:"path"`
	Title    string         `json:"title"`
	Text     string         `json:"text"`
	Header   string         `json:"header,omitempty" doc:"header of the table that the text is a part of"`
	Context  string         `json:"context,omitempty" doc:"what a model says of where the text stands; not in the document"`
	Start    int            `json:"start" doc:"in the document's text, in code points"`
	End      int            `json:"end"`
	Page     int            `json:"page" doc:"from 1; 0 where there are no pages"`
	Box      *rag.Box       `json:"box,omitempty" doc:"on the page: edges as shares of its width and height"`
	Heading  []string       `json:"heading"`
	Kind     rag.Kind       `json:"kind"`
	Score    float64        `json:"score"`
	Dist     float64        `json:"dist"`
	Scores   legScores      `json:"scores"`
	Metadata map[string]any `json:"metadata"`
}

// legScores are what each leg says of a hit; a rank of 0 means that the leg did
// not list it.
type legScores struct {
	Cosine     float64 `json:"cosine"`
	CosineRank int     `json:"cosine_rank"`
	BM25       float64 `json:"bm25"`
	BM25Rank   int     `json:"bm25_rank"`
}

func readRetrieve(f fields) (retrieveRequest, error) {
	var r retrieveRequest
	if _, ok := f.find("query"); !ok {
		return r, f.required("query")
	}
	r.Query = f.text("query")
	var err error
	var ok bool
	if r.K, ok, err = f.integer(0, retrieve.MaxK, "k"); err != nil {
		return r, err
	}
	if !ok {
		return r, f.required("k")
	}
	r.Filter = f.text("metadata_filter")
	r.Glob = f.text("filepath_globpattern")
	if r.Extended, err = f.boolean("extended"); err != nil {
		return r, err
	}
	r.Leg = f.text("leg")
	if !slices.Contains([]retrieve.Leg{"", retrieve.Hybrid, retrieve.Vector, retrieve.Text}, retrieve.Leg(r.Leg)) {
		return r, badField("leg", "must be hybrid, vector or bm25, not %.60q", r.Leg)
	}
	r.After = f.text("after")
	if r.Epoch, err = f.epoch(); err != nil {
		return r, err
	}
	if r.Explain, err = f.boolean("explain"); err != nil {
		return r, err
	}
	r.Parents, err = f.boolean("parents")
	return r, err
}

// retrieve serves /v1/retrieve.
func (h *Handler) retrieve(ctx context.Context, c *gin.Context) error {
	start := time.Now()
	f, err := h.fields(c)
	if err != nil {
		return err
	}
	req, err := readRetrieve(f)
	if missing, ok := errors.AsType[missingField](err); ok {
		writeBody(c.Writer, http.StatusBadRequest, "text/plain; charset=utf-8", []byte("400: "+missing.Error()))
		return nil
	}
	if err != nil {
		return err
	}
	if err := h.wait(ctx, req.After); err != nil {
		return err
	}
	result, err := h.svc.Retriever.Retrieve(ctx, retrieve.Query{
		Text: req.Query, K: req.K, Filter: req.Filter, Glob: req.Glob, Leg: retrieve.Leg(req.Leg),
		Epoch: rag.Epoch(req.Epoch), Explain: req.Explain, Parents: req.Parents,
	})
	if err != nil {
		return renamed(err, "metadata_filter", "filepath_globpattern")
	}
	setFreshness(c.Writer.Header(), Freshness{result.Epoch, result.CompleteUntil})
	if req.Extended || req.Explain {
		return writeJSON(c.Writer, http.StatusOK, extended(result, time.Since(start)))
	}
	buf := h.buffers.get()
	*buf = appendHits(*buf, result.Hits)
	writeBody(c.Writer, http.StatusOK, typeJSON, *buf)
	h.buffers.put(buf)
	return nil
}

// renamed calls the fields of a *retrieve.BadQuery by the names that the
// request has for them.
func renamed(err error, filter, glob string) error {
	bad, ok := errors.AsType[*retrieve.BadQuery](err)
	if !ok {
		return err
	}
	field := bad.Field
	switch field {
	case "filter":
		field = filter
	case "glob":
		field = glob
	}
	return &BadRequest{Field: field, Message: bad.Message}
}

// appendHits appends Pathway's answer.
func appendHits(b []byte, hits []retrieve.Hit) []byte {
	b = append(b, '[')
	for i := range hits {
		hit := &hits[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"text":`...)
		b = appendString(b, hit.Chunk.ReadText())
		b = append(b, `,"metadata":`...)
		b = appendMetadata(b, hit.Metadata, fileID(hit.Chunk.URI))
		b = append(b, `,"dist":`...)
		b = appendFloat(b, hit.Dist)
		b = append(b, '}')
	}
	return append(b, ']')
}

func extended(r retrieve.Result, took time.Duration) retrieveResult {
	out := retrieveResult{
		Hits:  make([]hit, len(r.Hits)),
		Epoch: r.Epoch, CompleteUntil: timeOrNull(r.CompleteUntil), Degraded: r.Degraded,
		TookMS: float64(took.Microseconds()) / 1000, Explanation: explained(r.Explanation),
	}
	for i, h := range r.Hits {
		path, _ := h.Metadata["path"].(string)
		title, _ := h.Metadata["title"].(string)
		out.Hits[i] = hit{
			ChunkID: h.Chunk.ID.String(), URI: h.Chunk.URI, Path: path, Title: title,
			Text: h.Chunk.Text, Header: h.Chunk.Header, Context: h.Chunk.Context,
			Start: h.Chunk.Start, End: h.Chunk.End, Page: h.Chunk.Page, Box: boxOrNone(h.Chunk.Box),
			Heading: list(h.Chunk.Heading), Kind: h.Chunk.Kind,
			Score: h.Score, Dist: h.Dist,
			Scores:   legScores{h.Cosine, h.CosineRank, h.BM25, h.BM25Rank},
			Metadata: h.Metadata,
		}
	}
	return out
}

func boxOrNone(b rag.Box) *rag.Box {
	if b == (rag.Box{}) {
		return nil
	}
	return &b
}
