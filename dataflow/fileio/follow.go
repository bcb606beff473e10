package fileio

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Notices are collected until none has come for as long as quiet, but no longer
// than patience: a file that is being written is better read once than twice.
const (
	quiet    = 2 * time.Millisecond
	patience = 20 * time.Millisecond
)

// pass looks at every file, and removes those that are gone. A listing that
// fails removes nothing.
func (r *Reader[T]) pass(ctx context.Context, w *watch) error {
	l, err := r.place.list(w.add)
	if err != nil {
		if r.config.Static {
			return err
		}
		r.log.Warn("fileio: the files cannot be listed", "path", r.config.Path, "error", err)
		return nil
	}
	if r.config.Static && len(l.failed) > 0 {
		return fmt.Errorf("the folders %q cannot be listed", l.failed)
	}
	if r.config.Static && len(l.names) == 0 && r.place.single {
		return fmt.Errorf("%s: %w", r.config.Path, os.ErrNotExist)
	}
	for _, name := range l.names {
		if err := r.look(ctx, name); err != nil {
			return err
		}
	}
	for _, name := range r.lost(l) {
		if err := r.remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// lost returns the files of which something was sent and that are not there.
func (r *Reader[T]) lost(l listing) (names []string) {
	for name := range r.files {
		if _, ok := slices.BinarySearch(l.names, name); !ok && !l.missed(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// follow looks at files when the system has noticed something, and at all of them
// from time to time, until ctx is done.
func (r *Reader[T]) follow(ctx context.Context) error {
	w, err := newWatch(r.log)
	every := cmp.Or(r.config.Rescan, watchedRescan)
	if err != nil {
		r.log.Warn("fileio: the system gives no notices of changes", "path", r.config.Path, "error", err)
		every = cmp.Or(r.config.Rescan, polledRescan)
	}
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error { return w.listen(inner) })
	group.Go(func() error {
		defer w.close()
		return r.turn(inner, w, every)
	})
	return group.Wait()
}

func (r *Reader[T]) turn(ctx context.Context, w *watch, every time.Duration) error {
	rescan := time.NewTicker(every)
	defer rescan.Stop()
	if err := r.pass(ctx, w); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rescan.C:
			err = r.pass(ctx, w)
		case <-w.noticed:
			err = r.noticed(ctx, w)
		}
		if err != nil {
			return err
		}
	}
}

// noticed looks at what the notices of a short while are about.
func (r *Reader[T]) noticed(ctx context.Context, w *watch) error {
	enough := time.After(patience)
	for more := true; more; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.noticed:
		case <-time.After(quiet):
			more = false
		case <-enough:
			more = false
		}
	}
	paths, all := w.take()
	var names []string
	for _, p := range paths {
		rel, err := filepath.Rel(r.place.dir, p)
		name := filepath.ToSlash(rel)
		switch {
		case err != nil || hidden(name):
		case r.isFolder(p, name):
			all = true
		case r.place.has(name):
			names = append(names, name)
		}
	}
	if all {
		return r.pass(ctx, w)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := r.look(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// isFolder tells whether there is a folder, or was one with known files.
func (r *Reader[T]) isFolder(full, name string) bool {
	if info, err := os.Stat(full); err == nil {
		return info.IsDir()
	}
	if r.files[name] != nil {
		return false
	}
	for known := range r.files {
		if strings.HasPrefix(known, name+"/") {
			return true
		}
	}
	return false
}
