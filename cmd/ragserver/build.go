package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ragserver/api"
	"ragserver/configs"
	"ragserver/embed"
	"ragserver/index"
	"ragserver/index/hybrid"
	"ragserver/ingest/fs"
	"ragserver/llm"
	"ragserver/llm/answer"
	"ragserver/parse"
	"ragserver/parse/formats"
	"ragserver/parse/isolate"
	"ragserver/pipeline"
	"ragserver/remote"
	"ragserver/retrieve"
	"ragserver/store"
	"ragserver/store/pebblestore"
	"ragserver/web"
)

// uploadsSource is the name of the source that holds what was sent to the API.
const uploadsSource = "uploads"

// A service is everything that serve runs, connected.
type service struct {
	store    store.Store
	index    *hybrid.Index
	parsers  *isolate.Pool
	drawers  *isolate.Pool // nil without PDFium
	pipeline *pipeline.Pipeline
	handler  *api.Handler
	embedder *embed.Counter
}

// build connects the objects in the order of the data: store, sources, parsers,
// splitter, embedder, index, pipeline, retriever, answerer, API.
func build(s settings, log *slog.Logger) (*service, error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	kv, err := pebblestore.Open(pebblestore.Config{
		Dir: filepath.Join(s.Data, "store"), Reserve: s.Limits.DiskReserve, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	v := &service{store: kv}
	if err := v.connect(s, log); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

func (v *service) connect(s settings, log *slog.Logger) error {
	list, uploads, err := s.sources(log)
	if err != nil {
		return err
	}
	if v.parsers, err = s.parsers(context.Background()); err != nil {
		return err
	}
	splitter, err := s.splitter()
	if err != nil {
		return err
	}
	situator, err := s.situator(v.store)
	if err != nil {
		return err
	}
	var cached embed.Embedder
	v.embedder, cached, err = s.embedder(s.Embedder, v.store)
	if err != nil {
		return err
	}
	if v.index, err = s.index(log, v.store); err != nil {
		return err
	}
	former, err := s.former(v.store, cached.Space(), log)
	if err != nil {
		return err
	}
	if err := s.besideFormer(v.index, former, log); err != nil {
		return err
	}
	written, err := s.Embedder.Written()
	if err != nil {
		return err
	}
	parser, timeout, err := s.ruled(formats.Isolated(v.parsers))
	if err != nil {
		return err
	}
	v.pipeline, err = pipeline.New(pipeline.Config{
		Store: v.store, Index: v.index, Sources: list,
		Parser: parser, ParserID: s.parserID(),
		Splitter: splitter, Context: situator, Embedder: cached, Model: written, Former: former.embedder,
		MaxSize: s.Limits.MaxSize, ParseTimeout: timeout, ParseWorkers: s.Limits.Workers,
		Logger: log,
	})
	if err != nil {
		return err
	}
	retriever := retrieve.New(retrieve.Config{
		Index: v.index, Chunks: v.pipeline, Embedder: cached, CompleteUntil: v.pipeline.CompleteUntil,
		Former: former.embedder, Documents: v.pipeline, Share: s.Index.Share,
	})
	answers, model, err := s.answerer(retriever)
	if err != nil {
		return err
	}
	if v.drawers, err = s.drawing(); err != nil {
		return err
	}
	var drawer parse.Drawer
	if v.drawers != nil {
		drawer = v.drawers
	}
	docs := &documents{pipeline: v.pipeline, uploads: uploads, maxSize: s.maxSize()}
	v.handler, err = api.New(api.Config{
		Version: buildVersion(), Logger: log, UI: web.Handler(),
		Hosts: s.HTTP.Hosts, CORS: s.HTTP.CORS, Keys: s.HTTP.Keys,
		MaxUpload: s.HTTP.MaxUpload, RequestTimeout: s.HTTP.RequestTimeout,
	}, api.Service{
		Retriever: retriever, Answerer: answers, Documents: docs, Pages: newPages(v.pipeline, drawer),
		Monitor: &monitor{pipeline: v.pipeline, retriever: retriever, index: v.index, embedder: v.embedder, former: former.unusable, model: model},
	})
	return err
}

// Close releases what build opened, last first.
func (v *service) Close() error {
	var errs []error
	if v.index != nil {
		errs = append(errs, v.index.Close())
	}
	return errors.Join(append(errs, v.store.Close())...)
}

// sources builds the configured sources, and the one of uploads.
func (s settings) sources(log *slog.Logger) ([]pipeline.Source, string, error) {
	var list []pipeline.Source
	for _, block := range s.Sources {
		source, err := sources(s.Data, log).Build(block)
		if err != nil {
			return nil, "", err
		}
		list = append(list, source)
	}
	dir := filepath.Join(s.Data, uploadsSource)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", fmt.Errorf("folder of uploads: %w", err)
	}
	source, err := fs.New(fs.Config{Name: uploadsSource, Path: dir, ShowAs: uploadsSource, MaxFileSize: s.maxSize(), Logger: log})
	if err != nil {
		return nil, "", err
	}
	return append(list, pipeline.Source{Name: uploadsSource, Kind: "uploads", Source: source}), dir, nil
}

func (s settings) maxSize() int64 { return orElse(s.Limits.MaxSize, 64<<20) }

// embedder wraps the model: what is cached is not asked, what is asked is
// checked, counted, limited, tried again and, for a remote model, sent in
// batches.
func (s settings) embedder(block configs.Block, kv store.Store) (*embed.Counter, embed.Embedder, error) {
	model, err := embedders().Build(block)
	if err != nil {
		return nil, nil, err
	}
	if !model.remote {
		counter := embed.Count(model.Embedder)
		return counter, embed.Cache(vectors{kv}, embed.Check(counter)), nil
	}
	counter := embed.Count(model.Embedder)
	limited, err := embed.Limit(embed.Limits{
		Concurrent: orElse(s.Remote.Concurrent, 4), RequestsPerMinute: s.Remote.RequestsPerMinute,
	}, embed.Check(counter))
	if err != nil {
		return nil, nil, err
	}
	retried := embed.Retry(remote.Backoff{Tries: 3, First: 500 * time.Millisecond, Max: 10 * time.Second}, limited)
	// Below the batches, so that what one of them has cost is kept when the
	// next one of the same document fails.
	batched, err := embed.Batch(orElse(s.Remote.BatchSize, model.batch), 0, embed.Cache(vectors{kv}, retried))
	return counter, batched, err
}

// vectors gives the store to embed.Cache. What it writes is not synced: the next
// epoch is, and everything before it.
type vectors struct{ store.Store }

func (v vectors) Put(entries []embed.Entry) error {
	var b store.Batch
	for _, e := range entries {
		b.Put(e.Key, e.Value)
	}
	return v.Commit(&b, false)
}

func (s settings) index(log *slog.Logger, kv store.Store) (*hybrid.Index, error) {
	vector, err := vectorLegs(log).Build(s.Index.Vector)
	if err != nil {
		return nil, err
	}
	text, err := openText(s, log)
	if err != nil {
		return nil, err
	}
	return hybrid.New(hybrid.Config{
		Fusion: hybrid.Fusion(s.Index.Fusion), Candidates: s.Index.Candidates, Logger: log,
		History: s.Index.History, Texts: pipeline.Texts(kv),
		Dir:       filepath.Join(s.Data, "index", "checkpoint"),
		Legs:      s.Index.Vector.Fingerprint() + " " + s.Index.Text.Fingerprint(),
		SaveAfter: s.Index.SaveAfter,
		Warm:      []string{"path"}, // globs
	}, vector, text)
}

// openText opens the text leg. One that is corrupt is put aside and filled
// again from the store.
func openText(s settings, log *slog.Logger) (index.Leg, error) {
	dir := filepath.Join(s.Data, "index", s.Index.Text.Kind)
	leg, err := textLegs(dir).Build(s.Index.Text)
	if !errors.Is(err, index.ErrCorrupt) {
		return leg, err
	}
	log.Warn("the text index is corrupt and is built again", "dir", dir, "error", err)
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("removing the corrupt index: %w", err)
	}
	return textLegs(dir).Build(s.Index.Text)
}

// answerer returns what answers questions, and the name of its model.
func (s settings) answerer(r *retrieve.Retriever) (api.Answerer, string, error) {
	chat, err := chats().Build(s.Chat)
	if err != nil {
		return nil, "", err
	}
	a, model, err := newAnswerer(chat, s.Answer)
	return &answers{answerer: a, retriever: r}, model, err
}

func newAnswerer(chat llm.Chat, c answerSettings) (answer.Answerer, string, error) {
	if chat == nil {
		a, err := answer.Extractive(answer.ExtractiveConfig{K: c.K})
		return a, "extractive", err
	}
	a, err := answer.Standard(chat, answer.Config{K: c.K})
	return a, chat.Model(), err
}
