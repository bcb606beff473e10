package fs

import (
	"sync"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

var errOverflow = fsnotify.ErrEventOverflow

// A scarce notifier tells of nothing and has watches for left folders; with -1
// it cannot even be opened.
type scarce struct {
	mu     sync.Mutex // guards left
	left   int
	events chan fsnotify.Event
	errors chan error
	once   sync.Once
}

func (n *scarce) open() (notifier, error) {
	if n.left < 0 {
		return nil, syscall.EMFILE
	}
	n.events, n.errors = make(chan fsnotify.Event), make(chan error)
	return n, nil
}

func (n *scarce) Add(string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.left == 0 {
		return syscall.ENOSPC
	}
	n.left--
	return nil
}

func (n *scarce) Remove(string) error           { return nil }
func (n *scarce) Events() <-chan fsnotify.Event { return n.events }
func (n *scarce) Errors() <-chan error          { return n.errors }
func (n *scarce) Close() error                  { n.once.Do(func() { close(n.events) }); return nil }
