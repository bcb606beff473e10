package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A document is a record as the API lists it, with its text and chunks.
type document struct {
	URI       string    `json:"uri"`
	Source    string    `json:"source"`
	Path      string    `json:"path"`
	Title     string    `json:"title,omitempty"`
	Status    string    `json:"status"`
	Reason    string    `json:"reason,omitempty"`
	MediaType string    `json:"media_type,omitempty"`
	Language  string    `json:"language,omitempty"`
	Size      int       `json:"size"`
	Modified  time.Time `json:"modified_at"`
	Seen      time.Time `json:"seen_at"`
	Chars     int       `json:"chars"`
	Count     int       `json:"chunks"`
	Warnings  []string  `json:"warnings,omitempty"`

	Labels    []string `json:"labels,omitempty"`
	Container string   `json:"container,omitempty"`

	text   string
	chunks []chunk
	pages  int // that are shown
	parts  []part
}

// A part is a document inside another one.
type part struct {
	URI    string `json:"uri"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// A chunk is a paragraph; start and end are code points.
type chunk struct {
	ID      string   `json:"id"`
	Ordinal int      `json:"ordinal"`
	Kind    string   `json:"kind"`
	Heading []string `json:"heading,omitempty"`
	Page    int      `json:"page,omitempty"`
	Start   int      `json:"start"`
	End     int      `json:"end"`
	Text    string   `json:"text"`
}

// A corpus is the documents and how often they changed.
type corpus struct {
	mu      sync.Mutex // guards what follows
	docs    map[string]*document
	epoch   int
	changed chan struct{} // closed at the next change
}

func newCorpus() *corpus {
	c := &corpus{docs: make(map[string]*document), changed: make(chan struct{}), epoch: 811}
	for path, text := range samples {
		c.add("handbook", path, text)
	}
	for i := range 120 {
		c.add("archive", fmt.Sprintf("minutes/2024/meeting-%03d.txt", i+1), fmt.Sprintf("Minutes of meeting %d\n\nThe budget of team %d was discussed and approved.\n", i+1, i%7))
	}
	c.add("archive", "logs/five-megabytes.txt", longText())
	c.add("archive", "logs/one-line.json", `{"values":["`+strings.Repeat("0123456789 ", 60_000)+`"]}`)
	c.fail("archive", "scans/contract-signed.pdf", "application/pdf", 482_133, "encrypted: a password is needed to open this PDF")
	c.fail("handbook", "old/notes.doc", "application/msword", 23_040, "unsupported format: application/msword")
	d := c.add("handbook", "guides/<b>odd & \"quoted\"</b> name.md", "# An odd name\n\nMarkup in a name or a text, like <img src=x onerror=alert(1)>, is shown as it is.\n")
	d.Status, d.Reason = "partial", "its vectors are awaited: the embedding model does not answer"
	d.Warnings = []string{"3 bytes that are not UTF-8 were replaced"}
	c.addPages("reports/tide-tables.pdf", "Springs and neaps are explained here.", "High water at Quernmouth is at noon.", "Low water follows six hours later.")
	c.addLetter()
	p := c.add("archive", "incoming/large-report.pdf", "")
	p.Status, p.Size = "pending", 9_400_123
	return c
}

// add stores text as a new version of a document. The caller holds the lock
// once the corpus is shared.
func (c *corpus) add(source, path, text string) *document {
	now := time.Now().UTC().Truncate(time.Second)
	d := &document{
		URI: source + ":" + path, Source: source, Path: path, Status: "indexed", MediaType: "text/plain", Language: "en", Size: len(text),
		Modified: now.Add(-time.Duration(len(path)) * 37 * time.Hour), Seen: now, Chars: utf8.RuneCountInString(text), text: text,
	}
	if strings.HasSuffix(path, ".md") {
		d.MediaType = "text/markdown"
		first, _, _ := strings.Cut(text, "\n")
		d.Title = strings.TrimPrefix(first, "# ")
	}
	d.chunks = paragraphs(d.URI, text)
	d.Count = len(d.chunks)
	c.docs[d.URI] = d
	c.touch()
	return d
}

func (c *corpus) fail(source, path, media string, size int, reason string) {
	d := c.add(source, path, "")
	d.Status, d.Reason, d.MediaType, d.Size = "failed", reason, media, size
}

// touch counts a change and tells those who wait for one.
func (c *corpus) touch() {
	c.epoch++
	close(c.changed)
	c.changed = make(chan struct{})
}

// sorted returns the documents in order of URI.
func (c *corpus) sorted() []*document {
	docs := make([]*document, 0, len(c.docs))
	for _, d := range c.docs {
		docs = append(docs, d)
	}
	slices.SortFunc(docs, func(a, b *document) int { return strings.Compare(a.URI, b.URI) })
	return docs
}

// paragraphs cuts text at empty lines.
func paragraphs(uri, text string) []chunk {
	var out []chunk
	var heading []string
	at := 0
	for _, p := range strings.SplitAfter(text, "\n\n") {
		body := strings.TrimRight(p, "\n")
		if h, ok := strings.CutPrefix(body, "#"); ok {
			heading = []string{strings.TrimLeft(h, "# ")}
		} else if body != "" {
			kind := "paragraph"
			if strings.HasPrefix(body, "|") {
				kind = "table"
			}
			out = append(out, chunk{
				ID: fmt.Sprintf("%s#%d", uri, len(out)), Ordinal: len(out), Kind: kind, Heading: heading,
				Start: at, End: at + utf8.RuneCountInString(body), Text: body,
			})
		}
		at += utf8.RuneCountInString(p)
	}
	return out
}
