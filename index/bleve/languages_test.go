package bleve

import (
	"maps"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// TestLanguagesSurviveAnEnd asks for words that are stemmed by languages which
// only the index on disk still knows.
func TestLanguagesSurviveAnEnd(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	texts := []index.Text{
		{Body: "die Häuser", Language: "de-AT"},
		{Body: "les chevaux", Language: "fr"},
		{Body: "houses of horses"},
		{Body: "kitaplar", Language: "tr"},
	}
	rows := make(map[rag.ChunkID]index.Row)
	for i, text := range texts {
		rows[indextest.ID(i)] = index.Row(i)
		change := index.Change{Row: index.Row(i), ID: indextest.ID(i), Diff: 1, Text: text}
		if err := l.Apply(t.Context(), rag.Epoch(i+1), []index.Change{change}); err != nil {
			t.Fatal(err)
		}
	}
	asked := func(l *Leg) {
		t.Helper()
		for text, want := range map[string]index.Row{"Häusern": 0, "chevaux": 1, "horse": 2, "kitaplar": 3} {
			if found := search(t, l, text); len(found) != 1 || found[0].Row != want {
				t.Errorf("%q finds %v, want row %d", text, found, want)
			}
		}
		if found := search(t, l, "die"); len(found) != 0 {
			t.Errorf("a German stop word finds %v", found)
		}
	}
	asked(l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, Config{Dir: dir})
	defer l.Close()
	missing, err := l.Rebind(t.Context(), maps.All(rows))
	if err != nil || len(missing) != 0 {
		t.Fatalf("missing %v, %v", missing, err)
	}
	asked(l)
}
