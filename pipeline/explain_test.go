package pipeline

import (
	"os"
	"strings"
	"testing"

	"ragserver/chunk"
	"ragserver/store/memstore"
)

func TestDocumentedGraphIsTheOneThatRuns(t *testing.T) {
	splitter, err := chunk.New(chunk.Config{Size: chunkSize})
	check(t, err)
	p, err := New(Config{Store: memstore.New(), Splitter: splitter, Embedder: &model{id: "a"}})
	check(t, err)
	docs, err := os.ReadFile("../docs/architecture.md")
	check(t, err)
	var want strings.Builder
	for line := range strings.Lines(p.graph.Explain()) {
		want.WriteString("    " + line)
	}
	if !strings.Contains(string(docs), want.String()) {
		t.Errorf("docs/architecture.md does not show the graph as it is:\n%s", want.String())
	}
}
