package fs

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/fsnotify/fsnotify"

	"ragserver/ingest"
)

// A notifier tells of changes in the folders that were added: fsnotify's
// Watcher, or a test's.
type notifier interface {
	Add(dir string) error
	Remove(dir string) error
	Events() <-chan fsnotify.Event
	Errors() <-chan error
	Close() error
}

type systemNotifier struct{ *fsnotify.Watcher }

func (n systemNotifier) Events() <-chan fsnotify.Event { return n.Watcher.Events }
func (n systemNotifier) Errors() <-chan error          { return n.Watcher.Errors }

func newSystemNotifier() (notifier, error) {
	w, err := fsnotify.NewWatcher()
	return systemNotifier{w}, err
}

// A watch turns the system's notices into hints. When the system has no more
// room for watches it gives up, and the folder is listed often instead.
type watch struct {
	poller      *ingest.Poller
	config      Config
	ignoreNames []string

	mu       sync.Mutex          // guards what follows
	notifier notifier            // nil: there are no notices
	dirs     map[string]struct{} // watched
	base     place               // of the last add
}

// start begins to listen. The function that it returns ends that, and returns
// when it has ended.
func (w *watch) start() (stop func()) {
	if w.config.NoNotify {
		w.poller.SetMode(false, cmp.Or(w.config.Poll, polledInterval), "")
		return func() {}
	}
	open := w.config.newNotifier
	if open == nil {
		open = newSystemNotifier
	}
	n, err := open()
	if err != nil {
		w.giveUp(err)
		return func() {}
	}
	w.mu.Lock()
	w.notifier, w.dirs = n, make(map[string]struct{})
	w.mu.Unlock()
	w.poller.SetMode(true, cmp.Or(w.config.Poll, watchedInterval), "")
	var listening sync.WaitGroup
	listening.Go(func() { w.listen(n) })
	return func() {
		n.Close()
		listening.Wait()
	}
}

func (w *watch) listen(n notifier) {
	for {
		select {
		case e, ok := <-n.Events():
			if !ok {
				return
			}
			w.hint(e)
		case err, ok := <-n.Errors():
			if !ok {
				return
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.config.Logger.Warn("fs: notices of changes", "source", w.config.Name, "error", err)
			}
			w.poller.Hint("") // some notices are lost
		}
	}
}

// hint has the path of a notice looked at again.
func (w *watch) hint(e fsnotify.Event) {
	w.mu.Lock()
	base := w.base
	w.mu.Unlock()
	rel, err := filepath.Rel(base.dir, e.Name)
	if err != nil {
		return
	}
	rel = filepath.ToSlash(rel)
	switch name := path.Base(rel); {
	case rel == ".":
		w.poller.Hint("")
	case base.only != "":
		if rel == base.only {
			w.poller.Hint("")
		}
	case slices.Contains(w.ignoreNames, name):
		if dir := path.Dir(rel); dir != "." {
			w.poller.Hint(escape(dir))
		} else {
			w.poller.Hint("")
		}
	case !w.config.Hidden && (strings.HasPrefix(rel, ".") || strings.Contains(rel, "/.")):
	default:
		w.poller.Hint(escape(rel))
	}
}

// add watches the folder rel. Watching a folder again is cheap, and mends what
// a notice that came late has undone.
func (w *watch) add(at place, rel string) {
	w.mu.Lock()
	n := w.notifier
	w.base = at
	if n != nil {
		w.dirs[rel] = struct{}{}
	}
	w.mu.Unlock()
	if n == nil {
		return
	}
	if err := n.Add(filepath.Join(at.dir, filepath.FromSlash(rel))); isLimit(err) {
		w.giveUp(err)
	}
}

// remove ends the watches of the folder rel and all below it, if rel was one.
func (w *watch) remove(at place, rel string) {
	n, dirs := w.forget(rel)
	for _, dir := range dirs { // without mu: a notifier may wait for listen
		// It is an error if the system has ended it already.
		_ = n.Remove(filepath.Join(at.dir, filepath.FromSlash(dir)))
	}
}

func (w *watch) forget(rel string) (n notifier, dirs []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.dirs[rel]; !ok {
		return nil, nil
	}
	for dir := range w.dirs {
		if dir == rel || strings.HasPrefix(dir, rel+"/") {
			dirs = append(dirs, dir)
			delete(w.dirs, dir)
		}
	}
	return w.notifier, dirs
}

func isLimit(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// giveUp goes over to listing often.
func (w *watch) giveUp(err error) {
	w.mu.Lock()
	n, count := w.notifier, len(w.dirs)
	w.notifier, w.dirs = nil, nil
	w.mu.Unlock()
	if n != nil {
		n.Close()
	}
	note := fmt.Sprintf("the system cannot tell of changes (%v", err)
	if count > 0 {
		note += fmt.Sprintf(", after %d folders", count)
	}
	note += "), so the folder is listed often instead; on Linux, raise fs.inotify.max_user_watches and max_user_instances"
	w.config.Logger.Warn("fs: "+note, "source", w.config.Name)
	w.poller.SetMode(false, cmp.Or(w.config.Poll, polledInterval), note)
	w.poller.Hint("") // and from now on at the shorter interval
}
