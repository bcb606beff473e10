package pebblestore

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"ragserver/store"
)

// Commit implements store.Store. After a failure of the disk other than a full
// one every further Commit returns that failure, and reading goes on.
func (s *Store) Commit(b *store.Batch, sync bool) error {
	if !s.use.begin() {
		return fmt.Errorf("committing: %w", store.ErrClosed)
	}
	defer s.use.done()
	if err := s.failed(); err != nil {
		return err
	}
	size := batchSize(b)
	if size > maxBatch {
		return fmt.Errorf("%w: %d bytes in %d writes; the limit is %d", store.ErrTooLarge, size, len(b.Ops), maxBatch)
	}
	if err := s.room.take(size); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	if sync {
		s.disk.synced.Add(1)
		defer s.disk.synced.Add(-1)
	}
	if err := s.apply(b, int(size), sync); err != nil {
		s.fail(err)
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

func (s *Store) apply(b *store.Batch, size int, sync bool) (err error) {
	defer recoverFatal(&err)
	if len(b.Ops) == 0 {
		if !sync {
			return nil
		}
		return s.db.LogData(nil, pebble.Sync) // carries the earlier commits to the disk
	}
	batch := s.db.NewBatchWithSize(size)
	for _, op := range b.Ops {
		if op.Delete {
			err = batch.Delete(op.Key, nil)
		} else {
			err = batch.Set(op.Key, op.Value, nil)
		}
		if err != nil {
			return err
		}
	}
	if err := batch.Commit(pebble.Sync); err != nil {
		return err
	}
	return batch.Close()
}

// batchSize returns the bytes of b as pebble writes it, or a little more.
func batchSize(b *store.Batch) int64 {
	size := int64(16)
	for _, op := range b.Ops {
		size += int64(len(op.Key)) + int64(len(op.Value)) + 11 // the kind and two lengths
	}
	return size
}

func (s *Store) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		return nil
	}
	return fmt.Errorf("store %q takes no more commits until the server is started again: %w", s.dir, s.broken)
}

func (s *Store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
}
