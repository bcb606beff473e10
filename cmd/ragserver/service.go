package main

import (
	"context"
	"sync"

	rag "ragserver"
	"ragserver/api"
	"ragserver/embed"
	"ragserver/index/hybrid"
	"ragserver/index/metadata"
	"ragserver/llm/answer"
	"ragserver/pipeline"
	"ragserver/retrieve"
)

// answers answers a request with the passages that one retriever finds.
type answers struct {
	answerer  answer.Answerer
	retriever *retrieve.Retriever
}

func (a *answers) Answer(ctx context.Context, r api.AnswerRequest, emit func(answer.Event) error) (answer.Answer, api.Freshness, error) {
	from := &passages{retriever: a.retriever, request: r}
	got, err := a.answerer.Answer(ctx, answer.Question{Text: r.Prompt, K: r.K, Model: r.Model, From: from}, emit)
	return got, from.freshness(), err
}

// passages finds what one question reads, and remembers which state of the
// index it was. An answerer that asks again sees the newest documents again; the
// freshness is that of the first time, which holds for all.
type passages struct {
	retriever *retrieve.Retriever
	request   api.AnswerRequest

	mu    sync.Mutex // guards fresh
	fresh *api.Freshness
}

func (p *passages) Retrieve(ctx context.Context, question string, k int) ([]answer.Passage, error) {
	result, err := p.retriever.Retrieve(ctx, retrieve.Query{
		Text: question, K: k, Filter: p.request.Filter, Glob: p.request.Glob, Epoch: p.request.Epoch,
		Parents: true, // where chunks are cut with parents
	})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	if p.fresh == nil {
		p.fresh = &api.Freshness{Epoch: result.Epoch, CompleteUntil: result.CompleteUntil}
	}
	p.mu.Unlock()
	list := make([]answer.Passage, len(result.Hits))
	for i, h := range result.Hits {
		path, _ := h.Metadata["path"].(string)
		title, _ := h.Metadata["title"].(string)
		list[i] = answer.Passage{Chunk: h.Chunk, Path: path, Title: title, Score: h.Score}
	}
	return list, nil
}

func (p *passages) freshness() api.Freshness {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fresh == nil {
		return api.Freshness{}
	}
	return *p.fresh
}

// monitor tells the API how the service does.
type monitor struct {
	pipeline  *pipeline.Pipeline
	retriever *retrieve.Retriever
	index     *hybrid.Index
	embedder  *embed.Counter
	former    error // why the embedding model before cannot be used while it changes
	model     string
}

func (m *monitor) Sources() []api.SourceStatus {
	var list []api.SourceStatus
	for _, s := range m.pipeline.Sources() {
		list = append(list, api.SourceStatus{
			Name: s.Source.Name, Kind: s.Source.Kind, Status: s.Source.Status(),
			Documents: s.Counts.Indexed + s.Counts.Partial, Failed: s.Counts.Failed,
			Pending: s.Pending, Lag: s.Lag,
		})
	}
	return list
}

func (m *monitor) Statistics() api.Statistics {
	s := m.pipeline.Status()
	stats := api.Statistics{
		Documents: s.Counts.Documents, Indexed: s.Counts.Indexed + s.Counts.Partial,
		Partial: s.Counts.Partial, Failed: s.Counts.Failed,
		Pending: s.Pending, Chunks: s.Counts.Chunks, Vectors: s.Counts.Vectors,
		Embedded: uint64(m.embedder.Asked().Passages), Epoch: s.Epoch,
		LastModified: s.Counts.LastModified, LastIndexed: s.Counts.LastIndexed, CompleteUntil: s.CompleteUntil,
		Embedder: m.embedder.Space().ID, Model: m.model, Trouble: s.Trouble,
		Changing: s.Changing,
	}
	if m.former != nil && s.Changing != "" {
		stats.Trouble = append(stats.Trouble, m.former.Error())
	}
	saved := m.index.Status()
	stats.IndexEpoch, stats.IndexRebuilt, stats.VectorGraph = saved.Saved, saved.Rebuilt, saved.Graph
	if saved.Trouble != nil {
		stats.Trouble = append(stats.Trouble, saved.Trouble.Error())
	}
	if t := m.retriever.Trouble(); t != "" {
		stats.Trouble = append(stats.Trouble, "queries are searched by words only: "+t)
	}
	return stats
}

func (m *monitor) Fields() []metadata.FieldStats { return m.index.Fields() }

func (m *monitor) Ready() error { return m.pipeline.Ready() }

func (m *monitor) Changed() <-chan struct{} { return m.pipeline.Changed() }

// The pipeline stands behind a retriever.
var (
	_ retrieve.Chunks    = (*pipeline.Pipeline)(nil)
	_ retrieve.Documents = (*pipeline.Pipeline)(nil)
)

// documentURI is the URI of an uploaded document.
func documentURI(path string) rag.URI { return rag.NewURI(uploadsSource, path) }
