// Package objects connects a dataflow to the sources of documents: a folder, a
// bucket, a drive. Their objects are rows, which say what there is; Async with
// Source.Open reads what is in them.
package objects

import (
	"context"
	"fmt"
	"iter"
	"strings"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/ingest"
)

// NewInput adds an input for the objects of any number of sources. Objects are
// told apart by their URIs.
func NewInput(g *dataflow.Graph, name string) *dataflow.Input[rag.Object] {
	return dataflow.NewInput(g, name, func(o rag.Object) string { return string(o.URI) }, dataflow.JSON[rag.Object]())
}

// Follow keeps in equal to a source whose URIs begin with name and a colon, until
// ctx is done, which returns nil, or the graph has ended. With Options.Static it
// reads one complete listing, closes the input and returns. It waits for the
// graph's Run to begin, and is called once for each source.
func Follow(ctx context.Context, in *dataflow.Input[rag.Object], name string, s ingest.Source) error {
	static, err := in.Static(ctx)
	if err != nil {
		return ended(ctx, name, err)
	}
	if r, ok := s.(ingest.Resumer); ok {
		offset, err := in.Offset(name)
		if err != nil {
			return ended(ctx, name, err)
		}
		r.Resume(offset)
	}
	known, err := committed(in, name)
	if err != nil {
		return ended(ctx, name, err)
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	listed := false
	err = s.Run(following, known, func(ctx context.Context, b ingest.Batch) error {
		batch := dataflow.Batch[rag.Object]{Partition: name, Offset: b.Offset, Seen: b.Seen}
		for _, c := range b.Changes {
			batch.Deltas = append(batch.Deltas, dataflow.Delta[rag.Object]{Value: c.Object, Diff: c.Diff})
		}
		if _, err := in.Send(ctx, batch); err != nil {
			return err
		}
		if static && b.Synced {
			listed = true
			stop()
		}
		return nil
	})
	if listed {
		in.Close()
		return nil
	}
	return ended(ctx, name, err)
}

// committed iterates over the objects of one source as of the last commit.
func committed(in *dataflow.Input[rag.Object], name string) (iter.Seq[rag.Object], error) {
	var list []rag.Object
	err := in.Each(func(o rag.Object) error {
		if strings.HasPrefix(string(o.URI), name+":") {
			list = append(list, o)
		}
		return nil
	})
	return func(yield func(rag.Object) bool) {
		for _, o := range list {
			if !yield(o) {
				return
			}
		}
	}, err
}

// ended makes nothing of an error that came because ctx is done.
func ended(ctx context.Context, name string, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("source %s: %w", name, err)
}
