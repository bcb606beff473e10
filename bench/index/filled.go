package main

import (
	"context"
	"fmt"
	"path/filepath"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/hybrid"
)

// chunksPerDocument is how the chunks of a filled index are shared out.
const chunksPerDocument = 10

// A filled is an index with chunks that it makes itself, and questions to it.
type filled struct {
	index        *hybrid.Index
	vector, text index.Leg
	epoch        rag.Epoch
	n            int

	vectors *generator
	texts   *writer
	chunks  map[int]hybrid.ChunkChange // some that are in the index, by row number
	queries []hybrid.Query
}

// fill makes an index of n chunks with vectors and texts, and waits until it
// rests.
func fill(ctx context.Context, r request, queries int) (*filled, error) {
	stop, err := stopWords()
	if err != nil {
		return nil, err
	}
	f := &filled{n: r.N, vectors: newGenerator(clustered, r.N, r.Dim), texts: newWriter(stop), chunks: make(map[int]hybrid.ChunkChange)}
	if f.vector, err = vectorLeg(r.Leg, graphM, graphEfC); err != nil {
		return nil, err
	}
	if f.text, err = textLeg(r.Text, "", filepath.Join(r.Dir, "text")); err != nil {
		return nil, err
	}
	if f.index, err = hybrid.New(hybrid.Config{}, f.vector, f.text); err != nil {
		return nil, err
	}
	for from := 0; from < f.n; from += part {
		if err := f.apply(ctx, f.batch(from, min(from+part, f.n))); err != nil {
			return nil, err
		}
	}
	for i := range queries {
		text := f.chunks[i*kept%(f.n-f.n%kept)].Text.Body
		f.queries = append(f.queries, hybrid.Query{Text: f.texts.query(text), Vector: f.vectors.next(), K: topK, Share: 0.5})
	}
	return f, f.settle(ctx)
}

// kept is one of how many chunks a filled remembers, to replace them.
const kept = 97

// batch adds chunks with these numbers and their documents.
func (f *filled) batch(from, to int) hybrid.Batch {
	var b hybrid.Batch
	for i := from; i < to; i++ {
		uri := rag.URI(fmt.Sprintf("bench:%d", i/chunksPerDocument))
		if i%chunksPerDocument == 0 || i == from {
			b.Documents = append(b.Documents, hybrid.DocumentChange{URI: uri, Metadata: map[string]any{"number": i / chunksPerDocument}})
		}
		c := hybrid.ChunkChange{ID: chunkID(i), URI: uri, Diff: 1, Text: index.Text{Body: f.texts.passage()}, Vector: f.vectors.next()}
		b.Chunks = append(b.Chunks, c)
		if i%kept == 0 {
			f.chunks[i] = c
		}
	}
	return b
}

func (f *filled) apply(ctx context.Context, b hybrid.Batch) error {
	f.epoch++
	return f.index.Apply(ctx, f.epoch, b)
}

// replace is a batch that replaces one chunk by another one.
func (f *filled) replace(turn int) hybrid.Batch {
	at := turn * kept % (f.n - f.n%kept)
	old := f.chunks[at]
	fresh := old
	fresh.ID, fresh.Text, fresh.Vector = chunkID(1<<30+turn), index.Text{Body: f.texts.passage()}, f.vectors.next()
	f.chunks[at] = fresh
	return hybrid.Batch{Chunks: []hybrid.ChunkChange{{ID: old.ID, URI: old.URI, Diff: -1}, fresh}}
}

func (f *filled) settle(ctx context.Context) error {
	if err := settle(ctx, f.vector); err != nil {
		return err
	}
	return settle(ctx, f.text)
}

// ask asks one of the questions, whichever leg the mode names.
func (f *filled) ask(ctx context.Context, turn int, m hybrid.Mode) error {
	q := f.queries[turn%len(f.queries)]
	q.Mode = m
	s := f.index.Snapshot()
	defer s.Close()
	hits, err := s.Search(ctx, q)
	if err == nil && len(hits) == 0 {
		err = fmt.Errorf("question %d has no answer", turn)
	}
	return err
}

func (f *filled) close() error { return f.index.Close() }
