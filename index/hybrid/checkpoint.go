package hybrid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// The folders of a checkpoint for the legs.
const (
	vectorDir = "vector"
	textDir   = "text"
)

// When a checkpoint is due, besides Config.SaveAfter: writing costs in
// proportion to the chunks, catching up at start to those changed.
const (
	saveChunks   = 20_000 // changed, at least
	saveShare    = 8      // or this part of all
	retryAfter   = time.Minute
	defaultAfter = 10 * time.Minute
)

// saves tells whether checkpoints are made: the vectors would have to be read
// from the truth all the same if their leg cannot be saved.
func (x *Index) saves() bool {
	return x.savable && x.config.Dir != ""
}

// Run writes checkpoints when they are due, until ctx is done. Its checkpoints
// run beside searches and Apply. One that fails is told in the log and by
// Status, and tried again a minute later. It also indexes metadata ahead of the
// filters that will ask for it; nothing waits for that.
func (x *Index) Run(ctx context.Context) error {
	var ahead sync.WaitGroup
	ahead.Go(func() { x.warm(ctx) })
	defer ahead.Wait()
	for {
		timer := time.NewTimer(x.dueIn())
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-x.wake:
			timer.Stop()
			continue // look again when it is due
		case <-timer.C:
		}
		if err := x.Checkpoint(ctx); err != nil && ctx.Err() == nil {
			x.config.Logger.Warn("the index could not be saved; it is tried again", "dir", x.config.Dir, "error", err)
		}
	}
}

// dueIn is how long it is until the next checkpoint, as it looks now.
func (x *Index) dueIn() time.Duration {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case !x.saves() || x.unsaved == 0 && x.savedWaiting < fewWaiting:
		return 24 * time.Hour // Apply wakes Run
	case x.unsaved == 0:
		return max(x.config.SaveAfter, time.Until(x.notBefore)) // the graph may have grown by then
	}
	due := x.unsavedSince.Add(x.config.SaveAfter)
	if x.unsaved > max(saveChunks, x.current.chunks/saveShare) {
		due = time.Now()
	}
	if due.Before(x.notBefore) {
		due = x.notBefore
	}
	return time.Until(due)
}

// changed counts chunks that differ from the last checkpoint.
func (x *Index) changed(n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.unsaved == 0 {
		x.unsavedSince = time.Now()
	}
	first := x.unsaved == 0
	x.unsaved += n
	if first || x.unsaved > saveChunks {
		x.nudge()
	}
}

// nudge has Run look again when the next checkpoint is due.
func (x *Index) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// A capture is one state, held while it is written.
type capture struct {
	snapshot *Snapshot
	bare     *roaring.Bitmap
	next     index.Row
	identity string
	unsaved  int
	waiting  int // vectors that wait to be linked
}

// fewWaiting are so few vectors that linking them again at a start costs less
// than saving the graph: 1,000 * 0.2 ms.
const fewWaiting = 1000

// waiting is how many vectors wait to be linked into the graph of the vector
// leg, if that has one. It is called with writer or saving held.
func (x *Index) waiting() int {
	if leg, ok := x.vector.(index.Grapher); ok {
		return leg.Graph().Waiting
	}
	return 0
}

// capture takes hold of the current state, or returns nil if it is saved and a
// start would not have much to link that is linked now.
func (x *Index) capture() *capture {
	x.writer.Lock()
	defer x.writer.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	waiting := x.waiting()
	if x.unsaved == 0 && x.savedWaiting-waiting < fewWaiting {
		return nil
	}
	x.current.refs++
	c := &capture{snapshot: &Snapshot{index: x, state: x.current}, bare: x.bare.Clone(), next: x.rows.next, identity: x.identity, unsaved: x.unsaved, waiting: waiting}
	x.unsaved, x.unsavedSince = 0, time.Time{}
	return c
}

// Checkpoint writes the current state into a folder of Config.Dir, if that is
// set, the vector leg can be saved, and anything has changed: its graph too, if
// it was far from complete when it was saved. Searches and Apply
// go on meanwhile; no two checkpoints are written at a time. An end of the
// process at any moment leaves this checkpoint or the one before.
func (x *Index) Checkpoint(ctx context.Context) error {
	if !x.saves() {
		return nil
	}
	x.saving.Lock()
	defer x.saving.Unlock()
	c := x.capture()
	if c == nil {
		return nil
	}
	defer c.snapshot.Close()
	start := time.Now()
	m, err := x.write(ctx, c)
	if err != nil {
		err = fmt.Errorf("saving epoch %d of the index: %w", c.snapshot.Epoch(), err)
		x.failed(c, err)
		return err
	}
	x.mu.Lock()
	x.saved, x.savedAt, x.trouble = m, time.Now(), nil
	x.savedWaiting = c.waiting
	x.mu.Unlock()
	x.config.Logger.Debug("index saved", "epoch", m.Epoch, "chunks", c.snapshot.state.chunks, "took", time.Since(start))
	return nil
}

// failed puts back what capture took.
func (x *Index) failed(c *capture, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unsaved += c.unsaved
	x.unsavedSince = time.Now()
	x.notBefore = time.Now().Add(retryAfter)
	x.trouble = err
}

// write writes the folder, makes it the current one, and removes the others.
func (x *Index) write(ctx context.Context, c *capture) (manifest, error) {
	s := c.snapshot.state
	m := manifest{Format: manifestFormat, Folder: x.freeName(s.epoch), Epoch: s.epoch, Identity: c.identity, Fields: x.fieldNames()}
	dir := filepath.Join(x.config.Dir, m.Folder)
	err := x.fill(ctx, c, &m, dir)
	if err == nil {
		err = x.disk.SyncDir(x.config.Dir)
	}
	if err == nil {
		err = m.write(x.disk, x.config.Dir)
	}
	if err != nil {
		current, _ := readManifest(x.config.Dir) // it may name this one already
		return m, errors.Join(err, x.tidy(x.saved.Folder, current.Folder))
	}
	if err := x.tidy(m.Folder); err != nil {
		x.config.Logger.Warn("old files of the index could not be removed", "dir", x.config.Dir, "error", err)
	}
	return m, nil
}

// fill writes the files of a checkpoint into dir.
func (x *Index) fill(ctx context.Context, c *capture, m *manifest, dir string) error {
	if err := x.disk.MkdirAll(dir); err != nil {
		return err
	}
	s := c.snapshot.state
	if err := x.save(ctx, x.vector.(index.Saver), s.vector, dir, vectorDir, true); err != nil {
		return fmt.Errorf("vector leg: %w", err)
	}
	if leg, ok := x.text.(index.Saver); ok {
		if err := x.save(ctx, leg, s.text, dir, textDir, x.saved.Text); err != nil {
			return fmt.Errorf("text leg: %w", err)
		}
		m.Text = true
	}
	t := &tables{epoch: s.epoch, docs: x.docs.at(s.version), version: s.version, table: s.table, chunks: s.chunks, next: c.next, bare: c.bare}
	err := x.disk.Write(filepath.Join(dir, tablesName), func(w io.Writer) (err error) {
		m.Size, m.Sum, err = t.write(ctx, w)
		return err
	})
	if err != nil {
		return err
	}
	return x.disk.SyncDir(dir)
}

// save has a leg write its folder. It may link files of its last one if that is
// known to be good.
func (x *Index) save(ctx context.Context, leg index.Saver, s index.Snapshot, dir, name string, good bool) error {
	dir = filepath.Join(dir, name)
	if err := x.disk.MkdirAll(dir); err != nil {
		return err
	}
	last := ""
	if x.saved.Folder != "" && good {
		last = filepath.Join(x.config.Dir, x.saved.Folder, name)
	}
	if _, err := os.Stat(last); err != nil {
		last = ""
	}
	return leg.Save(ctx, s, dir, last)
}

// freeName returns the name of a folder that is not there.
func (x *Index) freeName(epoch rag.Epoch) string {
	name := strconv.FormatUint(uint64(epoch), 10)
	for i := 2; ; i++ {
		if _, err := os.Lstat(filepath.Join(x.config.Dir, name)); err != nil {
			return name
		}
		name = fmt.Sprintf("%d-%d", epoch, i)
	}
}

// tidy removes all but the manifest and the folders to keep.
func (x *Index) tidy(keep ...string) error {
	entries, err := os.ReadDir(x.config.Dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if e.Name() != manifestName && !slices.Contains(keep, e.Name()) {
			errs = append(errs, x.disk.RemoveAll(filepath.Join(x.config.Dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// discard forgets the checkpoint on disk.
func (x *Index) discard() error {
	if err := x.disk.RemoveAll(filepath.Join(x.config.Dir, manifestName)); err != nil {
		return err
	}
	x.mu.Lock()
	x.saved = manifest{}
	x.mu.Unlock()
	return nil
}
