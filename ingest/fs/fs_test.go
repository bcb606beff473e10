package fs

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
)

func TestSource(t *testing.T) {
	for name, c := range map[string]Config{
		"Notified": {},
		"Polled":   {NoNotify: true, Poll: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			ingesttest.Run(t, func(t *testing.T) ingesttest.Collection {
				f := folder{dir: filepath.Join(t.TempDir(), "docs"), config: c}
				f.mkdir(t, ".")
				return f
			})
		})
	}
}

// A folder is a collection for tests.
type folder struct {
	dir    string
	config Config
}

// begin returns a new folder, and a receiver of it that has been synced.
func begin(t *testing.T, c Config) (folder, *ingesttest.Receiver) {
	f := folder{dir: filepath.Join(t.TempDir(), "docs"), config: c}
	f.mkdir(t, ".")
	return f, f.receive(t)
}

func (f folder) receive(t *testing.T) *ingesttest.Receiver {
	t.Helper()
	r := ingesttest.Receive(t, f.Source(t), nil)
	r.AwaitSynced(1)
	return r
}

func (f folder) Source(t *testing.T) ingest.Source {
	t.Helper()
	c := f.config
	c.Name, c.Path, c.Logger = "docs", f.dir, slog.New(slog.DiscardHandler)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f folder) path(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

func (f folder) Put(t *testing.T, key, data string) {
	t.Helper()
	f.mkdir(t, filepath.Dir(key))
	must(t, os.WriteFile(f.path(key), []byte(data), 0o600))
}

func (f folder) mkdir(t *testing.T, key string) {
	t.Helper()
	must(t, os.MkdirAll(f.path(key), 0o700))
}

func (f folder) move(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.Rename(f.path(from), f.path(to)))
}

func (f folder) Delete(t *testing.T, key string) { t.Helper(); must(t, os.Remove(f.path(key))) }
func (f folder) Break(t *testing.T)              { t.Helper(); must(t, os.Rename(f.dir, f.dir+".away")) }
func (f folder) Mend(t *testing.T)               { t.Helper(); must(t, os.Rename(f.dir+".away", f.dir)) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPathIsShownAsConfigured(t *testing.T) {
	for _, c := range []struct{ path, key, want string }{
		{"./docs", "a.txt", "docs/a.txt"},
		{"docs/", "sub/a.txt", "docs/sub/a.txt"},
		{".", "a.txt", "a.txt"},
		{"/", "a.txt", "/a.txt"},
		{"../x", "a.txt", "../x/a.txt"},
	} {
		s, err := New(Config{Name: "docs", Path: c.path})
		must(t, err)
		if got := s.shownPath(c.key); got != c.want {
			t.Errorf("%q in %q is shown as %q, want %q", c.key, c.path, got, c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for want, c := range map[string]Config{
		"name":          {Path: "x"},
		"colon":         {Name: "a:b", Path: "x"},
		"path":          {Name: "a"},
		"include":       {Name: "a", Path: "x", Include: []string{"[a"}},
		"exclude":       {Name: "a", Path: "x", Exclude: []string{"{a"}},
		"max_file_size": {Name: "a", Path: "x", MaxFileSize: -1},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v): %v, want an error about %q", c, err, want)
		}
	}
}

func TestObjectSaysWhatIsKnown(t *testing.T) {
	f, r := begin(t, Config{})
	before := time.Now().Add(-2 * time.Second)
	f.Put(t, "sub/a.txt", "text")
	r.AwaitKeys("sub/a.txt")
	o := r.Objects()["sub/a.txt"]
	if o.URI != "docs:sub/a.txt" || o.Path != filepath.ToSlash(f.dir)+"/sub/a.txt" || o.Owner == "" ||
		o.Modified.Before(before) || o.Created.Before(before) {
		t.Errorf("object %+v", o)
	}
}

func TestOneFile(t *testing.T) {
	f := folder{dir: t.TempDir()}
	f.Put(t, "a.txt", "1")
	f.Put(t, "other.txt", "1")
	one := folder{dir: f.path("a.txt")}
	r := one.receive(t)
	r.AwaitKeys("a.txt")
	o := r.Objects()["a.txt"]
	if o.Path != filepath.ToSlash(one.dir) {
		t.Errorf("path %q, want %q", o.Path, one.dir)
	}
	f.Put(t, "a.txt", "22")
	r.AwaitVersion("a.txt", o.Version)
	r.AwaitData("a.txt", "22")
	r.AwaitKeys("a.txt")
	if _, err := ingesttest.Read(one.Source(t), rag.Object{URI: "docs:other.txt"}); err == nil {
		t.Error("another file of the folder can be opened")
	}
}

func TestRootComesLateAndGoes(t *testing.T) {
	f := folder{dir: filepath.Join(t.TempDir(), "late")}
	r := ingesttest.Receive(t, f.Source(t), nil)
	f.awaitError(t, r, "does not exist")
	f.Put(t, "a.txt", "1")
	r.AwaitSynced(1)
	r.AwaitData("a.txt", "1")
	f.Break(t)
	f.awaitError(t, r, "does not exist")
	r.AwaitKeys("a.txt")
	f.Put(t, "new.txt", "another folder by this name") // the files of the old one are gone then
	r.AwaitKeys("new.txt")
	f.Delete(t, "new.txt") // an empty folder is a listing too
	r.AwaitKeys()
}

// awaitError waits until the status has an error. There is no batch to wait
// for when nothing can be listed.
func (f folder) awaitError(t *testing.T, r *ingesttest.Receiver, want string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if st := r.Status(); strings.Contains(st.Error, want) {
			return
		} else if time.Now().After(end) {
			t.Fatalf("status %+v, want an error with %q", st, want)
		}
	}
}
