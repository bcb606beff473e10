package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/embed"
	"ragserver/index"
	"ragserver/index/analyze"
	"ragserver/index/hybrid"
	"ragserver/pipeline"
	"ragserver/retrieve"
	"ragserver/store/memstore"
)

// eval indexes a collection as the service would, asks its queries, and scores
// the answers.
func eval(ctx context.Context, std streams, args []string) error {
	set := flag.NewFlagSet("eval", flag.ContinueOnError)
	dir := set.String("collection", "", "`folder` with corpus.jsonl, queries.jsonl and qrels/test.tsv")
	spans := set.String("spans", "", "`folder` with documents and questions.jsonl: measure what is found of the spans that answer")
	compare := set.Bool("compare", false, "with --spans: measure many splitters, not the configured one")
	leg := set.String("leg", string(retrieve.Hybrid), "hybrid, vector or bm25")
	file := set.String("config", "", "configuration `file`: embedder, chunk and index are used")
	asJSON := set.Bool("json", false, "print the scores as JSON")
	rest, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || (*dir == "") == (*spans == "") {
		return misused("want --collection or --spans and no other arguments, got %q", rest)
	}
	s, err := load(*file, std)
	if err != nil {
		return err
	}
	if *spans != "" {
		return evalSpans(ctx, std, s, *spans, retrieve.Leg(*leg), *compare, *asJSON)
	}
	c, err := readCollection(*dir)
	if err != nil {
		return err
	}
	e, closeAll, err := newEvaluation(s)
	if err != nil {
		return err
	}
	defer closeAll()
	if err := e.fill(ctx, c.documents); err != nil {
		return err
	}
	result, err := e.score(ctx, c, retrieve.Leg(*leg))
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(result)
	}
	_, err = fmt.Fprintf(std.out, "%s on %s: nDCG@10 %.4f, recall@10 %.4f, recall@100 %.4f, MRR %.4f, %.0f queries/s (%d documents, %d queries)\n",
		*leg, *dir, result.NDCG10, result.Recall10, result.Recall100, result.MRR, result.QPS, result.Documents, result.Queries)
	return err
}

// An evaluation is an index with what fills and searches it.
type evaluation struct {
	splitter *chunk.Splitter
	context  pipeline.Situator // nil: none
	embedder embed.Embedder
	index    *hybrid.Index
	share    *float64
	chunks   map[rag.ChunkID]rag.Chunk
	ids      map[rag.URI]string // of the collection's documents
	epoch    rag.Epoch          // the last one
}

func newEvaluation(s settings) (*evaluation, func(), error) {
	dir, err := os.MkdirTemp("", "ragserver-eval-*")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	s.Data = dir
	e := &evaluation{share: s.Index.Share, chunks: make(map[rag.ChunkID]rag.Chunk), ids: make(map[rag.URI]string)}
	if e.splitter, err = s.splitter(); err == nil {
		_, e.embedder, err = s.embedder(s.Embedder, memstore.New())
	}
	if err == nil {
		e.context, err = s.situator(memstore.New())
	}
	if err == nil {
		s.Index.History = 0
		e.index, err = s.index(slog.New(slog.DiscardHandler), memstore.New())
	}
	if err == nil {
		err = e.index.Restore(context.Background(), emptyTruth{})
	}
	if err != nil {
		remove()
		return nil, nil, err
	}
	return e, func() { e.index.Close(); remove() }, nil
}

// fill indexes the documents, a few hundred at a time.
func (e *evaluation) fill(ctx context.Context, documents []beirText) error {
	const atOnce = 500
	for part := range slices.Chunk(documents, atOnce) {
		texts := make(map[string]rag.Text, len(part))
		for _, d := range part {
			texts[d.ID] = d.text()
		}
		if err := e.add(ctx, texts); err != nil {
			return err
		}
	}
	return nil
}

// add indexes texts, by the ID of their documents, as one epoch.
func (e *evaluation) add(ctx context.Context, texts map[string]rag.Text) error {
	var batch hybrid.Batch
	var search []string
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		uri, text := rag.NewURI("eval", id), texts[id]
		e.ids[uri] = id
		batch.Documents = append(batch.Documents, hybrid.DocumentChange{URI: uri, Metadata: map[string]any{"path": id}})
		chunks := e.splitter.Split(uri, text)
		if e.context != nil {
			if err := e.context.Situate(ctx, text, chunks); err != nil {
				return err
			}
		}
		for _, c := range chunks {
			e.chunks[c.ID] = c
			batch.Chunks = append(batch.Chunks, hybrid.ChunkChange{ID: c.ID, URI: uri, Diff: 1, Text: index.TextIn(c, text.Title, text.Language)})
			search = append(search, c.SearchText())
		}
	}
	vectors, err := e.embedder.Embed(ctx, embed.Passage, search)
	if err != nil {
		return err
	}
	for i, v := range vectors {
		batch.Chunks[i].Vector = v
	}
	e.epoch++
	return e.index.Apply(ctx, e.epoch, batch)
}

func (e *evaluation) retriever() *retrieve.Retriever {
	return retrieve.New(retrieve.Config{Index: e.index, Chunks: e, Embedder: e.embedder, CompleteUntil: time.Now, Share: e.share})
}

// text makes the title the heading of the whole text, and finds the language as
// the pipeline does.
func (d beirText) text() rag.Text {
	t := rag.Text{Text: d.Text, Title: d.Title, MediaType: "text/plain"}
	if d.Text == "" {
		t.Text = d.Title
	}
	t.Language = analyze.Detect(t.Text)
	section := rag.Section{Kind: rag.Paragraph, End: len(t.Text)}
	if d.Title != "" && d.Text != "" {
		section.Heading = []string{d.Title}
	}
	if t.Text != "" {
		t.Sections = []rag.Section{section}
	}
	return t
}

// score asks every query for chunks and ranks the documents by their best one.
func (e *evaluation) score(ctx context.Context, c *collection, leg retrieve.Leg) (scores, error) {
	r := e.retriever()
	result := scores{Documents: len(c.documents)}
	began := time.Now()
	rankings := make([][]string, len(c.queries))
	for i, q := range c.queries {
		found, err := r.Retrieve(ctx, retrieve.Query{Text: q.Text, K: 200, Leg: leg})
		if err != nil {
			return result, fmt.Errorf("query %s: %w", q.ID, err)
		}
		seen := make(map[rag.URI]bool)
		for _, h := range found.Hits {
			if !seen[h.Chunk.URI] {
				seen[h.Chunk.URI] = true
				rankings[i] = append(rankings[i], e.ids[h.Chunk.URI])
			}
		}
	}
	result.QPS = float64(len(c.queries)) / time.Since(began).Seconds()
	for i, q := range c.queries {
		result.add(rankings[i], c.relevance[q.ID])
	}
	result.mean()
	return result, nil
}

// Chunk implements retrieve.Chunks.
func (e *evaluation) Chunk(id rag.ChunkID) (rag.Chunk, bool, error) {
	c, ok := e.chunks[id]
	return c, ok, nil
}

// emptyTruth is the start of an index that is filled by Apply alone.
type emptyTruth struct{}

func (emptyTruth) Epoch() rag.Epoch { return 0 }

func (emptyTruth) Documents() iter.Seq2[hybrid.StoredDocument, error] {
	return func(func(hybrid.StoredDocument, error) bool) {}
}

func (emptyTruth) Identity() string { return "" }

func (emptyTruth) Touched(rag.Epoch) (hybrid.Touched, bool, error) {
	return hybrid.Touched{}, false, nil
}

func (emptyTruth) Document(rag.URI) (hybrid.StoredDocument, bool, error) {
	return hybrid.StoredDocument{}, false, nil
}

func (emptyTruth) Text(rag.ChunkID) (index.Text, error) { return index.Text{}, nil }
