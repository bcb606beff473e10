package fileio

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ragserver/dataflow"
)

func TestStaticJSON(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.jsonl", byteOrderMark+"{\"word\":\"a\"}\r\n\n{\"word\":\"b\"}\n{\"word\":7}\n{\"word\":\"a\"}")
	write(t, dir, "sub/b.jsonl", "{\"word\":\"b\"}\nnot json\n")
	write(t, dir, ".hidden.jsonl", "{\"word\":\"h\"}\n")
	write(t, dir, "empty", "")
	var bad []string
	r := start(t, ReadJSON[word], Config{Path: dir, Static: true, OnBad: func(b BadRow) {
		bad = append(bad, strings.SplitAfter(b.Error(), ": ")[0])
	}}, dataflow.Options{})
	must(t, r.end())
	r.await(t, nil, map[word]int{{"a"}: 2, {"b"}: 2})
	if want := []string{"a.jsonl:4: ", "sub/b.jsonl:2: "}; !slices.Equal(bad, want) {
		t.Errorf("bad rows %q, want %q", bad, want)
	}
	if s := r.reader.Stats(); s.Files != 3 || s.Rows != 4 || s.Bad != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestPaths(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "b.log", "x/c.txt", "x/y/d.txt", "[e].txt"} {
		write(t, dir, name, name+"\n")
	}
	must(t, os.Symlink(dir, filepath.Join(t.TempDir(), "link")))
	for path, want := range map[string][]string{
		"":                  {"a.txt", "b.log", "x/c.txt", "x/y/d.txt", "[e].txt"},
		"*.txt":             {"a.txt", "[e].txt"},
		"**/*.txt":          {"a.txt", "x/c.txt", "x/y/d.txt", "[e].txt"},
		"x/*.txt":           {"x/c.txt"},
		"{a,b}.*":           {"a.txt", "b.log"},
		"[e].txt":           {"[e].txt"},
		"a.txt":             {"a.txt"},
		"nothing*":          nil,
		"x/{c.txt,y/d.txt}": {"x/c.txt", "x/y/d.txt"},
	} {
		r := start(t, ReadLines, Config{Path: filepath.Join(dir, path), Static: true}, dataflow.Options{})
		must(t, r.end())
		got, _, _ := r.sink.now()
		if d := difference(got, counted(want...)); d[0] != '0' {
			t.Errorf("%q: %s", path, d)
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	g := dataflow.New("g")
	feed, lines := dataflow.NewFeed[word](g, "in"), dataflow.NewFeed[string](g, "lines")
	type twice struct {
		A string `csv:"x"`
		B string `csv:"x"`
	}
	type deep struct{ A []string }
	errs := make(map[string]error)
	_, errs["Path is empty"] = ReadJSON(feed, Config{})
	_, errs["feed is nil"] = ReadJSON[word](nil, Config{Path: dir})
	_, errs["not a glob"] = ReadJSON(feed, Config{Path: dir + "/[a"})
	_, errs["cannot separate"] = ReadCSV(feed, Config{Path: dir, Comma: '"'})
	_, errs["below 0"] = ReadJSON(feed, Config{Path: dir, MaxLine: -1})
	_, errs["string is not a struct"] = ReadCSV(lines, Config{Path: dir})
	_, errs["two columns"] = ReadCSV(dataflow.NewFeed[twice](g, "twice"), Config{Path: dir})
	_, errs["[]string is not a text"] = ReadCSV(dataflow.NewFeed[deep](g, "deep"), Config{Path: dir})
	for want, err := range errs {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	r := start(t, ReadLines, Config{Path: filepath.Join(dir, "none"), Static: true}, dataflow.Options{})
	if err := r.end(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading a file that is not there: %v", err)
	}
}

// TestRowsOfAnotherTypeAreRefused changes the row type under what was committed.
func TestRowsOfAnotherTypeAreRefused(t *testing.T) {
	dir, b := t.TempDir(), dataflow.Memory()
	write(t, dir, "a", "{\"word\":\"a\"}\n")
	must(t, start(t, ReadJSON[word], Config{Path: dir, Static: true}, dataflow.Options{Backend: b}).end())
	type other struct {
		Word string `json:"text"`
	}
	err := start(t, ReadJSON[other], Config{Path: dir, Static: true}, dataflow.Options{Backend: b}).end()
	if err == nil || !strings.Contains(err.Error(), "another format or type") {
		t.Errorf("got %v", err)
	}
}

func TestFollow(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "1\n2\n2\n")
	r := start(t, ReadLines, Config{Path: dir}, dataflow.Options{})
	r.await(t, nil, counted("1", "2", "2"))
	appendTo(t, dir, "a", "3\n4")
	r.await(t, nil, counted("1", "2", "2", "3"))
	appendTo(t, dir, "a", "5\n")
	r.await(t, nil, counted("1", "2", "2", "3", "45"))
	write(t, dir, "new/b", "1\nx")
	r.await(t, nil, counted("1", "1", "2", "2", "3", "45"))
	write(t, dir, "a", "2\n1\n7\n") // rewritten, in another order
	r.await(t, nil, counted("1", "1", "2", "7"))
	must(t, os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "other")))
	appendTo(t, dir, "other/b", "\n")
	r.await(t, nil, counted("1", "1", "2", "7", "x"))
	must(t, os.Remove(filepath.Join(dir, "a")))
	r.await(t, nil, counted("1", "x"))
	must(t, os.RemoveAll(filepath.Join(dir, "other")))
	r.await(t, nil, nil)
	write(t, dir, "a", "1\n")
	r.await(t, nil, counted("1"))
	r.stop(t)
	if r.sink.worst < 0 {
		t.Errorf("a row was there %d times", r.sink.worst)
	}
}

// However the reader learns that it is over, being stopped is no error.
func TestStoppedWithItsGraph(t *testing.T) {
	g := dataflow.New("test")
	feed := dataflow.NewFeed[string](g, "in")
	reader, err := ReadLines(feed, Config{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	dataflow.To(feed.Stream(), "tally", dataflow.Sink[string](newTally[string]()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Run(ctx, dataflow.Options{}); err != nil {
		t.Fatal(err)
	}
	for range 20 { // which of the two is noticed first is chance
		if err := reader.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOnlyDifferences counts what a small change to a large file sends.
func TestOnlyDifferences(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		text.WriteString("line " + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + "\n")
	}
	dir := t.TempDir()
	write(t, dir, "a", text.String())
	r := start(t, ReadLines, Config{Path: dir}, dataflow.Options{MaxBatch: 1 << 20})
	for counts := map[string]int(nil); sum(counts) < 100_000; counts, _, _ = r.sink.now() {
	}
	counts, before, epochs := r.sink.now()
	counts["inserted in front"]++
	write(t, dir, "tmp/../.a", "inserted in front\n"+text.String()+"")
	must(t, os.Rename(filepath.Join(dir, ".a"), filepath.Join(dir, "a")))
	r.await(t, nil, counts)
	if _, after, then := r.sink.now(); after != before+1 || then != epochs+1 {
		t.Errorf("one line in front sent %d differences in %d epochs, want 1 in 1", after-before, then-epochs)
	}
	r.stop(t)
}

func sum[T comparable](counts map[T]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// TestBackPressure holds the sink up and counts the rows that the reader has
// parsed: it must wait for the feed.
func TestBackPressure(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", strings.Repeat("a line of text\n", 1_000_000))
	hold := &holdUp[string]{entered: make(chan struct{}), release: make(chan struct{})}
	r := start(t, ReadLines, Config{Path: dir, Parsers: 2}, dataflow.Options{MaxBatch: 1000}, hold)
	<-hold.entered
	// 15 MB are 58 blocks: one at the sink, one in the feed, one being sent,
	// and 2 for each parser.
	const most = 3 * (256<<10/15 + 1)
	for range 50 {
		if n := r.reader.Stats().Rows; n > most {
			t.Fatalf("%d rows were handed over while the sink stood still, want at most %d", n, most)
		}
		if n := len(r.reader.lane.order); n > 4 {
			t.Fatalf("%d batches wait, want at most 4", n)
		}
		must(t, tick())
	}
	close(hold.release)
	r.await(t, nil, map[string]int{"a line of text": 1_000_000})
	r.stop(t)
}

type holdUp[T any] struct {
	once             sync.Once
	entered, release chan struct{}
}

func (s *holdUp[T]) Write(*dataflow.Tx, dataflow.Epoch, []dataflow.Delta[T]) error {
	s.once.Do(func() {
		close(s.entered)
		<-s.release
	})
	return nil
}

func (s *holdUp[T]) Committed(context.Context, dataflow.Epoch) error { return nil }

// TestRewriteBeforeTheCommit rewrites a file before what was sent of it is
// committed: it can be read back only then.
func TestRewriteBeforeTheCommit(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "1\n2\n")
	hold := &holdUp[string]{entered: make(chan struct{}), release: make(chan struct{})}
	r := start(t, ReadLines, Config{Path: dir}, dataflow.Options{}, hold)
	<-hold.entered
	write(t, dir, "a", "2\n3\n")
	write(t, dir, "b", "4\n")
	for range 100 {
		must(t, tick()) // the reader looks at it, and must wait
	}
	close(hold.release)
	r.await(t, nil, counted("2", "3", "4"))
	r.stop(t)
}

// TestPanicOfADecoder has the type itself panic.
func TestPanicOfADecoder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "1\n13\n2\n")
	var bad []string
	r := start(t, ReadJSON[superstitious], Config{Path: dir, Static: true, OnBad: func(b BadRow) { bad = append(bad, b.Error()) }}, dataflow.Options{})
	must(t, r.end())
	r.await(t, nil, counted[superstitious](1, 2))
	if want := []string{"a:2: panic: no 13"}; !slices.Equal(bad, want) {
		t.Errorf("bad rows %q, want %q", bad, want)
	}
}

type superstitious int

func (n *superstitious) UnmarshalJSON(b []byte) error {
	if string(b) == "13" {
		panic("no 13")
	}
	*n = superstitious(b[0] - '0')
	return nil
}
