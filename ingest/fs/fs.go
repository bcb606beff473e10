// Package fs reports the files of a folder, or one file.
//
// The system's notices of changes are hints that have a path looked at again;
// what counts is how the path looks then. So a notice that is lost, repeated or
// late costs time, never truth.
package fs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	rag "ragserver"
	"ragserver/ingest"
)

// Config describes a folder source.
type Config struct {
	Name string // of the source, used in URIs
	Path string // a folder or a file; it may appear later
	// ShowAs is put in the place of Path in the paths that people see and
	// globs match; "" means Path as it is written.
	ShowAs string

	// Include and Exclude are globs (**, *, ?, [a-z], {a,b}) on the path of
	// a file relative to Path. No Include means every file; Exclude wins,
	// and a folder that it matches is left out with all in it.
	Include []string
	Exclude []string

	// IgnoreFile is the name of files, in any folder, that list what to
	// leave out in the syntax of .gitignore; "" means ".ragignore".
	IgnoreFile string
	// UseGitignore has .gitignore files heeded as well.
	UseGitignore bool
	// Hidden includes files and folders whose names begin with a dot.
	Hidden bool

	// MaxFileSize is the size in bytes above which a file is listed with a
	// Problem and never opened; 0 means 200 MiB.
	MaxFileSize int64

	// Poll is the interval between complete listings. 0 means a minute, as
	// a safety net, where the system tells of changes, else a second.
	Poll time.Duration
	// NoNotify has changes found by listing only, for file systems that
	// do not tell of them, such as network shares.
	NoNotify bool

	Logger *slog.Logger // nil: slog.Default()

	// newNotifier stands in for the system's notices in tests.
	newNotifier func() (notifier, error)
}

const (
	defaultMaxSize  = 200 << 20
	watchedInterval = time.Minute
	polledInterval  = time.Second
)

// A Source is an ingest.Source of a folder.
type Source struct {
	config Config
	path   string // absolute
	shown  string // as configured, cleaned, with slashes
	filter filter
	poller *ingest.Poller
	watch  *watch

	// Used by Run's goroutine only.
	owners owners
	pace   pace
}

// New checks c. The path itself is looked at by Run.
func New(c Config) (*Source, error) {
	if c.Name == "" || strings.Contains(c.Name, ":") {
		return nil, fmt.Errorf("fs: name %q is empty or holds a colon", c.Name)
	}
	if c.Path == "" {
		return nil, fmt.Errorf("fs: source %q: path is not given", c.Name)
	}
	for field, globs := range map[string][]string{"include": c.Include, "exclude": c.Exclude} {
		for _, glob := range globs {
			if !doublestar.ValidatePattern(glob) {
				return nil, fmt.Errorf("fs: source %q: %s: %q is not a glob", c.Name, field, glob)
			}
		}
	}
	if c.MaxFileSize < 0 || c.Poll < 0 {
		return nil, fmt.Errorf("fs: source %q: max_file_size and poll must not be negative", c.Name)
	}
	c.MaxFileSize = cmp.Or(c.MaxFileSize, defaultMaxSize)
	c.IgnoreFile = cmp.Or(c.IgnoreFile, ".ragignore")
	c.Logger = cmp.Or(c.Logger, slog.Default())
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, fmt.Errorf("fs: source %q: %w", c.Name, err)
	}
	s := &Source{config: c, path: path, shown: escape(filepath.ToSlash(filepath.Clean(cmp.Or(c.ShowAs, c.Path)))), filter: newFilter(c)}
	s.poller = ingest.NewPoller(ingest.PollerConfig{Name: c.Name, Lister: s, Interval: cmp.Or(c.Poll, polledInterval), MaxRetry: polledInterval})
	s.watch = &watch{poller: s.poller, config: c, ignoreNames: s.filter.ignoreNames}
	return s, nil
}

// Run implements ingest.Source.
func (s *Source) Run(ctx context.Context, known iter.Seq[rag.Object], emit ingest.Emit) error {
	stop := s.watch.start()
	defer stop()
	return s.poller.Run(ctx, s.current(known), emit)
}

// current yields known, and takes the version from objects that another
// configuration has shown under another path: they are reported again.
func (s *Source) current(known iter.Seq[rag.Object]) iter.Seq[rag.Object] {
	return func(yield func(rag.Object) bool) {
		for o := range known {
			if _, key := o.URI.Split(); o.Path != s.shownPath(key) && o.Path != s.shown {
				o.Version = ""
			}
			if !yield(o) {
				return
			}
		}
	}
}

// Status implements ingest.Source.
func (s *Source) Status() ingest.Status { return s.poller.Status() }

// Open implements ingest.Source. It opens regular files inside the folder and
// nothing else, whatever has taken a file's place since it was listed.
func (s *Source) Open(_ context.Context, o rag.Object) (io.ReadCloser, error) {
	_, key := o.URI.Split()
	f, err := s.open(key)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", o.URI, err)
	}
	return f, nil
}

func (s *Source) open(key string) (*os.File, error) {
	rel := filepath.FromSlash(unescape(key))
	if !filepath.IsLocal(rel) {
		return nil, errors.New("not a path inside the folder")
	}
	at, err := s.locate()
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(at.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if at.only != "" && rel != at.only {
		return nil, ingest.ErrGone
	}
	f, _, err := openRegular(root, rel, s.config.MaxFileSize)
	return f, err
}

// openRegular opens the regular file rel in root and nothing else.
func openRegular(root *os.Root, rel string, maxSize int64) (*os.File, os.FileInfo, error) {
	before, err := root.Lstat(rel)
	if isGone(err) {
		return nil, nil, ingest.ErrGone
	}
	if err != nil {
		return nil, nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("not a regular file but %s", modeName(before.Mode()))
	}
	f, err := root.OpenFile(rel, os.O_RDONLY|openFlags, 0) // never waits for a pipe's other end
	if isGone(err) {
		return nil, nil, ingest.ErrGone
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("not a regular file any more but %s", modeName(info.Mode()))
	case !os.SameFile(before, info):
		return openChanged(f, root, rel, maxSize)
	case info.Size() > maxSize:
		err = errors.New(tooLarge(info.Size(), maxSize))
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// openChanged judges f, whose path named another file a moment before. A file
// that was saved by renaming over it is fine, what a link leads to is not.
func openChanged(f *os.File, root *os.Root, rel string, maxSize int64) (*os.File, os.FileInfo, error) {
	now, err := root.Lstat(rel)
	info, err2 := f.Stat()
	if err == nil && err2 == nil && os.SameFile(now, info) && info.Size() <= maxSize {
		return f, info, nil
	}
	return nil, nil, errors.Join(errors.New("the file is being replaced"), f.Close())
}

// A place is where the files are.
type place struct {
	dir  string // the folder
	only string // the one file of it that counts; "" for all
}

// locate looks at what the configured path is now.
func (s *Source) locate() (place, error) {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return place{}, fmt.Errorf("%s does not exist; waiting for it, and keeping what is known", s.shown)
	case err != nil:
		return place{}, err
	case info.IsDir():
		return place{dir: s.path}, nil
	case info.Mode().IsRegular():
		real, err := filepath.EvalSymlinks(s.path)
		return place{dir: filepath.Dir(real), only: filepath.Base(real)}, err
	}
	return place{}, fmt.Errorf("%s is neither a folder nor a file but %s", s.shown, modeName(info.Mode()))
}

// shownPath is what people see of key in a folder.
func (s *Source) shownPath(key string) string {
	if s.shown == "." {
		return key
	}
	return strings.TrimSuffix(s.shown, "/") + "/" + key
}
