package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/store"
)

// Documents calls fn for every document from the URI after on, in order, those
// that wait to be read included, until fn returns false.
func (p *Pipeline) Documents(after rag.URI, fn func(rag.Document) bool) error {
	snapshot := p.c.Store.Snapshot()
	defer snapshot.Close()
	pending := p.pending(snapshot, after)
	for kv, err := range snapshot.Scan([]byte(documentPrefix)) {
		if err != nil {
			return err
		}
		uri := rag.URI(strings.TrimPrefix(string(kv.Key), documentPrefix))
		if uri <= after {
			continue
		}
		for len(pending) > 0 && pending[0].Object.URI < uri {
			if !fn(pending[0]) {
				return nil
			}
			pending = pending[1:]
		}
		var d rag.Document
		if err := json.Unmarshal(kv.Value, &d); err != nil {
			return fmt.Errorf("record of document %s: %w: %w", uri, err, store.ErrCorrupt)
		}
		if !fn(d) {
			return nil
		}
	}
	for _, d := range pending {
		if !fn(d) {
			return nil
		}
	}
	return nil
}

// pending returns documents that were listed and have no record yet.
func (p *Pipeline) pending(r store.Reader, after rag.URI) []rag.Document {
	var list []rag.Document
	add := func(key string, attempts int, last error) {
		uri := rag.URI(key)
		if uri <= after {
			return
		}
		if row, err := r.Get(documentKey(uri)); err != nil || row != nil {
			return // an older version is searchable meanwhile
		}
		_, path := uri.Split()
		d := rag.Document{Object: rag.Object{URI: uri, Path: path, Size: -1}, Status: rag.Pending}
		if last != nil {
			d.Reason = fmt.Sprintf("tried %d times: %v", attempts, last)
		}
		list = append(list, d)
	}
	p.graph.Pending(parseStage, add)
	p.graph.Pending(vectorStage, add)
	slices.SortFunc(list, func(a, b rag.Document) int { return strings.Compare(string(a.Object.URI), string(b.Object.URI)) })
	return slices.CompactFunc(list, func(a, b rag.Document) bool { return a.Object.URI == b.Object.URI })
}

// Document returns a document with its chunks and its text, or false if there is
// none.
func (p *Pipeline) Document(uri rag.URI) (rag.Document, string, bool, error) {
	snapshot := p.c.Store.Snapshot()
	defer snapshot.Close()
	d, ok, err := readDocument(snapshot, uri)
	if err != nil {
		return d, "", false, err
	}
	if !ok {
		for _, d := range p.pending(snapshot, "") {
			if d.Object.URI == uri {
				return d, "", true, nil
			}
		}
		return d, "", false, nil
	}
	list, err := readPassages(snapshot, uri)
	if err != nil {
		return d, "", false, err
	}
	for _, entry := range list {
		c, ok, err := readChunk(snapshot, entry.ID)
		if err != nil {
			return d, "", false, err
		}
		if ok {
			d.Chunks = append(d.Chunks, c)
		}
	}
	t, _, err := p.text(string(uri))
	return d, t.Text.Text, true, err
}

// DocumentText returns the text of a document as it was last parsed, or false if
// there is none. What is indexed may be cut from the text before for a moment.
func (p *Pipeline) DocumentText(uri rag.URI) (string, bool, error) {
	t, ok, err := p.text(string(uri))
	return t.Text.Text, ok, err
}

// Chunks returns the chunks of a document in order, with their IDs only.
func (p *Pipeline) Chunks(uri rag.URI) ([]rag.Chunk, error) {
	list, err := readPassages(p.c.Store, uri)
	chunks := make([]rag.Chunk, len(list))
	for i, entry := range list {
		chunks[i] = rag.Chunk{ID: entry.ID, URI: uri, Ordinal: i}
	}
	return chunks, err
}

// Record returns a document without its chunks, or false if there is none yet.
func (p *Pipeline) Record(uri rag.URI) (rag.Document, bool, error) {
	return readDocument(p.c.Store, uri)
}

// WaitFor returns when done holds of the document's record (ok is false when
// there is none) and searches see what it says. It looks after every change.
func (p *Pipeline) WaitFor(ctx context.Context, uri rag.URI, done func(d rag.Document, ok bool) bool) error {
	for {
		changed := p.changed.wait()
		d, ok, epoch, err := p.recordAt(uri)
		if err != nil || done(d, ok) && p.visible.Load() >= uint64(epoch) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// recordAt is Record with the epoch of the state that it is from.
func (p *Pipeline) recordAt(uri rag.URI) (rag.Document, bool, rag.Epoch, error) {
	snapshot := p.c.Store.Snapshot()
	defer snapshot.Close()
	d, ok, err := readDocument(snapshot, uri)
	if err != nil {
		return d, false, 0, err
	}
	epoch, err := lastEpoch(snapshot)
	return d, ok, epoch, err
}

// Retry reads and embeds a document again although nothing has changed, as when
// the cause of its failure is gone. A part is read with what it is in.
func (p *Pipeline) Retry(uri rag.URI) {
	p.graph.Retry(parseStage, string(uri.Root()))
	p.graph.Retry(vectorStage, string(uri))
}

// A SourceStatus is a source's own account and how far its documents have come.
type SourceStatus struct {
	Source Source
	Counts Counts
	// Pending is the number of its changes that are not searchable yet, and
	// Lag the age of the oldest.
	Pending int
	Lag     time.Duration
}

// Sources returns the status of every source.
func (p *Pipeline) Sources() []SourceStatus {
	pending := make(map[string]int)
	count := func(key string, _ int, _ error) {
		name, _ := rag.URI(key).Split()
		pending[name]++
	}
	p.graph.Pending(parseStage, count)
	p.graph.Pending(vectorStage, count)
	var list []SourceStatus
	for _, f := range p.feeds {
		s := SourceStatus{Source: f.Source, Counts: p.counts.source(f.Name), Pending: pending[f.Name]}
		if oldest, ok := p.graph.Oldest(f.Name); ok {
			s.Lag = time.Since(oldest)
		}
		list = append(list, s)
	}
	return list
}

// Status is the whole pipeline's.
type Status struct {
	Counts        Counts
	Pending       int
	Epoch         rag.Epoch
	CompleteUntil time.Time
	Trouble       []string // what does not work at present
	// Changing says how far a change of the embedding model has come; ""
	// if there is none.
	Changing string
}

// Status says how far the pipeline has come.
func (p *Pipeline) Status() Status {
	g := p.graph.Status()
	s := Status{
		Counts: p.counts.total(), Pending: g.Pending,
		Epoch: rag.Epoch(g.Epoch), CompleteUntil: g.CompleteUntil, Changing: p.changing(),
	}
	if g.Stalled != nil {
		s.Trouble = append(s.Trouble, fmt.Sprintf("changes cannot be written: %v", g.Stalled))
	}
	for _, op := range g.Ops {
		if op.Retrying > 0 && op.LastError != nil {
			s.Trouble = append(s.Trouble, fmt.Sprintf("%s: %d documents wait for another try: %v", op.Name, op.Retrying, op.LastError))
		}
	}
	for _, f := range p.feeds {
		if e := f.Source.Status().Error; e != "" {
			s.Trouble = append(s.Trouble, fmt.Sprintf("source %s: %s", f.Name, e))
		}
	}
	return s
}

// CompleteUntil says up to when every change that a source noticed is visible.
func (p *Pipeline) CompleteUntil() time.Time { return p.graph.Status().CompleteUntil }

// Ready returns nil once every source has been listed and what was found is
// searchable, else what is awaited.
func (p *Pipeline) Ready() error {
	if p.ready.Load() {
		return nil
	}
	for _, f := range p.feeds {
		if _, synced := f.firstListing(); !synced {
			s := f.Source.Status()
			if s.Error != "" {
				return fmt.Errorf("source %s: %s", f.Name, s.Error)
			}
			return fmt.Errorf("source %s is being listed", f.Name)
		}
	}
	return fmt.Errorf("%d documents wait to be indexed", p.graph.Status().Pending)
}

// Changed is closed at the next change of anything that is told here.
func (p *Pipeline) Changed() <-chan struct{} { return p.changed.wait() }
