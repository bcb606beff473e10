package api

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	rag "ragserver"
	"ragserver/llm/answer"
)

// A passagesEvent is the first event of a streamed answer.
type passagesEvent struct {
	Passages []passage `json:"passages"`
}

// A passage is what the model reads under number N.
type passage struct {
	N       int     `json:"n"`
	URI     rag.URI `json:"uri"`
	Path    string  `json:"path"`
	Title   string  `json:"title"`
	Page    int     `json:"page"`
	Start   int     `json:"start"`
	End     int     `json:"end"`
	ChunkID string  `json:"chunk_id"`
	Text    string  `json:"text"`
	Score   float64 `json:"score"`
}

// A deltaEvent is the next piece of the text.
type deltaEvent struct {
	Text string `json:"text"`
}

// streamAnswer sends the answer as it comes. An error before the first event is
// a plain answer with its status; a later one is the event "error". The state
// of the index is in "done", and in trailers where the headers would have been.
func (h *Handler) streamAnswer(ctx context.Context, c *gin.Context, req answerRequest, filter string) error {
	ctx, end, err := h.streams.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	c.Writer.Header().Set("Trailer", headerEpoch+", "+headerComplete)
	s := newStream(c.Writer, h.cfg.Heartbeat)
	defer s.close()
	result, fresh, err := h.ask(ctx, req, s.sendStep)
	if err == nil {
		err = s.send("done", result)
		s.close()
		setFreshness(c.Writer.Header(), fresh)
		return err
	}
	err = renamed(err, filter, "filepath_globpattern")
	if errors.Is(context.Cause(ctx), errStopping) {
		err = errStopping
	}
	if s.giveUp() {
		c.Writer.Header().Del("Trailer")
		return err
	}
	_ = s.send("error", problemBody{h.report(c, err)}) // it may be that the caller has gone
	return nil
}

// sendStep sends one event of an answer.
func (s *stream) sendStep(e answer.Event) error {
	if e.Delta != "" {
		return s.send("delta", deltaEvent{e.Delta})
	}
	out := passagesEvent{make([]passage, len(e.Passages))}
	for i, p := range e.Passages {
		k := p.Chunk
		out.Passages[i] = passage{i + 1, k.URI, p.Path, p.Title, k.Page, k.Start, k.End, k.ID.String(), k.Text, p.Score}
	}
	return s.send("passages", out)
}
