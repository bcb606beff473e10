package fileio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"
)

// A place is where files are looked for.
type place struct {
	dir  string // all are in it or below
	glob string // of their paths in dir, with slashes

	single bool // one file is meant
}

// placeOf takes apart the path of a Config.
func placeOf(p string) (place, error) {
	info, err := os.Stat(p)
	switch {
	case err == nil && info.IsDir(), err != nil && strings.HasSuffix(p, string(filepath.Separator)):
		return place{dir: p, glob: "**"}, nil
	case err == nil:
		return place{dir: filepath.Dir(p), glob: escape(filepath.Base(p)), single: true}, nil
	}
	dir, glob := doublestar.SplitPattern(filepath.ToSlash(p))
	if !doublestar.ValidatePattern(glob) {
		return place{}, fmt.Errorf("%s is not a glob", p)
	}
	return place{filepath.FromSlash(dir), glob, !strings.ContainsAny(glob, `*?[{`)}, nil
}

// escape returns a glob that matches only name.
func escape(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(name)
}

// has tells whether the file at name, relative and with slashes, is looked for.
func (p place) has(name string) bool {
	if hidden(name) {
		return false
	}
	return doublestar.MatchUnvalidated(p.glob, name)
}

// hidden tells whether a part of the path begins with a dot.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }

// errNoFile says that what is at a path is not a regular file.
var errNoFile = errors.New("not a regular file")

// open opens a regular file.
func (p place) open(name string) (*os.File, fs.FileInfo, error) {
	full := filepath.Join(p.dir, filepath.FromSlash(name))
	info, err := os.Stat(full) // before opening: a pipe would wait for a writer
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %w", full, errNoFile)
	}
	f, err := os.Open(full)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// A listing is what is there.
type listing struct {
	names  []string // of files, ascending
	failed []string // folders that could not be read: nothing is known of what is in them
}

// list lists the files. Before a folder is read, enter is called with its path.
// The error is that of dir itself.
func (p place) list(enter func(dir string)) (listing, error) {
	var l listing
	err := filepath.WalkDir(p.dir+string(filepath.Separator), func(full string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(p.dir, full)
		name := filepath.ToSlash(rel)
		switch {
		case err != nil && name == ".":
			return err
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			l.failed = append(l.failed, name)
			return nil
		case d.IsDir():
			if name != "." && (hidden(name) || !p.below(name)) {
				return fs.SkipDir
			}
			enter(full)
		case p.has(name) && p.regular(full, d):
			l.names = append(l.names, name)
		}
		return nil
	})
	return l, err
}

// below tells whether files in the folder name can be meant.
func (p place) below(name string) bool {
	return strings.Contains(p.glob, "**") || strings.Contains(p.glob, "{") ||
		strings.Count(name, "/") < strings.Count(p.glob, "/")
}

// regular tells whether an entry is a file, or a link to one.
func (p place) regular(full string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink != 0 {
		info, err := os.Stat(full)
		return err == nil && info.Mode().IsRegular()
	}
	return d.Type().IsRegular()
}

// missed tells whether name may be there although it was not listed.
func (l listing) missed(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		for _, f := range l.failed {
			if f == dir {
				return true
			}
		}
	}
	return false
}
