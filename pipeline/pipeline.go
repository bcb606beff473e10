// Package pipeline is the path of a document: source, parse, chunk, embed,
// index. It is a graph of package dataflow, and the only place that knows the
// order.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/dataflow"
	"ragserver/dataflow/durable"
	"ragserver/embed"
	"ragserver/index/hybrid"
	"ragserver/ingest"
	"ragserver/parse"
	"ragserver/store"
)

// Config connects a Pipeline. Store, Index, Parser, Splitter and Embedder are
// required.
type Config struct {
	Store    store.Store
	Index    Index
	Sources  []Source
	Parser   parse.Parser
	Splitter *chunk.Splitter
	Embedder embed.Embedder // with its cache, whose keys are embed.Key
	Context  Situator       // nil: chunks have no context

	// Model is what builds Embedder again; see Model.Config.
	Model string
	// Former is, if Embedder has another space than the store remembers, the
	// embedder of that one with its cache, whose vectors are searched until
	// all documents have new ones: Index has a leg Beside then. Without it
	// they are found by their words until then.
	Former embed.Embedder

	// ParserID names the parsers' version and options: when it changes, all
	// documents are parsed again.
	ParserID string

	MaxSize      int64         // of a document, bytes; default 64 MiB
	ParseTimeout time.Duration // for one document; default 1 min
	EmbedTimeout time.Duration // for one document; default 5 min
	ParseWorkers int           // default 2
	EmbedWorkers int           // default 4
	Logger       *slog.Logger
}

// An Index is what the pipeline keeps equal to the store; *hybrid.Index is one.
type Index interface {
	// Restore makes the index equal to t. It is called once, before Apply.
	Restore(ctx context.Context, t hybrid.Truth) error
	// Apply makes the changes of an epoch visible, all at once.
	Apply(ctx context.Context, e rag.Epoch, b hybrid.Batch) error
	// Since returns the epoch after which the next Restore asks what was
	// touched, and whether it ever asks. It is called like Apply.
	Since() (rag.Epoch, bool)
	// Notes iterates over all documents with what was noted of them.
	Notes() iter.Seq2[rag.URI, string]
	// Vectors returns how many chunks have a vector of the configured
	// model, and how many chunks there are. Any goroutine may call it.
	Vectors() (vectors, chunks int)
	// Swap has the vectors of the configured model searched from now on, if
	// those of a former one were; identity is what Truth.Identity will say.
	// Any goroutine may call it.
	Swap(ctx context.Context, identity string) error
}

// A Situator says where chunks stand in their document; *situate.Situator is one.
type Situator interface {
	// Situate gives the chunks of a text, in order, their Context where it
	// can, and their IDs. It fails only if ctx is done or nothing can be stored.
	Situate(ctx context.Context, t rag.Text, chunks []rag.Chunk) error
	// ID names all that decides what chunks are given.
	ID() string
}

// chunksID names all that decides what the chunks of a text are.
func (c Config) chunksID() string {
	if c.Context == nil {
		return c.Splitter.ID()
	}
	return c.Splitter.ID() + "|" + c.Context.ID()
}

// A Source is a named collection to keep up with.
type Source struct {
	Name string // the part of its URIs before the colon
	Kind string // for people
	ingest.Source
}

func (c Config) withDefaults() Config {
	set(&c.MaxSize, 64<<20)
	set(&c.ParseTimeout, time.Minute)
	set(&c.EmbedTimeout, 5*time.Minute)
	set(&c.ParseWorkers, 2)
	set(&c.EmbedWorkers, 4)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// A Pipeline keeps an index equal to its sources.
type Pipeline struct {
	c       Config
	graph   *dataflow.Graph
	objects *dataflow.Input[listed]
	texts   dataflow.Results[parsed]
	counts  *counts
	feeds   []*feed
	sink    *sink
	shelf   shelf
	known   objects // as of the start, until each source has taken its own
	ready   atomic.Bool
	visible atomic.Uint64 // the last epoch that searches see
	changed *broadcast

	change   *modelChange // nil: the model is that of the last run
	identity string       // of the truth with the vectors of Embedder; set at start
}

// The names of the slow stages in the engine's status.
const (
	parseStage  = "parse"
	vectorStage = "embed"
)

// New connects a Pipeline. It starts nothing.
func New(c Config) (*Pipeline, error) {
	p := &Pipeline{c: c.withDefaults(), counts: newCounts(), changed: newBroadcast()}
	for i, s := range c.Sources {
		for _, other := range c.Sources[:i] {
			if s.Name == other.Name {
				return nil, fmt.Errorf("two sources are named %q", s.Name)
			}
		}
		p.feeds = append(p.feeds, &feed{Source: s})
	}
	var err error
	if p.change, err = readChange(p.c); err != nil {
		return nil, err
	}
	p.build()
	return p, nil
}

// build defines the graph: this is the path of a document.
func (p *Pipeline) build() {
	g := dataflow.New("documents")
	r := &reader{open: p.open, parser: p.c.Parser, maxSize: p.c.MaxSize, textOf: p.text}
	e := &embedStage{splitter: p.c.Splitter, context: p.c.Context, embedder: p.c.Embedder, change: p.change, textOf: p.textOnce, passagesOf: p.passages}

	p.objects = dataflow.NewInput(g, "objects",
		func(l listed) string { return string(l.Object.URI) }, dataflow.JSON[listed]())
	parsedTexts := dataflow.Async(p.objects.Stream(), dataflow.AsyncConfig[listed, parsed]{
		Name:        parseStage,
		Key:         func(l listed) string { return string(l.Object.URI) },
		Prepare:     r.prepare,
		Failed:      readFailure,
		Retryable:   readAgain,
		Provisional: r.unread,
		Workers:     p.c.ParseWorkers,
		Timeout:     p.c.ParseTimeout,
		Backoff:     dataflow.Backoff{First: time.Second, Max: time.Minute},
		Generation:  p.c.ParserID + "|" + parsedVersion,
		In:          dataflow.JSON[listed](),
		Result:      parsedCodec(),
	})
	p.texts = dataflow.ResultsOf(parsedTexts)
	all := dataflow.FlatMap(parsedTexts, withParts)
	documents := dataflow.Async(all, dataflow.AsyncConfig[text, embedded]{
		Name:        vectorStage,
		Key:         func(t text) string { return string(t.In.Object.URI) },
		Prepare:     e.prepare,
		Failed:      e.refused,
		Retryable:   embedAgain,
		Provisional: e.provisional,
		Workers:     p.c.EmbedWorkers,
		Timeout:     p.c.EmbedTimeout,
		Backoff:     dataflow.Backoff{First: time.Second, Max: time.Minute},
		Generation:  p.c.chunksID() + "|" + p.c.Embedder.Space().ID,
		In:          textCodec(),
		Result:      embeddedCodec(),
	})
	p.sink = &sink{index: p.c.Index, counts: p.counts, applied: p.applied}
	dataflow.To(documents, "index", p.sink)
	p.graph = g
}

// Run fills the index from the store, then follows the sources until ctx is
// done or the store fails. All that it started has ended when it returns.
func (p *Pipeline) Run(ctx context.Context) error {
	if err := p.restore(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to end
		}
		return fmt.Errorf("filling the index from the store: %w", err)
	}
	if err := p.sweep(); err != nil {
		return fmt.Errorf("removing unused vectors: %w", err)
	}
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		return p.graph.Run(ctx, dataflow.Options{
			Backend:   durable.On(p.c.Store),
			Prefix:    []byte(enginePrefix),
			Logger:    p.c.Logger,
			Transient: durable.Transient,
		})
	})
	work.Go(func() error { return p.dropUnknownSources(ctx) })
	for _, f := range p.feeds {
		work.Go(func() error { return f.run(ctx, p) })
	}
	work.Go(func() error { return p.becomeReady(ctx) })
	work.Go(func() error { return p.followModel(ctx) })
	return errors.Join(work.Wait(), p.noteSettled())
}

// applied notes that searches see epoch e.
func (p *Pipeline) applied(e rag.Epoch) {
	p.visible.Store(uint64(e))
	p.changed.notify()
}

// restore makes the index equal to the last commit. Nothing is embedded.
func (p *Pipeline) restore(ctx context.Context) error {
	name, err := storeName(p.c.Store)
	if err != nil {
		return err
	}
	snapshot := p.c.Store.Snapshot()
	defer snapshot.Close()
	if err := p.sink.log.load(snapshot); err != nil {
		return err
	}
	t, err := p.truth(snapshot, name)
	if err != nil {
		return err
	}
	if err := p.c.Index.Restore(ctx, t); err != nil {
		return err
	}
	if err := p.counts.load(p.c.Index.Notes()); err != nil {
		return err
	}
	p.applied(t.Epoch())
	return nil
}

// truth shows s, the store of this name, with the vectors that are searched.
func (p *Pipeline) truth(s store.Snapshot, name string) (hybrid.Truth, error) {
	space := p.c.Embedder.Space()
	p.identity = identity(name, space)
	if former := p.change.inUse(); former != nil {
		return newChangingTruth(s, name, former.Space(), space)
	}
	return newTruth(s, name, space)
}

func (p *Pipeline) open(ctx context.Context, o rag.Object) (io.ReadCloser, error) {
	name, _ := o.URI.Split()
	for _, f := range p.feeds {
		if f.Name == name {
			return f.Open(ctx, o)
		}
	}
	return nil, fmt.Errorf("source %q is not configured any more: %w", name, ingest.ErrGone)
}

// passages returns the stored list of a document's chunks.
func (p *Pipeline) passages(uri rag.URI) ([]passage, error) { return readPassages(p.c.Store, uri) }

// Chunk returns a chunk as of the last commit, or false if it is gone.
func (p *Pipeline) Chunk(id rag.ChunkID) (rag.Chunk, bool, error) { return readChunk(p.c.Store, id) }
