package objects_test

import (
	"context"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/dataflow/objects"
	"ragserver/ingest/ingesttest"
)

func path(o rag.Object) string { return o.Path }

// listing runs a graph over one complete listing and returns the paths.
func listing(t *testing.T, backend dataflow.Backend, source *ingesttest.Memory) []string {
	t.Helper()
	g := dataflow.New("listing")
	in := objects.NewInput(g, "objects")
	paths := dataflow.Collect(dataflow.Map(in.Stream(), path), "paths")
	work, ctx := errgroup.WithContext(t.Context())
	work.Go(func() error { return g.Run(ctx, dataflow.Options{Backend: backend, Static: true}) })
	work.Go(func() error { return objects.Follow(ctx, in, "mem", source) })
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(paths.Values()))
}

func TestOneListingIsABatch(t *testing.T) {
	source := ingesttest.NewMemory("mem")
	source.Put("a.md", []byte("one"))
	source.Put("b.md", []byte("two"))
	backend := dataflow.Memory()
	if got := listing(t, backend, source); !slices.Equal(got, []string{"a.md", "b.md"}) {
		t.Errorf("got %q", got)
	}
	again := source.Again()
	again.Put("c.md", []byte("three"))
	if got := listing(t, backend, again); !slices.Equal(got, []string{"c.md"}) {
		t.Errorf("the second run outputs %q, want what is new", got)
	}
}

func TestSourceIsFollowed(t *testing.T) {
	source := ingesttest.NewMemory("mem")
	source.Put("a.md", []byte("one"))
	g := dataflow.New("following")
	in := objects.NewInput(g, "objects")
	seen := make(chan string)
	dataflow.Subscribe(dataflow.Map(in.Stream(), path), "paths", func(_ dataflow.Epoch, batch []dataflow.Delta[string]) error {
		for _, d := range batch {
			if d.Diff < 0 {
				seen <- "-" + d.Value
			} else {
				seen <- "+" + d.Value
			}
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	work.Go(func() error { return objects.Follow(ctx, in, "mem", source) })
	want := func(change string) {
		t.Helper()
		if got := <-seen; got != change {
			t.Errorf("got %s, want %s", got, change)
		}
	}
	want("+a.md")
	source.Put("b.md", []byte("two"))
	want("+b.md")
	source.Delete("a.md")
	want("-a.md")
	cancel()
	if err := work.Wait(); err != nil {
		t.Error(err)
	}
}
