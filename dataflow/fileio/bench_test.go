package fileio

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"ragserver/dataflow"
)

// nowhere is a sink that counts.
type nowhere[T any] struct{ rows int }

func (s *nowhere[T]) Write(_ *dataflow.Tx, _ dataflow.Epoch, batch []dataflow.Delta[T]) error {
	s.rows += len(batch)
	return nil
}

// benchReading reads the file of text, of which a line is a row.
func benchReading[T comparable](b *testing.B, open opener[T], text string, rows int, durable bool) {
	path := filepath.Join(b.TempDir(), "rows")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	busy := cpuTime()
	for b.Loop() {
		g := dataflow.New("bench")
		feed := dataflow.NewFeed[T](g, "in")
		kept := dataflow.Filter(feed.Stream(), func(T) bool { return false })
		dataflow.To(kept, "out", dataflow.Sink[T](new(nowhere[T])))
		r, err := open(feed, Config{Path: path, Static: true})
		if err != nil {
			b.Fatal(err)
		}
		ran := make(chan error, 1)
		o := dataflow.Options{Static: true, MaxBatch: 1 << 15}
		if durable {
			o.Backend = dataflow.Memory()
		}
		go func() { ran <- g.Run(b.Context(), o) }()
		if err := r.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := <-ran; err != nil {
			b.Fatal(err)
		}
		if n := r.Stats().Rows; n != int64(rows) {
			b.Fatalf("%d rows, want %d", n, rows)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(cpuTime()-busy)/float64(rows)/float64(b.N), "cpu-ns/row")
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(rows)/float64(b.N), "allocs/row")
}

func vocabulary(r *rand.Rand) []string {
	words := make([]string, 10_000)
	for i := range words {
		b := make([]byte, 7)
		for j := range b {
			b[j] = 'a' + byte(r.IntN(26))
		}
		words[i] = string(b)
	}
	return words
}

// BenchmarkReading is a million rows in the form of the engine's benchmarks.
func BenchmarkReading(b *testing.B) {
	const rows = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	words := vocabulary(r)
	type order struct {
		Order   int `json:"order" csv:"order"`
		Product int `json:"product" csv:"product"`
		Qty     int `json:"qty" csv:"qty"`
	}
	var jsonWords, csvWords, jsonOrders, csvOrders strings.Builder
	csvWords.WriteString("word\n")
	csvOrders.WriteString("order,product,qty\n")
	for i := range rows {
		w := words[r.IntN(len(words))]
		fmt.Fprintf(&jsonWords, "{\"word\": %q}\n", w)
		fmt.Fprintf(&csvWords, "%s\n", w)
		product, qty := r.IntN(10_000), 1+r.IntN(9)
		fmt.Fprintf(&jsonOrders, "{\"order\": %d, \"product\": %d, \"qty\": %d}\n", i, product, qty)
		fmt.Fprintf(&csvOrders, "%d,%d,%d\n", i, product, qty)
	}
	b.Run("json/word", func(b *testing.B) { benchReading(b, ReadJSON[word], jsonWords.String(), rows, false) })
	b.Run("json/order", func(b *testing.B) {
		benchReading(b, ReadJSON[order], jsonOrders.String(), rows, false)
	})
	b.Run("csv/word", func(b *testing.B) { benchReading(b, ReadCSV[word], csvWords.String(), rows, false) })
	b.Run("csv/order", func(b *testing.B) {
		benchReading(b, ReadCSV[order], csvOrders.String(), rows, false)
	})
	b.Run("json/word/kept", func(b *testing.B) {
		benchReading(b, ReadJSON[word], jsonWords.String(), rows, true)
	})
	b.Run("lines", func(b *testing.B) { benchReading(b, ReadLines, csvWords.String(), rows+1, false) })
}

func (s *nowhere[T]) Committed(context.Context, dataflow.Epoch) error { return nil }

// BenchmarkChanges is an epoch of 10,000 changed rows, without the fsync.
func BenchmarkChanges(b *testing.B) {
	const rows = 10_000
	r := rand.New(rand.NewPCG(1, 2))
	batch := make([]dataflow.Delta[pair], 0, rows)
	for i := range rows {
		batch = append(batch, dataflow.Delta[pair]{Value: pair{fmt.Sprintf("word%d", r.IntN(rows)), r.IntN(100)}, Diff: 1 - 2*(i%2)})
	}
	for name, open := range map[string]func(Output) (*Changes[pair], error){"json": ChangesJSON[pair], "csv": ChangesCSV[pair]} {
		b.Run(name, func(b *testing.B) {
			sink, err := open(Output{Path: filepath.Join(b.TempDir(), "out")})
			if err != nil {
				b.Fatal(err)
			}
			if err := sink.Recover(nil); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			busy := cpuTime()
			for b.Loop() {
				sink.length = 0 // one epoch's room on the disk is enough
				if err := sink.write(1, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime()-busy)/float64(rows)/float64(b.N), "cpu-ns/row")
			if err := sink.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
