package chunk_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"ragserver/chunk"
)

func BenchmarkSplit(b *testing.B) {
	text := document(rand.New(rand.NewPCG(7, 8)), 20_000)
	for name, doc := range map[string]string{
		"structured": text,
		"one line":   strings.ReplaceAll(text, "\n", " "),
		"no space":   strings.NewReplacer("\n", "", " ", "", "!", "").Replace(text),
		"ideographs": strings.Repeat("中文字", len(text)/9),
		"stops":      strings.Repeat("a. ", len(text)/3),
		"marks":      strings.Repeat("\u0301", len(text)/2),
		"spaces":     strings.Repeat(" ", len(text)),
	} {
		b.Run(name, func(b *testing.B) {
			t := plain(doc)
			if name == "structured" {
				t = structured(doc)
			}
			s := splitter(b, chunk.Config{})
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = len(s.Split("docs:a", t))
			}
			b.ReportMetric(float64(n), "chunks")
		})
	}
}
