// Package rag holds the words that every part of ragserver shares: what a
// document is, what a chunk is, and what it means for either to change. It has
// values only and depends on nothing.
package rag

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// A URI names a document in the whole service: the name of its source, a
// colon, and the key that the source gave it, as in "docs:guide/intro.md". It
// is valid UTF-8 and does not change when the document is edited. No source gives
// a key with "//": that stands before the name of a part, as in
// "mail:2026/offer.eml//terms.pdf".
type URI string

// NewURI returns the URI of key in source. Source must not hold a colon.
func NewURI(source, key string) URI { return URI(source + ":" + key) }

// partMark stands between the key of a document and the name of a part of it.
// Keys that are paths have no empty names, so they do not hold it.
const partMark = "//"

// Part returns the URI of the document called name that is inside u.
func (u URI) Part(name string) URI { return u + partMark + URI(name) }

// Root returns the URI of the document that its source lists: u itself, or the
// one that u is a part of.
func (u URI) Root() URI {
	root, _, _ := strings.Cut(string(u), partMark)
	return URI(root)
}

// Split returns the two parts that NewURI joined.
func (u URI) Split() (source, key string) {
	source, key, _ = strings.Cut(string(u), ":")
	return source, key
}

// An Epoch counts the committed batches of changes. The first is 1; 0 means
// nothing has been committed yet. A reader sees the result of whole epochs.
type Epoch uint64

// An Object is one document as its source lists it: what is known without
// opening it.
type Object struct {
	URI URI `json:"uri"`

	// Path is shown to people and matched by path globs. It has slashes and
	// is valid UTF-8; bytes that are not are escaped as \xNN.
	Path string `json:"path"`

	// Version changes whenever the bytes may have changed. Only its source
	// can read it.
	Version string `json:"version"`

	Size      int64     `json:"size"` // bytes; -1 if not known
	Modified  time.Time `json:"modified,omitzero"`
	Created   time.Time `json:"created,omitzero"`
	Owner     string    `json:"owner,omitempty"`
	MediaType string    `json:"media_type,omitempty"` // a hint; "" if the source does not know

	// Problem, if not empty, says why the source lists this object but will
	// not open it: a link that leaves the folder, a named pipe. It becomes a
	// failed document with this reason.
	Problem string `json:"problem,omitempty"`

	// Meta is what else the source knows. Its keys join the metadata that
	// filters see and answers carry.
	Meta map[string]string `json:"meta,omitempty"`
}

// A Change is one difference of a collection: the object came, or has this
// version now (+1), or is gone (-1; only URI is set).
type Change struct {
	Object Object
	Diff   int
}

// A Kind says what a section of a document is.
type Kind string

// The kinds of sections that parsers tell apart.
const (
	Paragraph Kind = "paragraph"
	Heading   Kind = "heading"
	List      Kind = "list"
	Table     Kind = "table"
	Code      Kind = "code"
	Caption   Kind = "caption"
	Note      Kind = "note"
)

// A Section is a stretch of a document's text that belongs together. Sections
// are in order and do not overlap; what lies between two of them is white space
// or markup.
type Section struct {
	Kind Kind `json:"kind"`

	// Start and End are byte offsets into Text.Text, on rune boundaries.
	Start int `json:"start"`
	End   int `json:"end"`

	// Heading is the path of the headings above, outermost first. The
	// section of a heading itself holds that heading as the last element.
	Heading []string `json:"heading,omitempty"`

	Level int `json:"level,omitempty"` // of a heading, from 1
	Page  int `json:"page,omitempty"`  // also a slide or sheet; from 1; 0 where there are no pages
	Box   Box `json:"box,omitzero"`    // where it stands on its page; zero if not known

	// Links are the addresses that the section refers to, in order.
	Links []string `json:"links,omitempty"`
}

// A Box is a part of a page: its edges as shares, from 0 to 1, of the width and
// height of the page as people see it, from its left and top.
type Box struct {
	Left   float32 `json:"left"`
	Top    float32 `json:"top"`
	Right  float32 `json:"right"`
	Bottom float32 `json:"bottom"`
}

// Union returns the smallest box around both; one that is zero does not count.
func (b Box) Union(other Box) Box {
	switch {
	case b == Box{}:
		return other
	case other == Box{}:
		return b
	}
	return Box{min(b.Left, other.Left), min(b.Top, other.Top), max(b.Right, other.Right), max(b.Bottom, other.Bottom)}
}

// A Text is what a parser made of one document's bytes.
type Text struct {
	Text      string    `json:"-"` // valid UTF-8
	Sections  []Section `json:"sections"`
	MediaType string    `json:"media_type"` // found by content, as in "text/markdown"
	Title     string    `json:"title,omitempty"`
	Author    string    `json:"author,omitempty"`
	Language  string    `json:"language,omitempty"` // BCP 47; "" if not known
	Created   time.Time `json:"created,omitzero"`   // by the document's own account
	Modified  time.Time `json:"modified,omitzero"`
	Pages     int       `json:"pages,omitempty"`  // slides, sheets; 0 where there are none
	Labels    []string  `json:"labels,omitempty"` // what pages are called ("iv", the name of a sheet), by page, from the first; "" for its number

	// Parser names the reader that was used, as in "pdf/ledongthuc".
	Parser string `json:"parser,omitempty"`
	// Warnings say what was lost although the parse succeeded: a page that
	// could not be read, bytes that had to be replaced.
	Warnings []string `json:"warnings,omitempty"`
	// Meta is what else the format says, as of a picture's camera. Its keys
	// join the metadata that filters see.
	Meta map[string]string `json:"meta,omitempty"`
	// Parts are the documents inside this one: attachments, members of an
	// archive.
	Parts []Part `json:"parts,omitempty"`
}

// A Part is a document inside another one. It is listed, searched and cited like
// any other, and goes with the one that it is in.
type Part struct {
	Name    string `json:"name"` // unique in the document, not empty; valid UTF-8; may have slashes
	Size    int64  `json:"size"` // bytes
	Digest  string `json:"digest,omitempty"`
	Text    Text   `json:"text"`
	Problem string `json:"problem,omitempty"` // why it could not be read; "" if it was
}

// A ChunkID names a chunk by what it says and where it says it: equal text in
// the same document has the same ID, wherever it moves to.
type ChunkID [16]byte

// NewChunkID returns the ID of the n-th copy (from 0) of text under heading in
// document doc: that of a chunk that says nothing else.
func NewChunkID(doc URI, heading []string, text string, n int) ChunkID {
	return Chunk{URI: doc, Heading: heading, Text: text}.NewID(n)
}

// NewID returns the ID of c as the n-th copy (from 0) of what it says in its
// document. It is the first half of a SHA-256, so two chunks never share one by
// chance.
func (c Chunk) NewID(n int) ChunkID {
	h := sha256.New()
	var b [8]byte
	number := func(n int) {
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	write := func(s string) {
		number(len(s))
		h.Write([]byte(s))
	}
	write(string(c.URI))
	number(len(c.Heading))
	for _, s := range c.Heading {
		write(s)
	}
	write(c.Text)
	number(n)
	if c.Context != "" || c.Header != "" { // chunks without keep the IDs they had
		write(c.Context)
		write(c.Header)
	}
	return ChunkID(h.Sum(nil)[:16])
}

// String returns the ID as 32 hexadecimal digits.
func (id ChunkID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText implements encoding.TextMarshaler.
func (id ChunkID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ChunkID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(id) {
		return fmt.Errorf("chunk ID %q does not have 32 digits", text)
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// A Chunk is a passage of a document: the unit that is embedded, found and
// cited.
type Chunk struct {
	ID      ChunkID  `json:"id"`
	URI     URI      `json:"uri"`
	Ordinal int      `json:"ordinal"` // position in the document, from 0
	Kind    Kind     `json:"kind"`
	Heading []string `json:"heading,omitempty"`
	Page    int      `json:"page,omitempty"` // of its first character; 0 where there are no pages

	// Start and End count the document's characters (Unicode code points)
	// before the chunk and up to its end: Text is exactly this slice of the
	// document's text.
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`

	// Header is what a part of a table needs to be understood: the rows of
	// its header, which stand further up in the document.
	Header string `json:"header,omitempty"`
	// Context is what a model says of where the chunk stands in its document.
	// It helps to find the chunk and is never quoted.
	Context string `json:"context,omitempty"`

	Box Box `json:"box,omitzero"` // around it on its page; zero if not known
	// Parent is the passage around this one that is read in its stead; zero if
	// there is none that is larger.
	Parent Span `json:"parent,omitzero"`
}

// A Span is a stretch of a document's text, in characters (Unicode code points).
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// SearchText returns what is embedded and searched: the headings above as a
// breadcrumb, then the body.
func (c Chunk) SearchText() string {
	if len(c.Heading) == 0 {
		return c.SearchBody()
	}
	return strings.Join(c.Heading, " > ") + "\n" + c.SearchBody()
}

// SearchBody returns what is searched but for the headings: the context, then
// what is read.
func (c Chunk) SearchBody() string { return lines(c.Context, c.ReadText()) }

// ReadText returns the text as it can be understood by itself: a part of a table
// stands below the table's header.
func (c Chunk) ReadText() string { return lines(c.Header, c.Text) }

func lines(first, second string) string {
	if first == "" {
		return second
	}
	return first + "\n" + second
}

// A Vector is an embedding: unit length, one space's dimensions. A nil Vector
// means that the text has none and is found by its words only.
type Vector []float32

// A Status says how far a document has come.
type Status string

// The statuses of a document.
const (
	Indexed Status = "indexed" // searchable by all that the service has
	Partial Status = "partial" // searchable by words; vectors are awaited
	Failed  Status = "failed"  // not searchable; Reason says why
	Pending Status = "pending" // listed, nothing searchable yet
)

// A Document is what the service knows of one document: the record that is
// listed, and that filters and citations read.
type Document struct {
	Object    Object    `json:"object"`
	Status    Status    `json:"status"`
	Reason    string    `json:"reason,omitempty"` // of a failure, or why it is only partial
	Digest    string    `json:"digest,omitempty"` // SHA-256 of the bytes, hexadecimal
	Seen      time.Time `json:"seen"`             // when this version was noticed
	MediaType string    `json:"media_type,omitempty"`
	Title     string    `json:"title,omitempty"`
	Author    string    `json:"author,omitempty"`
	Language  string    `json:"language,omitempty"`
	Created   time.Time `json:"created,omitzero"` // by the document's own account
	Modified  time.Time `json:"modified,omitzero"`
	Pages     int       `json:"pages,omitempty"`
	Labels    []string  `json:"labels,omitempty"` // of pages
	Chars     int       `json:"chars"`            // of the text, in code points
	Warnings  []string  `json:"warnings,omitempty"`

	Parser    string            `json:"parser,omitempty"`     // the reader that was used
	ParseTime time.Duration     `json:"parse_time,omitempty"` // how long that took, in ns
	Meta      map[string]string `json:"meta,omitempty"`       // what else the format says
	// Chunks are the passages in order, without their text.
	Chunks []Chunk `json:"chunks,omitempty"`
}

// Metadata returns what filters see and retrieval answers carry: what the
// source knows, under the names that Pathway gives it (path, size, created_at,
// modified_at, seen_at, owner; times in whole Unix seconds), then title, author,
// language, media_type, source, pages, parser, container (the URI of the document
// that this one is inside), document_created_at and document_modified_at (by its
// own account). Values are nil, string, int64 or float64; the caller owns the map.
func (d Document) Metadata() map[string]any {
	m := make(map[string]any, 16+len(d.Meta)+len(d.Object.Meta))
	for k, v := range d.Meta {
		m[k] = v
	}
	for k, v := range d.Object.Meta {
		m[k] = v
	}
	source, _ := d.Object.URI.Split()
	m["path"] = d.Object.Path
	m["size"] = d.Object.Size
	m["created_at"] = unix(d.Object.Created)
	m["modified_at"] = unix(d.Object.Modified)
	m["seen_at"] = unix(d.Seen)
	m["owner"] = nonempty(d.Object.Owner)
	m["source"] = source
	for k, v := range map[string]string{
		"title": d.Title, "author": d.Author, "language": d.Language, "media_type": d.MediaType, "parser": d.Parser,
	} {
		if v != "" {
			m[k] = v
		}
	}
	if root := d.Object.URI.Root(); root != d.Object.URI {
		m["container"] = string(root)
	}
	for k, t := range map[string]time.Time{"document_created_at": d.Created, "document_modified_at": d.Modified} {
		if !t.IsZero() {
			m[k] = t.Unix()
		}
	}
	if d.Pages > 0 {
		m["pages"] = int64(d.Pages)
	}
	return m
}

func unix(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

func nonempty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
