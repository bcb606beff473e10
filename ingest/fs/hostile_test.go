//go:build unix

package fs

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
)

func TestLinks(t *testing.T) {
	f := folder{dir: filepath.Join(t.TempDir(), "docs")}
	f.Put(t, "sub/a.txt", "1")
	outside := filepath.Join(t.TempDir(), "outside.txt")
	must(t, os.WriteFile(outside, []byte("not ours"), 0o600))
	for name, target := range map[string]string{
		"copy.txt": "sub/a.txt", "sub/up.txt": "../sub/a.txt", "folder": "sub", // duplicates
		"out": outside, "out-folder": filepath.Dir(outside), "broken": "nowhere", "self": "self", "sub/loop": "..", "loop2": ".",
	} {
		must(t, os.Symlink(target, f.path(name)))
	}
	r := f.receive(t)
	r.AwaitKeys("sub/a.txt", "out", "out-folder", "broken", "self", "sub/loop", "loop2")
	for key, want := range map[string]string{"out": "leaves the folder", "out-folder": "leaves the folder", "broken": "nowhere",
		"self": "loops", "sub/loop": "loops", "loop2": "loops"} {
		o := r.Objects()[key]
		if !strings.Contains(o.Problem, want) {
			t.Errorf("%s has the problem %q, want %q", key, o.Problem, want)
		}
		if data, err := ingesttest.Read(f.Source(t), o); err == nil {
			t.Errorf("the link %s opens to %q", key, data)
		}
	}
	f.Delete(t, "out")
	f.Put(t, "out", "a file now")
	r.Await("the file in the place of the link", func(o map[string]rag.Object) bool { return o["out"].Problem == "" })
	r.AwaitData("out", "a file now")
}

func TestFolderSwappedByALinkLeadsNowhere(t *testing.T) {
	f := folder{dir: filepath.Join(t.TempDir(), "docs")}
	f.Put(t, "sub/a.txt", "ours")
	r := f.receive(t)
	o := r.Objects()["sub/a.txt"]
	secret := folder{dir: t.TempDir()}
	secret.Put(t, "a.txt", "secret")
	f.move(t, "sub", "moved")
	must(t, os.Symlink(secret.dir, f.path("sub")))
	if data, err := ingesttest.Read(f.Source(t), o); err == nil {
		t.Errorf("a file through a swapped folder opens to %q", data)
	}
	r.AwaitKeys("moved/a.txt", "sub")
	secret.Put(t, "b.txt", "secret")
	f.Put(t, "moved/c.txt", "1")
	r.AwaitKeys("moved/a.txt", "moved/c.txt", "sub")
}

func TestSpecialFilesAreListedNotOpened(t *testing.T) {
	f := folder{dir: filepath.Join(t.TempDir(), "d"), config: Config{MaxFileSize: 10}}
	f.Put(t, "a.txt", "1")
	f.Put(t, "large.txt", "12345678901")
	must(t, syscall.Mkfifo(f.path("pipe"), 0o600))
	socket, err := net.Listen("unix", f.path("socket"))
	must(t, err)
	defer socket.Close()
	r := f.receive(t)
	r.AwaitKeys("a.txt", "large.txt", "pipe", "socket")
	for key, want := range map[string]string{"large.txt": "11 bytes, more than the limit of 10", "pipe": "named pipe", "socket": "socket"} {
		o := r.Objects()[key]
		_, err := ingesttest.Read(f.Source(t), o)
		if !strings.Contains(o.Problem, want) || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: problem %q, open %v; want %q", key, o.Problem, err, want)
		}
	}
	f.Put(t, "large.txt", "shorter") // is looked at again
	r.Await("the smaller file", func(o map[string]rag.Object) bool { return o["large.txt"].Problem == "" })
	r.AwaitData("large.txt", "shorter")
	f.Delete(t, "a.txt")
	must(t, syscall.Mkfifo(f.path("a.txt"), 0o600))
	r.Await("the pipe in the place of a file", func(o map[string]rag.Object) bool { return o["a.txt"].Problem != "" })
}

func TestAnyNameWorks(t *testing.T) {
	names := []string{"\xff\xfe.txt", "caf\xe9/a\xc3.txt", `back\slash.txt`, `\x41.txt`, `\\x41.txt`, "A.txt", "a.txt", "new\nline.txt",
		" blank .txt", "Ümläut/日本語.txt", strings.Repeat("n", 255), "%41.txt", "a:b.txt", "-rf", "*?[x]{y}", "tab\t", "\u202e.txt", "\ufffd.txt"}
	f := folder{dir: t.TempDir()}
	for i, name := range names {
		f.Put(t, name, fmt.Sprint(i))
	}
	r := f.receive(t)
	if got := len(r.Objects()); got != len(names) {
		t.Errorf("%d objects of %d files", got, len(names))
	}
	for i, name := range names {
		key := escape(name)
		if !utf8.ValidString(key) || unescape(key) != name {
			t.Errorf("%q becomes %q and then %q", name, key, unescape(key))
		}
		o := r.Objects()[key]
		if got, err := ingesttest.Read(f.Source(t), o); got != fmt.Sprint(i) || err != nil || !utf8.ValidString(o.Path) {
			t.Errorf("%q opens to %q, %v", name, got, err)
		}
		f.Put(t, name, fmt.Sprint("again ", i))
		r.AwaitData(key, fmt.Sprint("again ", i))
	}
}

func TestUnreadableIsToldAndKept(t *testing.T) {
	f := folder{dir: t.TempDir()}
	f.Put(t, "a.txt", "1")
	f.Put(t, "sub/b.txt", "1")
	f.Put(t, "sub/deep/c.txt", "1")
	known := f.receive(t).Stop()
	must(t, os.Chmod(f.path("a.txt"), 0))
	must(t, os.Chmod(f.path("sub"), 0))
	t.Cleanup(func() { _ = os.Chmod(f.path("sub"), 0o700) }) // so that it can be removed
	r := ingesttest.Receive(t, f.Source(t), known)
	r.AwaitSynced(1)
	r.AwaitKeys("a.txt", "sub/b.txt", "sub/deep/c.txt")
	_, err := ingesttest.Read(f.Source(t), r.Objects()["a.txt"])
	if os.Geteuid() == 0 { // nothing is unreadable to root
		if err != nil || r.Status().Error != "" {
			t.Errorf("open as root: %v; status %+v", err, r.Status())
		}
		return
	}
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "docs:a.txt") {
		t.Errorf("Open of an unreadable file: %v", err)
	}
	if st := r.Status(); st.State != ingest.Watching || !strings.Contains(st.Error, "sub cannot be listed") {
		t.Errorf("status %+v", st)
	}
	must(t, os.Chmod(f.path("sub"), 0o700))
	f.Put(t, "sub/d.txt", "1")
	r.AwaitKeys("a.txt", "sub/b.txt", "sub/deep/c.txt", "sub/d.txt")
}

func TestOpenStaysInside(t *testing.T) {
	f := folder{dir: filepath.Join(t.TempDir(), "docs")}
	f.Put(t, "a.txt", "1")
	f.Put(t, "../secret.txt", "secret")
	s := f.Source(t)
	for _, key := range []string{"../secret.txt", "/etc/passwd", "", ".", "..", "a.txt/", "a.txt/x", "x/../../secret.txt", `\x2e\x2e/secret.txt`, "a\x00b"} {
		if data, err := ingesttest.Read(s, rag.Object{URI: rag.NewURI("docs", key)}); err == nil {
			t.Errorf("key %q opens to %q", key, data)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a", "\xff", `\x41`, `\\x41`, `\x`, "\xff\\x4", "é\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key := escape(name)
		if !utf8.ValidString(key) || unescape(key) != name {
			t.Errorf("%q becomes %q and then %q", name, key, unescape(key))
		}
	})
}

func FuzzIgnoreFile(f *testing.F) {
	for _, s := range []string{"*.log\n!a.log\n", "/a/**/b/\n", "[", "{a,b}\n\\#x\n", "a\\ \n ", "**/**/**/a*b*c*d*"} {
		f.Add(s, "sub/a.log")
	}
	f.Fuzz(func(t *testing.T, text, rel string) {
		var bad []string
		for _, r := range parseIgnore(strings.NewReader(text), func(line string) { bad = append(bad, line) }) {
			if r.glob == "" || r.dirs && r.matches(rel, false) {
				t.Errorf("rule %+v of %q", r, text)
			}
		}
		if slices.Contains(bad, "") {
			t.Errorf("an empty line of %q is called bad", text)
		}
	})
}
