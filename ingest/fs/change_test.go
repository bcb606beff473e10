package fs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
)

// TestSameSizeEditsAreFound rewrites a file at once, again and again: most edits
// fall into one tick of the clock.
func TestSameSizeEditsAreFound(t *testing.T) {
	f, r := begin(t, Config{})
	for i := range 200 {
		f.Put(t, "a.txt", fmt.Sprintf("%05d", i))
	}
	r.AwaitData("a.txt", "00199")
	for i := range 4 {
		f.Put(t, "a.txt", fmt.Sprintf("%05d", i))
		r.AwaitData("a.txt", fmt.Sprintf("%05d", i))
		last := r.Objects()["a.txt"].Version
		f.Put(t, "a.txt", fmt.Sprintf("%05d", i+500)) // what was read has the old stamp, or nearly
		r.AwaitVersion("a.txt", last)
	}
}

// TestEditWithTheOldTimeIsFound sets a file's times back to what they were.
func TestEditWithTheOldTimeIsFound(t *testing.T) {
	f := folder{dir: t.TempDir()}
	f.Put(t, "a.txt", "old")
	then := time.Date(2020, 1, 2, 3, 4, 5, 6000, time.UTC)
	must(t, os.Chtimes(f.path("a.txt"), then, then))
	r := f.receive(t)
	known := r.Stop()
	f.Put(t, "a.txt", "new")
	must(t, os.Chtimes(f.path("a.txt"), then, then))
	r = ingesttest.Receive(t, f.Source(t), known)
	r.AwaitVersion("a.txt", known["a.txt"].Version)
	r.AwaitData("a.txt", "new")
}

// TestFreshVersionIsNotTrusted gives the source a version that has the file's
// own stamp, but was read before the last write of the same tick.
func TestFreshVersionIsNotTrusted(t *testing.T) {
	f := folder{dir: t.TempDir()}
	f.Put(t, "a.txt", "data")
	info, err := os.Lstat(f.path("a.txt"))
	must(t, err)
	s := f.Source(t).(*Source)
	object := func(version string) map[string]rag.Object {
		return map[string]rag.Object{"a.txt": {URI: "docs:a.txt", Path: s.shownPath("a.txt"), Version: version}}
	}
	root, err := os.OpenRoot(f.dir)
	must(t, err)
	defer root.Close()
	hash := hashFile(root, "a.txt", 100)
	for version, differs := range map[string]bool{
		stamp(info):                              false,
		stamp(info) + freshMark + hash:           false,
		stamp(info) + freshMark + "another hash": true,
		"another stamp" + freshMark + hash:       true,
	} {
		r := ingesttest.Receive(t, f.Source(t), object(version))
		r.AwaitSynced(1)
		if got := len(r.Clear()) > 0; got != differs {
			t.Errorf("known as %q: reported %v, want %v", version, got, differs)
		}
		r.Stop()
	}
}

// TestFreshFileSettlesSilently lists a new file until its stamp is trusted.
func TestFreshFileSettlesSilently(t *testing.T) {
	f, r := begin(t, Config{Poll: 10 * time.Millisecond, NoNotify: true})
	f.Put(t, "a.txt", "data")
	r.AwaitKeys("a.txt")
	version := r.Objects()["a.txt"].Version
	r.AwaitSynced(r.Synced() + 10)
	if got := r.Objects()["a.txt"].Version; got != version {
		t.Errorf("an unchanged file was reported as %q, then as %q", version, got)
	}
}

func TestRestartAfterFreshFilesEmitsNothing(t *testing.T) {
	f := folder{dir: t.TempDir()}
	for i := range 50 {
		f.Put(t, fmt.Sprint(i), "data")
	}
	known := f.receive(t).Stop()
	r := ingesttest.Receive(t, f.Source(t), known)
	r.AwaitSynced(1)
	if got := r.Clear(); len(got) > 0 {
		t.Errorf("a restart emits %q", got)
	}
}

func TestSaveByRename(t *testing.T) {
	f, r := begin(t, Config{})
	f.Put(t, "a.txt", "1")
	r.AwaitData("a.txt", "1")
	for i := range 4 {
		version := r.Objects()["a.txt"].Version
		f.Put(t, ".a.txt.tmp", fmt.Sprint("saved ", i))
		f.move(t, ".a.txt.tmp", "a.txt")
		r.AwaitVersion("a.txt", version)
		r.AwaitData("a.txt", fmt.Sprint("saved ", i))
	}
	for _, c := range r.Clear() {
		if c != "+a.txt" {
			t.Errorf("saving by renaming emits %q", c)
		}
	}
}

func TestFolderMoves(t *testing.T) {
	f, r := begin(t, Config{})
	outside := folder{dir: t.TempDir()}
	for i := range 20 {
		outside.Put(t, fmt.Sprintf("new/%d/deep/a.txt", i), "1")
	}
	all := func(top string) (keys []string) {
		for i := range 20 {
			keys = append(keys, fmt.Sprintf("%s/%d/deep/a.txt", top, i))
		}
		return keys
	}
	must(t, os.Rename(outside.path("new"), f.path("in")))
	r.AwaitKeys(all("in")...)
	for i, names := range [][2]string{{"in", "second"}, {"second", "third"}, {"third", "in"}} {
		f.move(t, names[0], names[1])
		r.AwaitKeys(all(names[1])...)
		f.Put(t, names[1]+"/7/deep/a.txt", fmt.Sprint("edit ", i)) // still watched, by its new name
		r.AwaitData(names[1]+"/7/deep/a.txt", fmt.Sprint("edit ", i))
	}
	must(t, os.Rename(f.path("in"), outside.path("out")))
	r.AwaitKeys()
	outside.Put(t, "out/7/deep/a.txt", "not ours any more")
	f.Put(t, "b.txt", "1")
	r.AwaitKeys("b.txt")
}

func TestFolderReplacedByFileAndBack(t *testing.T) {
	f, r := begin(t, Config{})
	f.Put(t, "x/a.txt", "1")
	f.Put(t, "x/y/b.txt", "1")
	r.AwaitKeys("x/a.txt", "x/y/b.txt")
	must(t, os.RemoveAll(f.path("x")))
	f.Put(t, "x", "a file now")
	r.AwaitKeys("x")
	f.Delete(t, "x")
	f.Put(t, "x/y/c.txt", "1")
	r.AwaitKeys("x/y/c.txt")
}

// TestNewFoldersAreNotMissed makes deep folders with files faster than they can
// be watched.
func TestNewFoldersAreNotMissed(t *testing.T) {
	f, r := begin(t, Config{})
	var keys []string
	for i := range 30 {
		key := fmt.Sprintf("%d/a/b/c/%d.txt", i, i)
		f.Put(t, key, "1")
		keys = append(keys, key)
	}
	r.AwaitKeys(keys...)
	for i := range 10 {
		must(t, os.RemoveAll(f.path(fmt.Sprint(i))))
		f.Put(t, keys[i], "2")
		r.AwaitData(keys[i], "2")
	}
	r.AwaitKeys(keys...)
	if n := r.Synced(); n != 1 {
		t.Errorf("%d complete listings, want the first one only", n)
	}
}

// TestSlowWriterIsReportedAtTimes appends to a file without a pause.
func TestSlowWriterIsReportedAtTimes(t *testing.T) {
	f, r := begin(t, Config{})
	file, err := os.Create(f.path("log.txt"))
	must(t, err)
	defer file.Close()
	for start := time.Now(); time.Since(start) < 700*time.Millisecond; time.Sleep(time.Millisecond) {
		_, err := file.WriteString("line\n")
		must(t, err)
	}
	_, err = file.WriteString("end")
	must(t, err)
	r.Await("the end of the file", func(o map[string]rag.Object) bool {
		info, err := os.Lstat(f.path("log.txt"))
		return err == nil && o["log.txt"].Size == info.Size()
	})
	// At 0, 50, 150, 350, 750 ms, and some when the machine was busy.
	if n := len(r.Clear()); n < 2 || n > 12 {
		t.Errorf("%d reports of a file that was written 600 times", n)
	}
}

func TestPaceSlowsAndRecovers(t *testing.T) {
	var p pace
	now := time.Now()
	var pauses []time.Duration
	for range 7 {
		p.reported("a", 1, now)
		until, _ := p.hold("a", now)
		pauses = append(pauses, until.Sub(now))
		now = until
	}
	ms := time.Millisecond
	if want := []time.Duration{50 * ms, 100 * ms, 200 * ms, 400 * ms, 800 * ms, 1000 * ms, 1000 * ms}; !slices.Equal(pauses, want) {
		t.Errorf("pauses %v, want %v", pauses, want)
	}
	now = now.Add(time.Minute)
	p.reported("a", 1, now)
	if until, held := p.hold("a", now.Add(1)); !held || until != now.Add(minPause) {
		t.Errorf("after a rest the pause is %v, want %v", until.Sub(now), minPause)
	}
	if _, held := p.hold("a", now.Add(minPause)); held {
		t.Error("a change after the pause is held back")
	}
	p.reported("new", 0, now) // created or cut to nothing, about to be written
	if _, held := p.hold("new", now); held {
		t.Error("the content of a file that was empty is held back")
	}
	for i := range 3 * maxPaces {
		p.reported(fmt.Sprint(i), 1, now.Add(time.Duration(i)*time.Second))
	}
	if len(p) > maxPaces+1 {
		t.Errorf("%d files are remembered", len(p))
	}
}

func TestFilters(t *testing.T) {
	f := folder{dir: t.TempDir(), config: Config{
		Include: []string{"**/*.md", "keep/**"}, Exclude: []string{"build/**", "**/secret.md"}, UseGitignore: true,
	}}
	for _, key := range []string{"a.md", "a.txt", "sub/b.md", "keep/any.bin", "build/c.md", "sub/secret.md", ".git/d.md", "sub/.hidden.md",
		"drafts/e.md", "sub/drafts/e.md", "sub/tmp-1.md", "sub/tmp-2.md", "only-top.md", "sub/only-top.md", "{x}.md", "sub/deep/drafts.md"} {
		f.Put(t, key, "1")
	}
	f.Put(t, ".ragignore", "# comment\ndrafts/\n/only-top.md\n{x}.md\n")
	f.Put(t, "sub/.gitignore", "tmp-*\n!tmp-2.md\n[\n")
	r := f.receive(t)
	r.AwaitKeys("a.md", "sub/b.md", "keep/any.bin", "sub/tmp-2.md", "sub/only-top.md", "sub/deep/drafts.md")
	f.Put(t, "sub/.gitignore", "b.md\n") // takes effect at once
	r.AwaitKeys("a.md", "keep/any.bin", "sub/tmp-1.md", "sub/tmp-2.md", "sub/only-top.md", "sub/deep/drafts.md")
	f.Delete(t, ".ragignore")
	r.AwaitKeys("a.md", "keep/any.bin", "sub/tmp-1.md", "sub/tmp-2.md", "sub/only-top.md", "sub/deep/drafts.md",
		"drafts/e.md", "sub/drafts/e.md", "only-top.md", "{x}.md")
}

func TestHiddenOnDemand(t *testing.T) {
	f, r := begin(t, Config{Hidden: true, IgnoreFile: ".skip"})
	f.Put(t, ".h/a.txt", "1")
	r.AwaitKeys(".h/a.txt")
	f.Put(t, ".h/.skip", "a.txt")
	r.AwaitKeys()
}

func TestPolledWhenWatchesAreUsedUp(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int
	}{{"at once", 0}, {"at the second folder", 1}} {
		t.Run(c.name, func(t *testing.T) {
			fake := &scarce{left: c.limit}
			f := folder{dir: filepath.Join(t.TempDir(), "docs"), config: Config{Poll: 10 * time.Millisecond, newNotifier: fake.open}}
			f.Put(t, "sub/a.txt", "1")
			r := f.receive(t)
			f.Put(t, "sub/b.txt", "1")
			r.AwaitKeys("sub/a.txt", "sub/b.txt")
			st := r.Status()
			if st.State != ingest.Polling || !strings.Contains(st.Note, "no space left") || st.Error != "" {
				t.Errorf("status %+v", st)
			}
		})
	}
	t.Run("no notifier", func(t *testing.T) {
		fake := &scarce{left: -1}
		f, r := begin(t, Config{Poll: 10 * time.Millisecond, newNotifier: fake.open})
		f.Put(t, "a.txt", "1")
		r.AwaitKeys("a.txt")
		if st := r.Status(); st.State != ingest.Polling || !strings.Contains(st.Note, "too many open files") {
			t.Errorf("status %+v", st)
		}
	})
}

// TestOverflowListsAll loses every notice and says so.
func TestOverflowListsAll(t *testing.T) {
	fake := &scarce{left: 1 << 30}
	f, r := begin(t, Config{newNotifier: fake.open})
	f.Put(t, "sub/a.txt", "1")
	fake.errors <- errOverflow
	r.AwaitKeys("sub/a.txt")
	if n := r.Synced(); n < 2 {
		t.Errorf("%d complete listings, want a second one", n)
	}
}
