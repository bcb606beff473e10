package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
	"ragserver/index/metadata"
)

// A statisticsRequest asks /v1/statistics for more than Pathway tells.
type statisticsRequest struct {
	Extended bool `json:"extended,omitempty" doc:"all figures"`
}

// pathwayStatistics are what Pathway's clients know; times are in Unix seconds.
type pathwayStatistics struct {
	FileCount    int    `json:"file_count"`
	LastModified *int64 `json:"last_modified"`
	LastIndexed  *int64 `json:"last_indexed"`
}

// A statisticsResult is the extended answer: its own times win over those in
// Statistics.
type statisticsResult struct {
	FileCount    int    `json:"file_count"`
	LastModified *int64 `json:"last_modified" doc:"Unix seconds"`
	LastIndexed  *int64 `json:"last_indexed" doc:"Unix seconds"`
	Statistics
	Fields []metadata.FieldStats `json:"metadata_fields" doc:"of the metadata, as far as filters have asked for them"`
}

// A sourceResult is a source with its lag in the unit of the API.
type sourceResult struct {
	SourceStatus
	LagMS float64 `json:"lag_ms" doc:"age of the oldest change that is not searchable; 0 if none"`
}

type sourcesResult struct {
	Sources []sourceResult `json:"sources"`
}

// A statusEvent is what /v1/events tells.
type statusEvent struct {
	Statistics Statistics     `json:"statistics"`
	Sources    []sourceResult `json:"sources"`
}

type healthResult struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

type readyResult struct {
	Ready bool `json:"ready"`
}

type afterParam struct {
	After string `json:"after" doc:"the token of a change"`
}

type waitResult struct {
	Epoch         rag.Epoch  `json:"epoch"`
	CompleteUntil *time.Time `json:"complete_until"`
}

// statistics serves /v1/statistics.
func (h *Handler) statistics(_ context.Context, c *gin.Context) error {
	f, err := h.fields(c)
	if err != nil {
		return err
	}
	more, err := f.boolean("extended")
	if err != nil {
		return err
	}
	s := h.svc.Monitor.Statistics()
	plain := pathwayStatistics{s.Indexed, unixOrNull(s.LastModified), unixOrNull(s.LastIndexed)}
	if !more {
		return writeJSON(c.Writer, http.StatusOK, plain)
	}
	return writeJSON(c.Writer, http.StatusOK, statisticsResult{plain.FileCount, plain.LastModified, plain.LastIndexed, s, list(h.svc.Monitor.Fields())})
}

func unixOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	s := t.Unix()
	return &s
}

// sources serves /v1/sources.
func (h *Handler) sources(_ context.Context, c *gin.Context) error {
	return writeJSON(c.Writer, http.StatusOK, sourcesResult{h.sourceResults()})
}

func (h *Handler) sourceResults() []sourceResult {
	all := h.svc.Monitor.Sources()
	out := make([]sourceResult, len(all))
	for i, s := range all {
		out[i] = sourceResult{s, float64(s.Lag.Microseconds()) / 1000}
	}
	return out
}

// Between two status events passes at least apart; a lag that grows while
// nothing else changes is told every refresh.
const (
	apart   = 200 * time.Millisecond
	refresh = 2 * time.Second
)

// events serves /v1/events until the caller hangs up or the server stops.
func (h *Handler) events(ctx context.Context, c *gin.Context) error {
	ctx, end, err := h.streams.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	s := newStream(c.Writer, h.cfg.Heartbeat)
	defer s.close()
	var told []byte
	for ctx.Err() == nil {
		changed := h.svc.Monitor.Changed() // before reading, so that no change falls between
		event, err := marshal(statusEvent{h.svc.Monitor.Statistics(), h.sourceResults()})
		if err != nil {
			return err
		}
		if !bytes.Equal(event, told) {
			if s.sendRaw("status", event) != nil {
				return nil // the caller has gone
			}
			told = event
			pause(ctx, apart, nil)
		}
		pause(ctx, refresh, changed)
	}
	return nil
}

// pause returns after d, or when wake is closed, or when ctx is done.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// waitFor serves /v1/wait.
func (h *Handler) waitFor(ctx context.Context, c *gin.Context) error {
	f, err := h.fields(c)
	if err != nil {
		return err
	}
	token := f.text("after")
	if token == "" {
		return missingField("after")
	}
	if err := h.wait(ctx, token); err != nil {
		return err
	}
	s := h.svc.Monitor.Statistics()
	setFreshness(c.Writer.Header(), Freshness{s.Epoch, s.CompleteUntil})
	return writeJSON(c.Writer, http.StatusOK, waitResult{s.Epoch, timeOrNull(s.CompleteUntil)})
}

// healthz serves /healthz: who answers, lives.
func (h *Handler) healthz(_ context.Context, c *gin.Context) error {
	return writeJSON(c.Writer, http.StatusOK, healthResult{"ok", h.cfg.Version})
}

// readyz serves /readyz.
func (h *Handler) readyz(_ context.Context, c *gin.Context) error {
	if err := h.svc.Monitor.Ready(); err != nil {
		return notReady{errors.New("not ready: " + err.Error())}
	}
	return writeJSON(c.Writer, http.StatusOK, readyResult{true})
}
