// Package bleve is the text leg on disk: bleve analyzes texts, its scorch keeps
// segments in the format of package postings, and BM25 is computed here.
//
// bleve's own scorers are not used: they damp term frequencies by a square root,
// and take the number of distinct terms for the mean length, so that scores
// drift as the vocabulary grows. Reading the postings directly gives exact BM25
// and is faster. See the benchmarks.
package bleve

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/analyze"
	"ragserver/index/bleve/postings"
)

// format changes whenever what is on disk would be read differently.
const format = "3"

// Keys of what is kept beside the chunks.
var (
	epochKey = []byte("epoch")
	setupKey = []byte("setup")

	languagesKey = []byte("languages")
)

// Config sets up a Leg.
type Config struct {
	// Dir is where the leg keeps its files. It is made if it is missing.
	Dir string

	// Analyzer is one of package analyze; default analyze.Auto.
	Analyzer string
}

// A Leg finds chunks by their words.
type Leg struct {
	dir      string
	setup    string
	scorch   *scorch.Scorch
	queue    *bleveindex.AnalysisQueue
	counters chan *counter // one for each worker, and for queries
	scratch  sync.Pool     // of *collector

	languages languages

	durable atomic.Uint64

	mu     sync.Mutex // held by Apply, Rebind and Close; guards the rest
	rows   map[rag.ChunkID]index.Row
	epoch  rag.Epoch
	bound  bool // rows of what is on disk are known
	filled bool // epoch 0 was applied and has to be followed by an epoch
	closed bool
	saved  chan struct{} // closed when the last epoch is on disk; nil: none was applied

	current struct {
		sync.Mutex
		view *view
	}
}

// Open opens or makes the index in c.Dir. An error that matches
// index.ErrCorrupt says that c.Dir should be deleted and the index filled again.
func Open(c Config) (*Leg, error) {
	if c.Dir == "" {
		return nil, errors.New("bleve: no directory")
	}
	if c.Analyzer == "" {
		c.Analyzer = analyze.Auto
	}
	workers := runtime.GOMAXPROCS(0)
	l := &Leg{
		dir:      c.Dir,
		setup:    format + " " + c.Analyzer,
		counters: make(chan *counter, workers),
		scratch:  sync.Pool{New: func() any { return new(collector) }},
		rows:     make(map[rag.ChunkID]index.Row),
	}
	for range workers {
		a, err := analyze.New(c.Analyzer)
		if err != nil {
			return nil, fmt.Errorf("bleve: %w", err)
		}
		l.counters <- newCounter(a)
	}
	l.queue = bleveindex.NewAnalysisQueue(workers)
	if err := l.open(); err != nil {
		l.queue.Close()
		return nil, err
	}
	return l, nil
}

// open opens scorch. It reads files that anything may have happened to.
func (l *Leg) open() (err error) {
	postings.Register()
	defer recoverCorrupt(l.dir, &err, debug.SetPanicOnFault(true))
	if err := l.inspect(); err != nil {
		return openError(l.dir, err)
	}
	l.scorch, err = l.openScorch(settings(l.dir))
	if err != nil {
		return openError(l.dir, err)
	}
	if err := l.check(); err != nil {
		return errors.Join(err, l.scorch.Close())
	}
	return nil
}

// settings are scorch's. Batches do not wait for the disk: the store is the
// truth, and what a crash loses is found out by Rebind.
func settings(dir string) map[string]any {
	return map[string]any{
		"path":         dir,
		"unsafe_batch": true,

		"forceSegmentType":    postings.Type,
		"forceSegmentVersion": postings.Version,

		"bolt_timeout": "1s",
		"scorchPersisterOptions": map[string]any{
			// Small changes gather in memory, which makes fewer files.
			"PersisterNapTimeMSec":      100,
			"PersisterNapUnderNumFiles": 200,
		},
		"scorchMergePlanOptions": map[string]any{
			// Merging is cheap, and each segment costs every query.
			"MaxSegmentsPerTier":   4,
			"SegmentsPerMergeTask": 8,
			"FloorSegmentSize":     4000,
		},
		"asyncErrorCallbackName": slowDown(),
	}
}

// check reads what the index says of itself.
func (l *Leg) check() error {
	reader, err := l.scorch.Reader()
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	defer reader.Close()
	docs, err := reader.DocCount()
	if err != nil {
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	setup, err := reader.GetInternal(setupKey)
	if err != nil {
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	if (docs > 0 || len(setup) > 0) && string(setup) != l.setup {
		return fmt.Errorf("bleve: %s was written as %q, not %q: %w", l.dir, setup, l.setup, index.ErrCorrupt)
	}
	used, err := reader.GetInternal(languagesKey)
	if err != nil {
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	list := decodeLanguages(used)
	l.languages.list.Store(&list)
	l.bound = docs == 0
	epoch, err := reader.GetInternal(epochKey)
	if err != nil {
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	if len(epoch) == 8 {
		l.epoch = rag.Epoch(binary.BigEndian.Uint64(epoch))
		l.durable.Store(uint64(l.epoch))
	}
	return nil
}

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return rag.Epoch(l.durable.Load()) }

// Apply implements index.Leg.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch != 0 && epoch <= l.epoch {
		return nil
	}
	if !l.bound {
		return fmt.Errorf("bleve: %s holds chunks; Rebind has to be called first", l.dir)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(changes) > 0 || l.filled && epoch != 0 {
		l.pace(ctx)
		if err := l.write(epoch, changes); err != nil {
			return fmt.Errorf("bleve: writing to %s: %w", l.dir, err)
		}
	}
	l.filled = epoch == 0
	if epoch != 0 {
		l.epoch = epoch
	}
	return l.refresh()
}

// maxSegments is how many segments there may be before a change waits for those
// in memory to be joined on disk. Each costs a query about a microsecond.
const maxSegments = 128

// pace waits for the disk if changes come faster than it takes them, but not for
// ever: it may be full.
func (l *Leg) pace(ctx context.Context) {
	v := l.view()
	if v == nil {
		return
	}
	defer v.release()
	if len(v.segments) < maxSegments || l.saved == nil {
		return
	}
	select {
	case <-l.saved:
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}

// write makes one batch of changes. An epoch that changes nothing is not
// written; it is durable with the next one.
func (l *Leg) write(epoch rag.Epoch, changes []index.Change) (err error) {
	defer recoverCorrupt(l.dir, &err, debug.SetPanicOnFault(true))
	batch := bleveindex.NewBatch()
	for _, c := range changes {
		if _, ok := l.rows[c.ID]; ok && c.Diff < 0 {
			batch.Delete(string(c.ID[:]))
		}
	}
	for _, c := range changes {
		if c.Diff > 0 {
			batch.Update(&document{id: c.ID, text: c.Text.String(), language: c.Text.Language, counters: l.counters})
		}
	}
	batch.SetInternal(setupKey, []byte(l.setup))
	list, more := l.languages.with(changes)
	if more {
		batch.SetInternal(languagesKey, encodeLanguages(list))
	}
	before := l.saved
	if epoch != 0 {
		batch.SetInternal(epochKey, binary.BigEndian.AppendUint64(nil, uint64(epoch)))
		saved := make(chan struct{})
		l.saved = saved
		batch.SetPersistedCallback(func(error) {
			l.durable.Store(uint64(epoch)) // in order, from one goroutine
			close(saved)
		})
	}
	if err := l.scorch.Batch(batch); err != nil {
		l.saved = before
		return err
	}
	l.languages.list.Store(&list)
	for _, c := range changes {
		if c.Diff < 0 {
			delete(l.rows, c.ID)
		}
	}
	for _, c := range changes {
		if c.Diff > 0 {
			l.rows[c.ID] = c.Row
		}
	}
	return nil
}

// Close implements index.Leg. It gives what was applied a few seconds to reach
// the disk.
func (l *Leg) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	l.show(nil)
	if l.saved != nil {
		select {
		case <-l.saved:
		case <-time.After(5 * time.Second):
		}
	}
	err := l.scorch.Close()
	l.queue.Close()
	return err
}
