package hybrid

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
	inverted "ragserver/index/metadata"
)

// refreshAfter is how old the legs' snapshots may be while no epoch comes. A
// leg on disk merges what it has in the background, and holding an old snapshot
// keeps what was merged away.
const refreshAfter = time.Second

// An Index is a vector leg and a text leg searched as one.
//
// Restore, Apply and Close are called from one goroutine; Snapshot, Since, Notes
// and Status by any, and Run by one of its own, beside them.
type Index struct {
	config       Config
	vector, text index.Leg // vector is guarded by writer and by saving
	savable      bool      // vector is
	docs         *documents
	meta         *inverted.Index // of docs
	filters      *filters

	writer  sync.Mutex // held by Apply, Restore, Close and refresh; guards the rest of this block
	rows    rowPool
	table   rowTable
	byID    rowsByID
	bare    *roaring.Bitmap // rows that the vector leg does not have
	pending *plan           // of an epoch whose Apply failed halfway
	graves  []grave
	// identity is that of the truth and of the legs.
	identity string

	saving sync.Mutex // held while a checkpoint is written
	wake   chan struct{}
	disk   disk

	mu      sync.Mutex // guards the rest
	current *state
	space   *space
	// While the embedding model changes; next is changed with writer held too.
	beside   index.Leg
	next     *next
	replaced *space         // waits to be closed
	past     []*state       // before current, oldest first; each holds one reference
	held     map[uint64]int // snapshots and states held, by version
	taken    time.Time      // when current's legs were looked at

	saved        manifest // of the newest checkpoint
	savedAt      time.Time
	savedWaiting int // vectors that the saved graph does not have
	unsaved      int // chunks and documents that changed since
	unsavedSince time.Time
	notBefore    time.Time // the next checkpoint after one that failed
	trouble      error
	rebuilt      string
	asked        []string // fields of metadata, when the checkpoint that was loaded was written

	restored chan struct{} // closed when Restore has ended well
}

// A state is what snapshots of one version share. Index.mu guards refs.
type state struct {
	version      uint64
	epoch        rag.Epoch
	vector, text index.Snapshot
	texts        *heldTexts
	table        rowTable
	change       *change // that led to this version; later ones are linked to it
	docs, chunks int
	vectors      int
	space        *space
	refs         int
}

// A grave holds what may be used again when no snapshot older than version is
// held any more.
type grave struct {
	version uint64
	rows    []index.Row
	docs    []*document
}

// New returns an empty index over the two legs, which it owns from now on.
func New(c Config, vector, text index.Leg) (*Index, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if vector == nil || text == nil {
		return nil, errors.New("hybrid: a leg is missing")
	}
	x := &Index{
		config:   c,
		vector:   vector,
		text:     text,
		docs:     newDocuments(),
		filters:  newFilters(),
		bare:     roaring.New(),
		held:     make(map[uint64]int),
		wake:     make(chan struct{}, 1),
		restored: make(chan struct{}),
		disk:     files{},
	}
	_, x.savable = vector.(index.Saver)
	x.space = &space{Leg: vector}
	x.meta = inverted.New(indexed{x})
	x.publish(&state{change: new(change)})
	return x, nil
}

// publish makes s, with the legs as they are, the state that snapshots are
// taken of.
func (x *Index) publish(s *state) {
	s.vector, s.text = x.vector.Snapshot(), x.text.Snapshot()
	s.refs = 1
	x.openTexts(s)
	x.mu.Lock()
	defer x.mu.Unlock()
	old := x.current
	s.space = x.space
	s.space.states++
	x.held[s.version]++
	x.current, x.taken = s, time.Now()
	if old != nil {
		x.retire(old)
	}
}

// release gives back one reference to s. It is called with x.mu held.
func (x *Index) release(s *state) {
	if s.refs--; s.refs > 0 {
		return
	}
	s.vector.Close()
	s.text.Close()
	s.space.letGo()
	x.closeTexts(s.texts)
	if x.held[s.version]--; x.held[s.version] == 0 {
		delete(x.held, s.version)
	}
}

// oldest is the lowest version that is held.
func (x *Index) oldest() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	oldest := x.current.version
	for v := range x.held {
		oldest = min(oldest, v)
	}
	return oldest
}

// Snapshot returns the state after the last Apply. It stays as it is until it
// is closed.
func (x *Index) Snapshot() *Snapshot {
	x.refresh()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.current.refs++
	return &Snapshot{index: x, state: x.current}
}

// refresh lets go of what a leg has merged away since the last Apply.
func (x *Index) refresh() {
	x.mu.Lock()
	due := time.Since(x.taken) >= refreshAfter
	x.mu.Unlock()
	if !due || !x.writer.TryLock() {
		return // an Apply is under way and will do it
	}
	defer x.writer.Unlock()
	if x.pending != nil {
		return // one leg is ahead of the other
	}
	x.mu.Lock()
	s := *x.current
	x.mu.Unlock()
	x.publish(&s)
}

// Close writes a last checkpoint, if one is wanted and anything has changed,
// and closes the legs. All snapshots must be closed and Run must have ended
// before.
func (x *Index) Close() error {
	if err := x.Checkpoint(context.Background()); err != nil {
		x.config.Logger.Warn("the index could not be saved; the next start catches up", "dir", x.config.Dir, "error", err)
	}
	x.writer.Lock()
	defer x.writer.Unlock()
	x.mu.Lock()
	for _, s := range append(x.past, x.current) {
		x.release(s)
	}
	x.mu.Unlock()
	return errors.Join(x.vector.Close(), x.text.Close(), x.closeNext())
}

// Apply makes b visible, all of it at once in both legs and in the metadata.
// After an error the old state stays visible, and the same epoch can be applied
// again with the same batch. An epoch that the index holds already is skipped.
func (x *Index) Apply(ctx context.Context, epoch rag.Epoch, b Batch) error {
	x.writer.Lock()
	defer x.writer.Unlock()
	if epoch <= x.current.epoch {
		return nil
	}
	p := x.pending
	if p == nil || p.epoch != epoch {
		if p != nil {
			return fmt.Errorf("applying epoch %d: epoch %d was applied halfway and has to be repeated first", epoch, p.epoch)
		}
		var err error
		if p, err = x.plan(epoch, b); err != nil {
			return fmt.Errorf("applying epoch %d: %w", epoch, err)
		}
	}
	if err := x.vector.Apply(ctx, epoch, p.vector); err != nil {
		x.abandon(p)
		return fmt.Errorf("applying epoch %d to the vector leg: %w", epoch, err)
	}
	if err := x.next.apply(ctx, p); err != nil {
		x.pending = p
		return fmt.Errorf("applying epoch %d to the vector leg of the new embedding model: %w", epoch, err)
	}
	if err := x.text.Apply(ctx, epoch, p.text); err != nil {
		x.pending = p // the vector leg has it, with these rows
		return fmt.Errorf("applying epoch %d to the text leg: %w", epoch, err)
	}
	x.pending = nil
	x.commit(p)
	return nil
}
