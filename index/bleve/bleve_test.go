package bleve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	indextest.Run(t, indextest.Subject{
		Open: func(t testing.TB, dir string) index.Leg { return open(t, Config{Dir: dir}) },
	})
}

func open(t testing.TB, c Config) *Leg {
	t.Helper()
	l, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// add applies texts as chunks and rows 0, 1, 2, ...
func add(t testing.TB, l *Leg, epoch rag.Epoch, texts ...string) {
	t.Helper()
	var changes []index.Change
	for i, text := range texts {
		changes = append(changes, index.Change{Row: index.Row(i), ID: indextest.ID(i), Diff: 1, Text: index.Text{Body: text}})
	}
	if err := l.Apply(t.Context(), epoch, changes); err != nil {
		t.Fatal(err)
	}
}

func search(t testing.TB, l *Leg, text string) []index.Scored {
	t.Helper()
	s := l.Snapshot()
	defer s.Close()
	found, err := s.Search(t.Context(), index.Query{Text: text, K: 10})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestScoreIsBM25(t *testing.T) {
	l := open(t, Config{Dir: t.TempDir()})
	defer l.Close()
	add(t, l, 1, "red fox red", "red", "green grass grows greener", "", "the of and")
	// 3 + 1 + 4 words in 5 chunks; "red" in two of them.
	idf := math.Log1p((5 - 2 + 0.5) / (2 + 0.5))
	score := func(tf, length float64) float64 {
		return idf * (1.2 + 1) * tf / (tf + 1.2*(1-0.75+0.75*length/(8.0/5)))
	}
	found := search(t, l, "red")
	if len(found) != 2 {
		t.Fatalf("found %v, want two", found)
	}
	for _, f := range found {
		want := map[index.Row]float64{0: score(2, 3), 1: score(1, 1)}[f.Row]
		if math.Abs(f.Score-want) > 1e-5 {
			t.Errorf("row %d: score %v, want %v", f.Row, f.Score, want)
		}
	}
}

func TestLanguagesAreFound(t *testing.T) {
	l := open(t, Config{Dir: t.TempDir()})
	defer l.Close()
	add(t, l, 1,
		"Running engines, and the user's guide to os.ReadFile",
		"東京タワーは高い", "北京大学的图书馆", "Die Größe der Häuser", "Быстрая лисица", "한국어를 배우다", "ภาษาไทยง่าย",
		"cafe\u0301 noir", "ＦＵＬＬ width", "naïve façade", "اللغة العربية", "don’t panic")
	for text, row := range map[string]index.Row{
		"engine run": 0, "users guide": 0, "ReadFile": 0, "os": 0, "東京": 1, "高": 1, "图书馆": 2, "häuser größe": 3, "ЛИСИЦА": 4,
		"배우": 5, "ไทย": 6, "café": 7, "full": 8, "naïve": 9, "العربية": 10, "panic": 11,
	} {
		if found := search(t, l, text); len(found) == 0 || found[0].Row != row {
			t.Errorf("%q found %v, want row %d first", text, found, row)
		}
	}
	if found := search(t, l, "the and of"); len(found) != 0 {
		t.Errorf("stop words found %v", found)
	}
}

func TestAnalyzerIsChosenByName(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Config{Dir: dir, Analyzer: "de"})
	add(t, l, 1, "Die Häuser stehen", "Ein Baum")
	if found := search(t, l, "Haus"); len(found) != 1 || found[0].Row != 0 {
		t.Errorf("found %v, want row 0", found)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: t.TempDir(), Analyzer: "klingon"}); err == nil || !strings.Contains(err.Error(), `"klingon"`) {
		t.Errorf("Open: %v, want an error that names the analyzer", err)
	}
	if _, err := Open(Config{Dir: dir}); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("Open with another analyzer: %v, want ErrCorrupt", err)
	}
}

// copied copies the files of a leg as a sudden end of the process leaves them:
// all at one time.
func copied(t *testing.T, dir string) string {
	t.Helper()
	state := func(dir string) string {
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		root, err := os.ReadFile(filepath.Join(dir, "root.bolt"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.Join(names, " "), dir, "") + string(root)
	}
	for {
		to := filepath.Join(t.TempDir(), "copy")
		before := state(dir)
		err := os.CopyFS(to, os.DirFS(dir))
		if after := state(dir); after != before {
			continue // bleve was writing
		}
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
}

func TestASuddenEndLosesOnlyWhatIsNotDurable(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	defer l.Close()
	add(t, l, 1, "first chunk")
	<-l.saved
	durable := l.Durable()
	if err := l.Apply(t.Context(), 2, []index.Change{{Row: 1, ID: indextest.ID(1), Diff: 1, Text: index.Text{Body: "second chunk"}}}); err != nil {
		t.Fatal(err)
	}
	again := open(t, Config{Dir: copied(t, dir)})
	defer again.Close()
	if durable != 1 || again.Durable() < durable {
		t.Fatalf("Durable = %d, and %d after the end; want at least 1", durable, again.Durable())
	}
	if err := again.Apply(t.Context(), 3, nil); err == nil {
		t.Error("changes are taken before Rebind")
	}
	if found := search(t, again, "chunk"); len(found) != 0 {
		t.Errorf("found %v before Rebind", found)
	}
	missing, err := again.Rebind(t.Context(), func(yield func(rag.ChunkID, index.Row) bool) {
		_ = yield(indextest.ID(0), 7) && yield(indextest.ID(1), 8)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range missing {
		if row != 8 {
			t.Errorf("row %d is missing, which was durable", row)
		}
		if err := again.Apply(t.Context(), 0, []index.Change{{Row: 8, ID: indextest.ID(1), Diff: 1, Text: index.Text{Body: "second chunk"}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Apply(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	if found := search(t, again, "chunk"); len(found) != 2 || found[0].Row != 7 || found[1].Row != 8 {
		t.Errorf("found %v, want rows 7 and 8", found)
	}
}

func TestADirectoryThatIsAFileIsCorrupt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: name}); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("Open: %v, want ErrCorrupt", err)
	}
	if _, err := Open(Config{}); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open without a directory: %v", err)
	}
}

func TestTwoCannotOpenOneDirectory(t *testing.T) {
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	defer l.Close()
	if _, err := Open(Config{Dir: dir}); err == nil || errors.Is(err, index.ErrCorrupt) {
		t.Errorf("Open: %v, want an error that is not ErrCorrupt", err)
	}
}

func BenchmarkBulk(b *testing.B) {
	l := open(b, Config{Dir: b.TempDir()})
	defer l.Close()
	row, epoch := index.Row(0), rag.Epoch(0)
	for b.Loop() {
		changes := make([]index.Change, 500)
		for i := range changes {
			var text strings.Builder
			for j := range 8 {
				text.WriteString(indextest.Text(int(row)*8 + j))
			}
			changes[i] = index.Change{Row: row, ID: indextest.ID(int(row)), Diff: 1, Text: index.Text{Body: text.String()}}
			row++
		}
		epoch++
		if err := l.Apply(context.Background(), epoch, changes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(row)/b.Elapsed().Seconds(), "chunks/s")
}

func BenchmarkOneChange(b *testing.B) {
	l := open(b, Config{Dir: b.TempDir()})
	defer l.Close()
	for e := range 20 {
		var changes []index.Change
		for i := range 500 {
			n := e*500 + i
			changes = append(changes, index.Change{Row: index.Row(n), ID: indextest.ID(n), Diff: 1, Text: index.Text{Body: indextest.Text(n)}})
		}
		if err := l.Apply(b.Context(), rag.Epoch(e+1), changes); err != nil {
			b.Fatal(err)
		}
	}
	n := 10_000
	for b.Loop() {
		change := index.Change{Row: index.Row(n), ID: indextest.ID(n), Diff: 1, Text: index.Text{Body: fmt.Sprint(indextest.Text(n))}}
		if err := l.Apply(context.Background(), rag.Epoch(n), []index.Change{change}); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
