package pebblestore

// Metrics tells how the store does.
type Metrics struct {
	DiskBytes     uint64 // all files, those about to be removed too
	LogBytes      uint64 // the log: what a start replays, and files kept to be written again
	MemTableBytes uint64
	CacheBytes    int64
	CacheHits     int64
	CacheMisses   int64
	Compactions   int64
	CompactionDue uint64 // bytes that wait to be compacted
	Flushes       int64
	FreeBytes     int64 // of the disk; -1 if not known
}

// Metrics may be called at any time; it is zero after Close.
func (s *Store) Metrics() Metrics {
	if !s.use.begin() {
		return Metrics{}
	}
	defer s.use.done()
	m := s.db.Metrics()
	free, err := s.room.ask()
	if err != nil {
		free = -1
	}
	return Metrics{
		DiskBytes:     m.DiskSpaceUsage(),
		LogBytes:      m.WAL.PhysicalSize + m.WAL.ObsoletePhysicalSize,
		MemTableBytes: m.MemTable.Size,
		CacheBytes:    m.BlockCache.Size,
		CacheHits:     m.BlockCache.Hits,
		CacheMisses:   m.BlockCache.Misses,
		Compactions:   m.Compact.Count,
		CompactionDue: m.Compact.EstimatedDebt,
		Flushes:       m.Flush.Count,
		FreeBytes:     free,
	}
}
