// Package pebblestore keeps a store in one folder, in pebble's log-structured
// merge tree.
//
// Pebble ends the process when its disk is full or fails. Here nearly no such
// failure reaches it: a commit that could fill the disk is refused before it is
// written, and should another program take the reserve as well, the disk layer
// waits for room instead of failing.
package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"ragserver/store"
)

// Config says where and how a store is kept.
type Config struct {
	// Dir is the folder. It is created if it does not exist; what exists
	// must be empty or an earlier store.
	Dir string
	// Reserve is the space, in bytes, that commits leave free on the disk.
	// It is what pebble needs to tidy up after a commit. 0 means 64 MiB.
	Reserve int64
	// CacheBytes is the size of the cache of blocks that were read. 0 means
	// 48 MiB: the indexes and filters of tables have to fit in beside the rest.
	CacheBytes int64
	Logger     *slog.Logger // nil: slog.Default()

	fs vfs.FS // nil: the operating system's
}

const (
	defaultReserve = 64 << 20
	defaultCache   = 48 << 20

	// memtable is the size of the table that takes the writes. Up to three
	// are in memory while a bulk load is flushed: 3 * 8 MiB = 24 MiB. An idle
	// store begins with 256 KiB.
	memtable  = 8 << 20
	memtables = 3

	// maxReplay is the size of the log that closing leaves to the next
	// start, which replays about 40 MB a second.
	maxReplay = 1 << 20

	// maxBatch is the most that one commit may hold. Pebble's own limit is
	// 4 GiB, and a batch is in memory twice while it is committed.
	maxBatch = 1 << 30
)

// A Store is a store.Store in a folder.
type Store struct {
	dir    string
	db     *pebble.DB
	lock   *pebble.Lock
	disk   *disk
	room   *room
	logger *slog.Logger
	use    use

	mu        sync.Mutex // guards what follows
	snapshots map[*snapshot]struct{}
	broken    error // why no commit is possible any more
}

// Open opens the store in c.Dir, or creates it. It returns store.ErrLocked if
// another process has it open, store.ErrCorrupt if it cannot be trusted and
// store.ErrFull if the disk has no room to open it; none of these changes what
// is there.
func Open(c Config) (*Store, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Reserve <= 0 {
		c.Reserve = defaultReserve
	}
	if c.CacheBytes <= 0 {
		c.CacheBytes = defaultCache
	}
	if c.fs == nil {
		c.fs = vfs.Default
	}
	if c.Dir == "" {
		return nil, errors.New("store: no folder is given")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("store %q: %w", c.Dir, err)
	}
	s, err := open(c, dir)
	if err != nil {
		return nil, describe(dir, err)
	}
	return s, nil
}

func open(c Config, dir string) (*Store, error) {
	s := &Store{dir: dir, disk: newDisk(c.fs, c.Logger), logger: c.Logger, snapshots: make(map[*snapshot]struct{})}
	s.room = &room{fs: c.fs, dir: dir, reserve: c.Reserve}
	if err := inspect(c.fs, dir); err != nil {
		return nil, err
	}
	if err := c.fs.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil && c.fs == vfs.Default {
		dir = real // so that two names of one folder meet at one lock
	}
	var err error
	if s.lock, err = lockDir(c.fs, dir); err != nil {
		return nil, err
	}
	if err = prepare(c.fs, dir, s.room); err == nil {
		s.db, err = openDB(c, dir, s)
	}
	if err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	s.disk.wait.Store(true)
	return s, nil
}

// openDB opens pebble's part. What would end the process is an error here.
func openDB(c Config, dir string, s *Store) (db *pebble.DB, err error) {
	defer recoverFatal(&err)
	cache := pebble.NewCache(c.CacheBytes)
	defer cache.Unref() // the database holds its own reference
	db, err = pebble.Open(dir, options(c, s, cache))
	if errors.Is(err, os.ErrNotExist) {
		err = corrupt(err) // a file that the others speak of
	}
	return db, err
}

func options(c Config, s *Store, cache *pebble.Cache) *pebble.Options {
	o := &pebble.Options{
		FS:                          s.disk,
		Lock:                        s.lock,
		Cache:                       cache,
		FormatMajorVersion:          pebble.FormatWALSyncChunks,
		MemTableSize:                memtable,
		MemTableStopWritesThreshold: memtables,
		L0CompactionThreshold:       6,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               64 << 20,
		MaxOpenFiles:                500,
		BytesPerSync:                1 << 20,
		CompactionConcurrencyRange:  func() (int, int) { return 1, max(1, min(2, runtime.GOMAXPROCS(0)-1)) },
		Logger:                      dbLogger{c.Logger},
	}
	o.EventListener = &pebble.EventListener{
		BackgroundError: func(err error) { c.Logger.Error("store: background work", "dir", s.dir, "error", err) },
		DataCorruption: func(i pebble.DataCorruptionInfo) {
			c.Logger.Error("store: corrupt data", "dir", s.dir, "file", i.Path, "error", i.Details)
		},
	}
	o.Experimental.FileCacheShards = 2
	for i := range o.Levels {
		l := &o.Levels[i]
		l.BlockSize = 16 << 10
		l.FilterPolicy = bloom.FilterPolicy(10)
		l.Compression = func() *sstable.CompressionProfile {
			if i < len(o.Levels)-1 {
				return sstable.NoCompression // it is soon read and written again
			}
			return sstable.SnappyCompression
		}
	}
	return o
}

// Close implements store.Store. It waits for calls that are under way.
func (s *Store) Close() error {
	if !s.use.end() {
		return fmt.Errorf("closing store %q: %w", s.dir, store.ErrClosed)
	}
	s.disk.wait.Store(false)
	s.use.wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for v := range s.snapshots {
		errs = append(errs, v.snap.Close())
	}
	if s.broken != nil {
		// Pebble may hold its own locks for ever now, and the log holds all
		// that was committed: leave everything to the next start.
		return fmt.Errorf("closing store %q: it was broken before: %w", s.dir, s.broken)
	}
	errs = append(errs, s.closeDB(), s.lock.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing store %q: %w", s.dir, err)
	}
	return nil
}

// closeDB leaves the next start little to replay.
func (s *Store) closeDB() (err error) {
	defer recoverFatal(&err)
	if s.db.Metrics().WAL.Size > maxReplay && s.room.take(memtables*memtable) == nil {
		err = s.db.Flush()
	}
	return errors.Join(err, s.db.Close())
}

// describe adds to err what a person needs to know about dir.
func describe(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrLocked):
		return fmt.Errorf("store %q: %w: stop that one, or use another folder", dir, err)
	case errors.Is(err, store.ErrFull), isFull(err):
		return fmt.Errorf("store %q: %w: free some space and start again", dir, full(err))
	case errors.Is(err, store.ErrCorrupt), isCorrupt(err):
		return fmt.Errorf("store %q: %w; move the folder away, or restore it from a backup, and start again: "+
			"without it every source is read again", dir, corrupt(err))
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("store %q: no permission: %w", dir, err)
	}
	return fmt.Errorf("store %q: %w", dir, err)
}
