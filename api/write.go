package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const typeJSON = "application/json; charset=utf-8"

// A pool of buffers for answers. A buffer that grew beyond keep is dropped.
type pool struct{ buffers sync.Pool }

const keep = 1 << 20 // bytes

// get returns an empty buffer.
func (p *pool) get() *[]byte {
	if b, ok := p.buffers.Get().(*[]byte); ok {
		*b = (*b)[:0]
		return b
	}
	b := make([]byte, 0, 16<<10)
	return &b
}

// put takes back a buffer that nobody reads any more.
func (p *pool) put(b *[]byte) {
	if cap(*b) <= keep {
		p.buffers.Put(b)
	}
}

// marshal returns v as JSON in one line, with characters as they are.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing %T as JSON: %w", v, err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// writeBody sends a whole body. That the caller has gone is not an error of ours.
func writeBody(w http.ResponseWriter, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// writeJSON sends v.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := marshal(v)
	if err != nil {
		return err
	}
	writeBody(w, status, typeJSON, b)
	return nil
}

// Header names that say which state of the index was read.
const (
	headerEpoch    = "X-Ragserver-Epoch"
	headerComplete = "X-Ragserver-Complete-Until"
)

// setFreshness sends f along; headers must not have been written yet, unless
// they announced these two as trailers.
func setFreshness(h http.Header, f Freshness) {
	h[headerEpoch] = []string{strconv.FormatUint(uint64(f.Epoch), 10)}
	if !f.CompleteUntil.IsZero() {
		h[headerComplete] = []string{f.CompleteUntil.UTC().Format(time.RFC3339Nano)}
	}
}

// timeOrNull returns t for JSON: null if it is not known.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list is s as JSON should show it: never null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
