package main

import (
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

func (c *corpus) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c.mu.Lock()
	defer c.mu.Unlock()
	out, next := []*document{}, ""
	for _, d := range c.sorted() {
		switch {
		case q.Get("status") != "" && d.Status != q.Get("status"),
			q.Get("source") != "" && d.Source != q.Get("source"),
			!strings.Contains(strings.ToLower(d.Path+"\n"+d.Title), strings.ToLower(q.Get("q"))),
			d.URI <= q.Get("cursor"):
			continue
		}
		if len(out) == 50 {
			next = out[49].URI
			break
		}
		out = append(out, d)
	}
	reply(w, 200, map[string]any{"documents": out, "next": next})
}

func (c *corpus) get(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.docs[r.URL.Query().Get("uri")]
	if d == nil {
		refuse(w, 404, "not_found", "there is no such document", "")
		return
	}
	type full struct {
		document
		Text   string  `json:"text"`
		Chunks []chunk `json:"chunks"` // hides the count
		Parts  []part  `json:"parts"`
		Shown  int     `json:"shown_pages"`
	}
	reply(w, 200, full{*d, d.text, d.chunks, d.parts, d.pages})
}

// put indexes an upload a moment later. A file with bytes that are not text
// fails.
func (c *corpus) put(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("path")
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || name == "" || strings.Contains(name, "..") {
		refuse(w, 400, "bad_request", "this path leaves the folder of uploads", "path")
		return
	}
	uri := "uploads:" + name
	time.AfterFunc(400*time.Millisecond, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if strings.Contains(string(body), "\x00") {
			c.fail("uploads", name, "application/octet-stream", len(body), "unsupported format: application/octet-stream ("+path.Ext(name)+")")
			return
		}
		c.add("uploads", name, string(body))
	})
	reply(w, 202, map[string]any{"token": uri, "documents": []map[string]string{{"uri": uri, "token": uri}}})
}

func (c *corpus) delete(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	uri := r.URL.Query().Get("uri")
	switch d := c.docs[uri]; {
	case d == nil:
		refuse(w, 404, "not_found", "there is no such document", "")
	case d.Source != "uploads":
		refuse(w, 409, "read_only", "documents of the source "+d.Source+" are deleted where they come from", "")
	default:
		delete(c.docs, uri)
		c.touch()
		reply(w, 202, map[string]string{"token": ""})
	}
}

// wait returns when the document that the token names is there.
func (c *corpus) wait(w http.ResponseWriter, r *http.Request) {
	deadline := time.After(5 * time.Second)
	for {
		c.mu.Lock()
		d, changed := c.docs[r.URL.Query().Get("after")], c.changed
		c.mu.Unlock()
		if d != nil {
			reply(w, 200, map[string]any{})
			return
		}
		select {
		case <-changed:
		case <-deadline:
			refuse(w, 504, "not_yet_searchable", "the change is not searchable yet", "after")
			return
		}
	}
}

// events tells the state at once and at every change.
func (c *corpus) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		c.mu.Lock()
		status, changed := c.status(), c.changed
		c.mu.Unlock()
		send(w, "status", status)
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
	}
}

func (c *corpus) status() map[string]any {
	bySource := map[string]map[string]int{}
	all, chunks := map[string]int{}, 0
	for _, d := range c.docs {
		if bySource[d.Source] == nil {
			bySource[d.Source] = map[string]int{}
		}
		bySource[d.Source][d.Status]++
		all[d.Status]++
		chunks += len(d.chunks)
	}
	now := time.Now()
	sources := []map[string]any{}
	for _, s := range []struct{ name, kind, state, note, err string }{
		{"handbook", "fs", "watching", "", ""},
		{"archive", "s3", "failing", "", "listing s3://archive: connection refused; the documents of the last listing are still served"},
		{"uploads", "uploads", "watching", "", ""},
		{"wiki", "fs", "polling", "the limit of inotify watches (8192) was reached: looking every 5 s instead", ""},
	} {
		n := bySource[s.name]
		sources = append(sources, map[string]any{
			"name": s.name, "kind": s.kind, "state": s.state, "note": s.note, "error": s.err, "last_listing": now.Add(-3 * time.Minute),
			"objects": n["indexed"] + n["partial"] + n["failed"] + n["pending"], "documents": n["indexed"] + n["partial"], "failed": n["failed"], "pending": n["pending"], "lag_ms": n["pending"] * 8400,
		})
	}
	statistics := map[string]any{
		"documents": len(c.docs), "indexed": all["indexed"] + all["partial"], "failed": all["failed"], "pending": all["pending"], "chunks": chunks, "vectors": chunks - 1,
		"embedded": chunks + 17, "epoch": c.epoch, "last_modified": now.Add(-time.Hour), "last_indexed": now.Add(-time.Minute), "complete_until": now,
		"embedder": "static-256", "model": "extractive",
	}
	return map[string]any{"statistics": statistics, "sources": sources}
}
