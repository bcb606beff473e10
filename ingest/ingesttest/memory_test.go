package ingesttest_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"testing"

	rag "ragserver"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
)

func TestMemory(t *testing.T) {
	ingesttest.Run(t, func(*testing.T) ingesttest.Collection { return &collection{ingesttest.NewMemory("mem")} })
}

type collection struct{ latest *ingesttest.Memory }

func (c *collection) Source(*testing.T) ingest.Source {
	c.latest = c.latest.Again()
	return c.latest
}

func (c *collection) Put(_ *testing.T, key, data string) { c.latest.Put(key, []byte(data)) }
func (c *collection) Delete(_ *testing.T, key string)    { c.latest.Delete(key) }
func (c *collection) Break(*testing.T)                   { c.latest.Fail(errors.New("the listing is broken")) }
func (c *collection) Mend(*testing.T)                    { c.latest.Fail(nil) }

func TestWhatComesBackHasAnotherVersion(t *testing.T) {
	m := ingesttest.NewMemory("mem")
	m.Put("a", []byte("1"))
	r := ingesttest.Receive(t, m, nil)
	r.AwaitSynced(1)
	first := r.Objects()["a"].Version
	m.Delete("a")
	m.Put("a", []byte("1"))
	r.AwaitVersion("a", first)
}

// A forgetful source drops every deletion.
type forgetful struct{ *ingesttest.Memory }

func (f forgetful) Run(ctx context.Context, known iter.Seq[rag.Object], emit ingest.Emit) error {
	return f.Memory.Run(ctx, known, func(ctx context.Context, b ingest.Batch) error {
		kept := b.Changes[:0]
		for _, c := range b.Changes {
			if c.Diff > 0 {
				kept = append(kept, c)
			}
		}
		b.Changes = kept
		return emit(ctx, b)
	})
}

func TestReceiverSeesWhatASourceForgets(t *testing.T) {
	m := ingesttest.NewMemory("mem")
	m.Put("a", []byte("1"))
	m.Put("b", []byte("1"))
	r := ingesttest.Receive(t, forgetful{m}, nil)
	r.AwaitSynced(1)
	m.Delete("a")
	m.Put("c", nil)
	r.AwaitKeys("a", "b", "c")
	m.Relist()
	r.AwaitSynced(2)
	if got := r.Stop(); len(got) != 3 {
		t.Errorf("received %v", maps.Keys(got))
	}
}
