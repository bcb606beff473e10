package pebblestore

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"ragserver/store"
)

// BenchmarkCommit measures a small commit without and with syncing.
func BenchmarkCommit(b *testing.B) {
	for name, sync := range map[string]bool{"handed": false, "synced": true} {
		b.Run(name, func(b *testing.B) {
			s := mustOpen(b, quiet(b.TempDir()))
			defer s.Close()
			key, value := make([]byte, 8), make([]byte, 1000)
			for i := 0; b.Loop(); i++ {
				binary.BigEndian.PutUint64(key, uint64(i))
				if err := s.Commit(&store.Batch{Ops: []store.Op{{Key: key, Value: value}}}, sync); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBulk loads 300 MB of half compressible values under random keys, 1 MB
// a commit, and opens the store again.
func BenchmarkBulk(b *testing.B) {
	const value, commits, each = 1000, 300, 1000
	rnd := rand.New(rand.NewPCG(1, 1))
	b.SetBytes(value * commits * each)
	for b.Loop() {
		dir := b.TempDir()
		s := mustOpen(b, quiet(dir))
		for range commits {
			batch := new(store.Batch)
			for range each {
				batch.Put(binary.BigEndian.AppendUint64(nil, rnd.Uint64()), halfRandom(rnd, value))
			}
			if err := s.Commit(batch, false); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(s.Metrics().DiskBytes)/1e6, "MB-on-disk")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens an empty store.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if err := mustOpen(b, quiet(dir)).Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func halfRandom(rnd *rand.Rand, n int) []byte {
	v := make([]byte, n)
	for i := 0; i < n/2; i += 4 {
		binary.LittleEndian.PutUint32(v[i:], rnd.Uint32())
	}
	return v
}
