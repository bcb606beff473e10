package hybrid

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// A space is the leg that searches the vectors of one model. Index.mu guards
// the rest.
type space struct {
	index.Leg
	former bool          // another one takes its place, see Beside
	states int           // that hold a snapshot of it
	idle   chan struct{} // closed when there are none; nil unless that is awaited
}

// next is the leg of the space that is to take the place of the first one.
// Searches do not see it.
type next struct {
	leg index.Leg
	has *roaring.Bitmap // the rows with a vector; guarded by Index.writer
	n   atomic.Int64    // how many these are
}

// A NextTruth is the Truth of an index whose embedding model changes.
type NextTruth interface {
	Truth
	// NextVectors iterates over all chunks that have a vector of the next
	// space already. It ends after the first error.
	NextVectors() iter.Seq2[StoredChunk, error]
}

// Beside puts leg, which the index owns from now on, beside the vector leg, for
// the vectors of another embedding model. It is of the kind of the first, and is
// called before Restore, whose Truth should be a NextTruth.
//
// From then on a chunk's Vector goes to leg, and its Former one to the leg that
// is searched, until Swap. Checkpoints are of the first leg only.
func (x *Index) Beside(leg index.Leg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.space.former = true
	x.beside = leg
}

// Former tells whether the vectors of the snapshot are of the former model.
func (s *Snapshot) Former() bool { return s.state.space.former }

// Former tells whether the newest state is searched by vectors of the former
// model. It may be called by any goroutine.
func (x *Index) Former() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.current.space.former
}

// Vectors returns how many chunks have a vector of the model in use, or of that
// to come while it changes, and how many chunks there are. Any goroutine may
// call it.
func (x *Index) Vectors() (vectors, chunks int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.next != nil {
		return int(x.next.n.Load()), x.current.chunks
	}
	return x.current.vectors, x.current.chunks
}

// openNext fills the leg that was put beside, when everything else is restored.
func (x *Index) openNext(ctx context.Context, t Truth, epoch rag.Epoch) error {
	if x.beside == nil {
		return nil
	}
	n := &next{leg: x.beside, has: roaring.New()}
	if from, ok := t.(NextTruth); ok {
		if err := x.fillNext(ctx, n, from); err != nil {
			return fmt.Errorf("filling the vector leg of the new embedding model: %w", err)
		}
	}
	if epoch > 0 {
		if err := n.leg.Apply(ctx, epoch, nil); err != nil {
			return fmt.Errorf("filling the vector leg of the new embedding model: %w", err)
		}
	}
	n.n.Store(int64(n.has.GetCardinality()))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next = n
	return nil
}

func (x *Index) fillNext(ctx context.Context, n *next, t NextTruth) error {
	f := filler{leg: n.leg}
	for c, err := range t.NextVectors() {
		if err != nil {
			return err
		}
		row, ok := x.byID.find(x.table, c.ID)
		if !ok || n.has.Contains(row) {
			return fmt.Errorf("chunk %s is not there, or twice", c.ID)
		}
		n.has.Add(row)
		if err := f.add(ctx, index.Change{Row: row, ID: c.ID, Diff: 1, Vector: c.Vector}); err != nil {
			return err
		}
	}
	return f.flush(ctx)
}

// planNext adds a vector of the next space to its leg, if it is not there.
func (p *plan) planNext(n *next, row index.Row, c ChunkChange) {
	if len(c.Vector) == 0 || n.has.Contains(row) {
		return
	}
	p.next = append(p.next, index.Change{Row: row, ID: c.ID, Diff: 1, Vector: c.Vector})
}

func (n *next) apply(ctx context.Context, p *plan) error {
	if n == nil {
		return nil
	}
	return n.leg.Apply(ctx, p.epoch, p.next)
}

// note updates what is known of rows when p is applied.
func (n *next) note(p *plan) {
	if n == nil {
		return
	}
	for _, c := range p.next {
		if c.Diff < 0 {
			n.has.Remove(c.Row)
		}
	}
	for _, c := range p.next {
		if c.Diff > 0 {
			n.has.Add(c.Row)
		}
	}
	n.n.Store(int64(n.has.GetCardinality()))
}

// Swap makes the leg that was put beside the one that is searched: snapshots
// taken after it returns, or before, are all of one space. Past states are not
// held any more. The identity is the Truth's from now on. Swap waits for the
// snapshots of the leg before, and closes it; it may be called by any goroutine,
// and does nothing if no leg was put beside, or it was called before.
func (x *Index) Swap(ctx context.Context, identity string) error {
	old, err := x.swap(identity)
	if err != nil || old == nil {
		return err
	}
	select {
	case <-old.idle:
	case <-ctx.Done():
		return ctx.Err() // Close will close it
	}
	x.mu.Lock()
	x.replaced = nil
	x.mu.Unlock()
	if err := old.Close(); err != nil {
		return fmt.Errorf("closing the vector leg of the former embedding model: %w", err)
	}
	return nil
}

// swap returns the space that is searched no more.
func (x *Index) swap(identity string) (*space, error) {
	x.saving.Lock()
	defer x.saving.Unlock()
	x.writer.Lock()
	defer x.writer.Unlock()
	if x.next == nil {
		return nil, nil
	}
	if x.pending != nil {
		return nil, errors.New("swapping the vector legs: an epoch is applied halfway")
	}
	s, old := x.exchange(identity)
	x.publish(s)
	x.changed(s.chunks + s.docs)
	return old, nil
}

// exchange puts the next space in the place of the first, and returns the state
// to publish.
func (x *Index) exchange(identity string) (*state, *space) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n, old := x.next, x.space
	x.next, x.beside = nil, nil
	x.space, x.replaced = &space{Leg: n.leg}, old
	x.vector = n.leg
	x.bare = roaring.New()
	for row := range x.allRows() {
		if !n.has.Contains(row) {
			x.bare.Add(row)
		}
	}
	x.identity = x.config.Legs + "\n" + identity
	x.saved = manifest{} // its files are of the former space
	old.idle = make(chan struct{})
	for _, s := range x.past {
		x.release(s)
	}
	x.past = nil
	s := *x.current
	s.vectors = int(n.has.GetCardinality())
	return &s, old
}

// letGo counts a state less. It is called with Index.mu held.
func (s *space) letGo() {
	if s.states--; s.states == 0 && s.idle != nil {
		close(s.idle)
	}
}

// closeNext closes the legs that are beside the one in use.
func (x *Index) closeNext() error {
	var errs []error
	if x.beside != nil {
		errs = append(errs, x.beside.Close())
	}
	if x.replaced != nil {
		errs = append(errs, x.replaced.Close())
	}
	return errors.Join(errs...)
}
