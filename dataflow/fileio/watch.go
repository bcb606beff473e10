package fileio

import (
	"context"
	"log/slog"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// A watch collects the paths that the system's notices are about. A notice says
// only that something is to be looked at. A nil watch notices nothing.
type watch struct {
	notices *fsnotify.Watcher // nil: there are none
	log     *slog.Logger
	noticed chan struct{} // holds one token when there is something to take

	mu    sync.Mutex // guards what follows
	paths map[string]struct{}
	all   bool // some notices were lost
}

// newWatch returns a watch that notices nothing with its error.
func newWatch(log *slog.Logger) (*watch, error) {
	w := &watch{log: log, noticed: make(chan struct{}, 1), paths: make(map[string]struct{})}
	n, err := fsnotify.NewWatcher()
	if err == nil {
		w.notices = n
	}
	return w, err
}

// add watches a folder. One that cannot be watched is listed from time to time.
func (w *watch) add(dir string) {
	if w == nil || w.notices == nil {
		return
	}
	if err := w.notices.Add(dir); err != nil {
		w.log.Warn("fileio: a folder is not watched, only listed", "folder", dir, "error", err)
	}
}

func (w *watch) close() {
	if w.notices != nil {
		w.notices.Close()
	}
}

// listen collects notices until w is closed.
func (w *watch) listen(ctx context.Context) error {
	if w.notices == nil {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.notices.Events:
			if !ok {
				return nil
			}
			w.note(e.Name, false)
		case _, ok := <-w.notices.Errors:
			if !ok {
				return nil
			}
			w.note("", true)
		}
	}
}

func (w *watch) note(path string, all bool) {
	w.mu.Lock()
	w.all = w.all || all
	if !all {
		w.paths[path] = struct{}{}
	}
	w.mu.Unlock()
	select {
	case w.noticed <- struct{}{}:
	default:
	}
}

// take returns the paths since the last call, in no order, and whether others
// were lost.
func (w *watch) take() (paths []string, all bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p := range w.paths {
		paths = append(paths, p)
	}
	clear(w.paths)
	all, w.all = w.all, false
	return paths, all
}
