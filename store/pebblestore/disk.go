package pebblestore

import (
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// logCategory is the category under which pebble writes its log.
	logCategory = "pebble-wal"

	retryEvery = 20 * time.Millisecond
	tellEvery  = 30 * time.Second
)

// A disk is the file system as pebble sees it, with two changes.
//
// While wait is set, an operation that finds the disk full is tried again until
// there is room. Pebble holds no lock that readers need meanwhile.
//
// The log is synced only while a commit wants it. Pebble keeps up to 32 kB of an
// unsynced commit in memory, which a killed process would lose; so every commit
// asks pebble to sync, which hands it to the operating system, and the disk
// leaves out what makes it slow.
type disk struct {
	vfs.FS
	logger *slog.Logger
	wait   atomic.Bool
	synced atomic.Int64 // commits under way that want to be synced
	told   atomic.Int64 // when the log was last told of a full disk, in Unix ns
}

func newDisk(fs vfs.FS, logger *slog.Logger) *disk { return &disk{FS: fs, logger: logger} }

// patiently calls f again while the disk is full.
func (d *disk) patiently(f func() error) error {
	for {
		err := f()
		if err == nil || !isFull(err) || !d.wait.Load() {
			return err
		}
		if now, last := time.Now().UnixNano(), d.told.Load(); now-last > int64(tellEvery) && d.told.CompareAndSwap(last, now) {
			d.logger.Error("store: disk is full; writing goes on when there is room", "error", err)
		}
		time.Sleep(retryEvery)
	}
}

func (d *disk) create(f func() (vfs.File, error), category vfs.DiskWriteCategory) (file vfs.File, err error) {
	err = d.patiently(func() error { file, err = f(); return err })
	if err != nil {
		return nil, err
	}
	return &diskFile{File: file, disk: d, log: category == logCategory}, nil
}

func (d *disk) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return d.create(func() (vfs.File, error) { return d.FS.Create(name, category) }, category)
}

func (d *disk) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return d.create(func() (vfs.File, error) { return d.FS.ReuseForWrite(oldname, newname, category) }, category)
}

func (d *disk) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return d.create(func() (vfs.File, error) { return d.FS.OpenReadWrite(name, category, opts...) }, category)
}

func (d *disk) OpenDir(name string) (vfs.File, error) {
	f, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &diskFile{File: f, disk: d}, nil
}

func (d *disk) Link(oldname, newname string) error {
	return d.patiently(func() error { return d.FS.Link(oldname, newname) })
}

func (d *disk) Rename(oldname, newname string) error {
	return d.patiently(func() error { return d.FS.Rename(oldname, newname) })
}

func (d *disk) Unwrap() vfs.FS { return d.FS }

// A diskFile is a file that is written.
type diskFile struct {
	vfs.File
	disk  *disk
	log   bool
	dirty atomic.Bool // the log has writes that were not synced
}

func (f *diskFile) Write(p []byte) (int, error) {
	f.dirty.Store(true)
	done := 0
	err := f.disk.patiently(func() error {
		n, err := f.File.Write(p[done:])
		done += n
		if err == nil && done < len(p) {
			err = io.ErrShortWrite
		}
		return err
	})
	return done, err
}

func (f *diskFile) Sync() error { return f.disk.patiently(f.File.Sync) }

// SyncData is what pebble calls for a commit. The order of the two loads does
// not matter: a commit counts itself before it writes.
func (f *diskFile) SyncData() error {
	if f.log && f.disk.synced.Load() == 0 {
		return nil
	}
	f.dirty.Store(false)
	return f.disk.patiently(f.File.SyncData)
}

// Close syncs a log that a later commit with sync must find on disk: that
// commit syncs only the log that it is in itself.
func (f *diskFile) Close() error {
	if f.log && f.dirty.Load() {
		if err := f.disk.patiently(f.File.SyncData); err != nil {
			f.File.Close()
			return err
		}
	}
	return f.File.Close()
}
