package metadata

import (
	"context"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// A column is what is kept by document and made when it is first asked for. While
// it is being made, changes wait in a log: they are applied in order afterwards,
// whether the walk has seen them or not.
type column struct {
	set func(slot uint32, r Record) // r is nil for an empty slot

	ready chan struct{} // closed when it is made, or could not be
	err   error         // why not; read after ready

	mu   sync.RWMutex // guards the rest, and what set writes
	made bool
	log  []Change
}

// build makes the column. Nobody else reads or writes it meanwhile.
func (c *column) build(ctx context.Context, docs Documents) error {
	if err := docs.Walk(ctx, c.set); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, change := range c.log {
		c.set(change.Slot, change.Record)
	}
	c.made, c.log = true, nil
	return nil
}

// done lets those who wait go on.
func (c *column) done(err error) {
	c.err = err
	close(c.ready)
}

// wait returns when somebody else has made the column. It is false if he could
// not: then it is the caller's turn. The error is that of ctx.
func (c *column) wait(ctx context.Context) (bool, error) {
	select {
	case <-c.ready:
		return c.err == nil, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// batch is how many changes or values are looked at before another goroutine may
// have its turn.
const batch = 1 << 14

func (c *column) apply(changes []Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.made {
		c.log = append(c.log, changes...)
		return
	}
	for _, change := range changes {
		c.set(change.Slot, change.Record)
	}
}

// A live knows which documents there are, and how many chunks each has.
type live struct {
	column
	slots  *roaring.Bitmap
	chunks []uint32 // by slot
}

func newLive() *live {
	l := &live{slots: roaring.New()}
	l.column = column{ready: make(chan struct{}), set: l.setRecord}
	return l
}

func (l *live) setRecord(slot uint32, r Record) {
	if r == nil {
		l.slots.Remove(slot)
		return
	}
	for int(slot) >= len(l.chunks) {
		l.chunks = append(l.chunks, 0)
	}
	l.slots.Add(slot)
	l.chunks[slot] = uint32(r.Chunks())
}

// documents returns a copy.
func (l *live) documents() *roaring.Bitmap {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.slots.Clone()
}
