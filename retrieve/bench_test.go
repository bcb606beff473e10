package retrieve

import (
	"fmt"
	"testing"
)

// BenchmarkGlob matches a glob of one document with 1,000 paths.
func BenchmarkGlob(b *testing.B) {
	var paths []string
	for i := range 1000 {
		paths = append(paths, fmt.Sprintf("s%d/doc_%06d.md", i%10, i))
	}
	g, err := NewGlob("**/doc_000123.md")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for _, p := range paths {
			if g.Match(p) {
				n++
			}
		}
		if n != 1 {
			b.Fatalf("%d paths match, want 1", n)
		}
	}
}
