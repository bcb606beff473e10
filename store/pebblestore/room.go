package pebblestore

import (
	"fmt"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"ragserver/store"
)

// asked is how long an answer about the free space holds.
const asked = 100 * time.Millisecond

// A room knows how much may still be written.
type room struct {
	fs      vfs.FS
	dir     string
	reserve int64

	mu   sync.Mutex // guards what follows
	free int64      // as of the last question, less what was taken since
	at   time.Time  // of the last question
}

// take returns store.ErrFull unless a batch of size bytes fits and leaves the
// reserve. A batch is written twice: to the log, then to a table.
func (r *room) take(size int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	need := 2*size + r.reserve
	if time.Since(r.at) > asked || r.free < need {
		free, err := r.ask()
		if err != nil {
			return err
		}
		r.free, r.at = free, time.Now()
	}
	if r.free < need {
		return fmt.Errorf("%w: writing %d bytes needs %d free, %d of them as a reserve; %d are", store.ErrFull, size, need, r.reserve, r.free)
	}
	r.free -= 2 * size
	return nil
}

// ask returns the free space of the disk.
func (r *room) ask() (int64, error) {
	usage, err := r.fs.GetDiskUsage(r.dir)
	if err != nil {
		return 0, fmt.Errorf("asking for the free space of %q: %w", r.dir, err)
	}
	return int64(min(usage.AvailBytes, 1<<62)), nil
}
