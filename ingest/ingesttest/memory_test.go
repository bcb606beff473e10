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
	ingesttest.Run(t, func(*testing.T) ingesttest.Collection { return new(collection) })
}

// A collection outlives its sources, which a Memory does not: every new one is
// given what the last one held.
type collection struct {
	data   map[string]string
	broken error
	source *ingesttest.Memory
}

func (c *collection) Source(*testing.T) ingest.Source {
	c.source = ingesttest.NewMemory("mem")
	for key, data := range c.data {
		c.source.Put(key, []byte(data))
	}
	c.source.Fail(c.broken)
	return c.source
}

func (c *collection) Put(_ *testing.T, key, data string) {
	if c.data == nil {
		c.data = make(map[string]string)
	}
	c.data[key] = data
	if c.source != nil {
		c.source.Put(key, []byte(data))
	}
}

func (c *collection) Delete(_ *testing.T, key string) {
	delete(c.data, key)
	if c.source != nil {
		c.source.Delete(key)
	}
}

func (c *collection) Break(*testing.T) { c.fail(errors.New("the listing is broken")) }
func (c *collection) Mend(*testing.T)  { c.fail(nil) }

func (c *collection) fail(err error) {
	c.broken = err
	if c.source != nil {
		c.source.Fail(err)
	}
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
