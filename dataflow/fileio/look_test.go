package fileio

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ragserver/dataflow"
)

func TestFolderThatCannotBeListedLosesNothing(t *testing.T) {
	r := &Reader[string]{files: map[string]*file{"a": nil, "b": nil, "x/c": nil, "x/y/d": nil, "xx/e": nil, "z/f": nil}}
	l := listing{names: []string{"a", "z/f"}, failed: []string{"x"}}
	if got, want := r.lost(l), []string{"b", "xx/e"}; !slices.Equal(got, want) {
		t.Errorf("lost %q, want %q", got, want)
	}
}

// TestLargeFileIsTrustedOnlyWhenCompared looks at a gigabyte that grows.
func TestLargeFileIsTrustedOnlyWhenCompared(t *testing.T) {
	now := time.Now()
	f := &file{size: 1 << 30, checked: 1 << 30}
	s := sight{stamp: stamp{size: 1<<30 + 10, modified: now.Add(-5 * time.Second).UnixNano()}, at: now}
	if !s.growing(f, defaultSizes) {
		t.Error("a gigabyte is compared after every line")
	}
	if f.done(s, defaultSizes.grain); f.sure {
		t.Error("what was not compared is trusted")
	}
	later := s
	later.at = now.Add(time.Minute)
	other := s
	other.stamp.inode = 1
	grown := s
	grown.stamp.size += 1 << 28
	cut := s
	cut.stamp.size = 1<<30 - 1
	for name, s := range map[string]sight{"rests": later, "is another": other, "has grown": grown, "was cut": cut} {
		if s.growing(f, defaultSizes) {
			t.Errorf("a file that %s is not compared", name)
		}
	}
	later.compared = true
	if f.done(later, defaultSizes.grain); !f.sure {
		t.Error("what was compared at rest is not trusted")
	}
}

// TestChangeInsideAFileThatGrows changes the first line of a file in place while
// it grows: at the latest when it rests, that is found.
func TestChangeInsideAFileThatGrows(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", strings.Repeat("a line\n", 100))
	open := func(feed *dataflow.Feed[string], c Config) (*Reader[string], error) {
		r, err := ReadLines(feed, c)
		r.sizes = sizes{block: 64, short: 24, group: 2, small: 100, grain: 300 * time.Millisecond}
		return r, err
	}
	r := start(t, open, Config{Path: dir, Rescan: 20 * time.Millisecond}, dataflow.Options{})
	r.await(t, nil, map[string]int{"a line": 100})
	f, err := os.OpenFile(filepath.Join(dir, "a"), os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte("b line\n"), 0)
	must(t, err)
	_, err = f.WriteAt([]byte("c line\n"), 700)
	must(t, err)
	r.await(t, nil, map[string]int{"a line": 99, "b line": 1, "c line": 1})
	r.stop(t)
}

// TestQuoteThatWasTooLongIsNot cuts a file inside a record that was given up for
// its length: what is left of it waits for its end, and has no rows.
func TestQuoteThatWasTooLongIsNot(t *testing.T) {
	type row struct{ A string }
	dir := t.TempDir()
	text := "A\n\"open\n" + strings.Repeat("0123456\n", 20)
	write(t, dir, "a", text)
	open := func(feed *dataflow.Feed[row], c Config) (*Reader[row], error) {
		c.MaxLine = 100
		r, err := ReadCSV[row](feed, c)
		r.sizes = sizes{block: 64, short: 24, group: 2, small: 1 << 20, grain: 50 * time.Millisecond}
		return r, err
	}
	r := start(t, open, Config{Path: dir, Rescan: 20 * time.Millisecond}, dataflow.Options{})
	r.await(t, nil, map[row]int{{"0123456"}: 20})
	write(t, dir, "a", text[:50])
	r.await(t, nil, nil)
	write(t, dir, "a", text[:50]+"\"\n1\n")
	r.await(t, nil, counted(row{text[3:50]}, row{"1"}))
	r.stop(t)
}
