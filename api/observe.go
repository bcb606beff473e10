package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// observe measures a request, and turns a panic into an answer and a line in
// the log that share an id.
func (h *Handler) observe(c *gin.Context) {
	start := time.Now()
	h.metrics.flying.Inc()
	defer func() {
		v := recover()
		cut := v != nil && h.panicked(c, v)
		h.metrics.flying.Dec()
		h.metrics.observe(c.FullPath(), c.Writer.Status(), time.Since(start))
		if cut {
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

// panicked reports whether the connection must be cut, because an answer has
// begun that cannot be finished.
func (h *Handler) panicked(c *gin.Context, v any) (cut bool) {
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	begun := c.Writer.Written()
	h.fail(c, panicError{v, string(debug.Stack())})
	return begun
}

// A panicError is a broken promise of our own code.
type panicError struct {
	value any
	stack string
}

func (e panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// fail answers with err, unless an answer has begun.
func (h *Handler) fail(c *gin.Context, err error) {
	p := h.report(c, err)
	w := c.Writer
	if w.Written() {
		return
	}
	switch p.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	writeBody(w, p.status, typeJSON, p.body())
}

// report returns what the caller is told about err. What is not the caller's
// doing is logged, and what must not leave the house is replaced by an id.
func (h *Handler) report(c *gin.Context, err error) problem {
	p := problemOf(err)
	if p.status < http.StatusInternalServerError || p.Code == "not_ready" {
		return p
	}
	level := slog.LevelWarn
	attrs := []slog.Attr{slog.String("method", c.Request.Method), slog.String("path", c.Request.URL.Path), slog.String("code", p.Code), slog.Any("error", err)}
	if p.status == http.StatusInternalServerError {
		id := rand.Text()[:8]
		p.Message = "something is wrong in the server; its log tells more under " + id
		level = slog.LevelError
		attrs = append(attrs, slog.String("id", id))
	}
	if e, ok := errors.AsType[panicError](err); ok {
		attrs = append(attrs, slog.String("stack", e.stack))
	}
	h.cfg.Logger.LogAttrs(c.Request.Context(), level, "request not served", attrs...)
	return p
}
