package pebblestore

import "sync"

// A use counts the calls under way, so that closing waits for them and later
// ones are turned away. Pebble itself panics when it is used after its end.
type use struct {
	mu    sync.Mutex // guards what follows
	calls int
	ended bool
	idle  chan struct{} // closed when ended and no call is left
}

// begin reports whether a call may go on; if so, done must follow.
func (u *use) begin() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return false
	}
	u.calls++
	return true
}

func (u *use) done() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls--
	if u.ended && u.calls == 0 {
		close(u.idle)
	}
}

// end turns later calls away. It reports whether it is the first end.
func (u *use) end() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return false
	}
	u.ended = true
	u.idle = make(chan struct{})
	if u.calls == 0 {
		close(u.idle)
	}
	return true
}

// wait returns when no call is left. It follows end.
func (u *use) wait() { <-u.idle }
