package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
	"ragserver/llm"
	"ragserver/llm/answer"
)

// An answerRequest is the question of /v1/answer.
type answerRequest struct {
	Prompt      string `json:"prompt" doc:"the question; also called question or query" example:"How are embeddings cached?"`
	K           int    `json:"k,omitempty" minimum:"0" maximum:"1000" doc:"passages to read; 0 for the default"`
	Filter      string `json:"filters,omitempty" nullable:"true" doc:"JMESPath over the document's metadata; also called metadata_filter"`
	Glob        string `json:"filepath_globpattern,omitempty" nullable:"true" doc:"of the document's path"`
	Model       string `json:"model,omitempty" nullable:"true" doc:"of the provider; the configured one if empty"`
	Stream      bool   `json:"stream,omitempty" doc:"answer with server-sent events"`
	ContextDocs bool   `json:"return_context_docs,omitempty" doc:"add what the answer was made from"`
	After       string `json:"after,omitempty" doc:"a token: wait until that change is searchable"`
	Epoch       uint64 `json:"epoch,omitempty" doc:"answer from the state of this epoch, if it is still held"`
}

// An answerResult is an answer.
type answerResult struct {
	Answer        string       `json:"answer"`
	Response      string       `json:"response" doc:"the same as answer, as Pathway calls it"`
	Found         bool         `json:"found" doc:"false: the documents do not say"`
	Citations     []citation   `json:"citations"`
	Model         string       `json:"model"`
	Usage         llm.Usage    `json:"usage"`
	Epoch         rag.Epoch    `json:"epoch"`
	CompleteUntil *time.Time   `json:"complete_until"`
	ContextDocs   []contextDoc `json:"context_docs,omitempty" doc:"if asked for"`
}

// A citation is the passage behind a mark [n] in the answer.
type citation struct {
	N       int      `json:"n"`
	URI     rag.URI  `json:"uri"`
	Path    string   `json:"path"`
	Title   string   `json:"title"`
	Page    int      `json:"page"`
	Heading []string `json:"heading"`
	Start   int      `json:"start" doc:"of the quote in the document's text, in code points"`
	End     int      `json:"end"`
	Quote   string   `json:"quote"`
	ChunkID string   `json:"chunk_id"`
}

// A contextDoc is a passage in Pathway's shape.
type contextDoc struct {
	Text     string         `json:"text"`
	Metadata map[string]any `json:"metadata"`
	Dist     float64        `json:"dist"`
}

// maxPassages is the most passages that one answer may be made from.
const maxPassages = 1000

func readAnswer(f fields, header http.Header) (answerRequest, error) {
	r := answerRequest{
		Prompt: f.text("prompt", "question", "query"),
		Filter: f.text("filters", "metadata_filter"),
		Glob:   f.text("filepath_globpattern"),
		Model:  f.text("model"),
		After:  f.text("after"),
	}
	if _, ok := f.find("prompt", "question", "query"); !ok {
		return r, f.required("prompt")
	}
	if strings.TrimSpace(r.Prompt) == "" {
		return r, badField("prompt", "must hold a question")
	}
	var err error
	if r.K, _, err = f.integer(0, maxPassages, "k"); err != nil {
		return r, err
	}
	if r.Stream, err = f.boolean("stream"); err != nil {
		return r, err
	}
	r.Stream = r.Stream || strings.Contains(header.Get("Accept"), "text/event-stream")
	if r.ContextDocs, err = f.boolean("return_context_docs"); err != nil {
		return r, err
	}
	r.Epoch, err = f.epoch()
	return r, err
}

// answer serves /v1/answer.
func (h *Handler) answer(ctx context.Context, c *gin.Context) error {
	f, err := h.fields(c)
	if err != nil {
		return err
	}
	req, err := readAnswer(f, c.Request.Header)
	if err != nil {
		return err
	}
	release, err := h.takePlace(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := h.wait(ctx, req.After); err != nil {
		return err
	}
	filter, _ := f.find("filters", "metadata_filter")
	if req.Stream {
		return h.streamAnswer(ctx, c, req, filter.name)
	}
	result, fresh, err := h.ask(ctx, req, func(answer.Event) error { return nil })
	if err != nil {
		return renamed(err, filter.name, "filepath_globpattern")
	}
	setFreshness(c.Writer.Header(), fresh)
	return writeJSON(c.Writer, http.StatusOK, result)
}

// takePlace waits for one of the places for answers.
func (h *Handler) takePlace(ctx context.Context) (release func(), err error) {
	select {
	case h.answers <- struct{}{}:
		return func() { <-h.answers }, nil
	case <-ctx.Done():
		if ctx.Err() == context.DeadlineExceeded {
			return nil, errBusy
		}
		return nil, ctx.Err()
	}
}

// ask gets the answer. An error after the passages is the model's.
func (h *Handler) ask(ctx context.Context, req answerRequest, emit func(answer.Event) error) (answerResult, Freshness, error) {
	asked := false
	a, fresh, err := h.svc.Answerer.Answer(ctx, AnswerRequest{
		Prompt: req.Prompt, K: req.K, Filter: req.Filter, Glob: req.Glob, Model: req.Model, Epoch: rag.Epoch(req.Epoch),
	},
		func(e answer.Event) error {
			asked = true
			return emit(e)
		})
	switch {
	case err != nil && asked:
		return answerResult{}, fresh, modelFailure{err}
	case err != nil:
		return answerResult{}, fresh, err
	}
	out := answerResult{
		Answer: a.Text, Response: a.Text, Found: a.Found, Citations: make([]citation, len(a.Citations)),
		Model: a.Model, Usage: a.Usage, Epoch: fresh.Epoch, CompleteUntil: timeOrNull(fresh.CompleteUntil),
	}
	for i, ct := range a.Citations {
		p := ct.Passage
		out.Citations[i] = citation{ct.N, p.Chunk.URI, p.Path, p.Title, p.Chunk.Page, list(p.Chunk.Heading), ct.Start, ct.End, ct.Quote, p.Chunk.ID.String()}
	}
	if req.ContextDocs {
		out.ContextDocs = contextDocs(a.Passages)
	}
	return out, fresh, nil
}

func contextDocs(passages []answer.Passage) []contextDoc {
	docs := make([]contextDoc, len(passages))
	for i, p := range passages {
		docs[i] = contextDoc{p.Chunk.ReadText(), map[string]any{"path": p.Path, "title": p.Title, fileIDKey: fileID(p.Chunk.URI)}, -p.Score}
	}
	return docs
}
