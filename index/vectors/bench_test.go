package vectors

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// benchTable returns a table of n slots of random vectors.
func benchTable(b *testing.B, k *kernel, dim, n int) *Table {
	b.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	s, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	s.kernel = k
	for first := 0; first < n; first += SlabSlots {
		entries := make([]Entry, min(SlabSlots, n-first))
		for i := range entries {
			entries[i] = Entry{Slot: Slot(first + i), Row: uint32(first + i), Vector: random(r, dim, 0)}
		}
		s.Publish(s.Write(nil, entries))
	}
	return s.Table()
}

// benchSlots returns lists of random slots, as many as keep a hop out of the
// nearer caches if far, and one list if not.
func benchSlots(t *Table, n int, far bool) [][]Slot {
	r := rand.New(rand.NewPCG(10, 10))
	lists := make([][]Slot, 1)
	if far {
		lists = make([][]Slot, 1024)
	}
	for i := range lists {
		for range n {
			lists[i] = append(lists[i], Slot(r.IntN(t.live)))
		}
	}
	return lists
}

// BenchmarkHop scores 32 slots of 100,000, once always the same ones and once
// always others.
func BenchmarkHop(b *testing.B) {
	for _, dim := range []int{256, 1536} {
		n := 100_000 * 256 / dim
		for _, k := range kernels() {
			t := benchTable(b, k, dim, n)
			p := newProbe(k, t.Vector(7))
			scores := make([]float32, 32)
			for _, far := range []bool{false, true} {
				lists := benchSlots(t, 32, far)
				b.Run(fmt.Sprintf("near/%s/%d/far=%v", k.name, dim, far), func(b *testing.B) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						p.Near(t, lists[i%len(lists)], scores)
					}
				})
				b.Run(fmt.Sprintf("exact/%s/%d/far=%v", k.name, dim, far), func(b *testing.B) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						p.Exact(t, lists[i%len(lists)], scores)
					}
				})
			}
		}
	}
}

// BenchmarkProbe makes probes of slots and of queries.
func BenchmarkProbe(b *testing.B) {
	for _, dim := range []int{256, 1536} {
		for _, k := range kernels() {
			t := benchTable(b, k, dim, 2000)
			query := t.Vector(7) // of length 1, as those of embedders
			p := new(Probe)
			b.Run(fmt.Sprintf("slot/%s/%d", k.name, dim), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					p.SetSlot(t, Slot(i%2000))
				}
			})
			b.Run(fmt.Sprintf("query/%s/%d", k.name, dim), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := p.SetQuery(t, query); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("new/%s/%d", k.name, dim), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := t.NewProbe(query); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkSave saves 100,000 vectors of 256 dimensions, once all and once all
// linked, and loads them.
func BenchmarkSave(b *testing.B) {
	t := benchTable(b, kernels()[0], 256, 100_000)
	all := b.TempDir()
	if err := t.store.Save(b.Context(), t, all, ""); err != nil {
		b.Fatal(err)
	}
	for name, last := range map[string]string{"all": "", "linked": all} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := t.store.Save(b.Context(), t, b.TempDir(), last); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			s, err := New(Config{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Load(b.Context(), all); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDisk searches 200,000 vectors of 256 dimensions whose rows are on disk,
// and says how much memory this process then has: anonymous, and of files.
func BenchmarkDisk(b *testing.B) {
	const dim, step, n = 256, 16 * SlabSlots, 200_000
	r := rand.New(rand.NewPCG(21, 21))
	for _, rows := range []string{"memory", "disk"} {
		s, err := New(Config{Rows: rows, Workers: 1})
		if err != nil {
			b.Fatal(err)
		}
		for first := 0; first < n; first += step {
			entries := make([]Entry, min(step, n-first))
			for i := range entries {
				entries[i] = Entry{Slot: Slot(first + i), Row: uint32(first + i), Vector: random(r, dim, 0)}
			}
			s.Publish(s.Write(nil, entries))
		}
		dir := b.TempDir()
		if err := s.Save(b.Context(), s.Table(), dir, ""); err != nil {
			b.Fatal(err)
		}
		queries := make([][]float32, 64)
		for i := range queries {
			queries[i] = random(r, dim, 0)
		}
		lists := benchSlots(s.Table(), 32, true)
		scores := make([]float32, 32)
		debug.FreeOSMemory()
		b.Run(rows+"/exact", func(b *testing.B) {
			p, t := new(Probe), s.Table()
			for i := 0; b.Loop(); i++ {
				if err := p.SetQuery(t, queries[i%len(queries)]); err != nil {
					b.Fatal(err)
				}
				p.Exact(t, lists[i%len(lists)], scores)
			}
			reportMemory(b)
		})
		b.Run(rows+"/scan", func(b *testing.B) {
			t := s.Table()
			for i := 0; b.Loop(); i++ {
				p, err := t.NewProbe(queries[i%len(queries)])
				if err != nil {
					b.Fatal(err)
				}
				if _, err := t.Scan(b.Context(), p, 10, nil); err != nil {
					b.Fatal(err)
				}
			}
			reportMemory(b)
		})
	}
}

// reportMemory reports what Linux says of this process, in megabytes.
func reportMemory(b *testing.B) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		if name != "RssAnon" && name != "RssFile" {
			continue
		}
		var kb float64
		if _, err := fmt.Sscan(value, &kb); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(kb/1000, name+"-MB")
	}
}
