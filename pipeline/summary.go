package pipeline

import (
	"encoding/binary"
	"fmt"
	"time"

	rag "ragserver"
	"ragserver/store"
)

// A summary is what the statistics need of a document. The index keeps it as
// the document's note, so that a start has it without reading the store.
type summary struct {
	status   rag.Status
	chunks   int
	vectors  int
	modified time.Time
	seen     time.Time
}

func summarize(d rag.Document, keys []string) *summary {
	s := &summary{status: d.Status, chunks: len(keys), modified: d.Object.Modified, seen: d.Seen}
	for _, k := range keys {
		if k != "" {
			s.vectors++
		}
	}
	return s
}

// note returns the summary as a short text of bytes.
func (s *summary) note() string {
	var b []byte
	for _, n := range []int64{int64(s.chunks), int64(s.vectors), nanos(s.modified), nanos(s.seen)} {
		b = binary.AppendVarint(b, n)
	}
	return string(b) + string(s.status)
}

// nanos is 0 for no time.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func parseNote(note string) (*summary, error) {
	b := []byte(note)
	var v [4]int64
	for i := range v {
		n, size := binary.Varint(b)
		if size <= 0 {
			return nil, fmt.Errorf("note of %d bytes: %w", len(note), store.ErrCorrupt)
		}
		v[i], b = n, b[size:]
	}
	return &summary{
		status: rag.Status(b), chunks: int(v[0]), vectors: int(v[1]),
		modified: fromNanos(v[2]), seen: fromNanos(v[3]),
	}, nil
}
