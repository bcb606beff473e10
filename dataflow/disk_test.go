package dataflow

import (
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
)

var errKilled = errors.New("killed")

// disk is a Backend that can be killed: from then on nothing is written. What
// was not synced may be lost, newest first.
type disk struct {
	Backend
	mu       sync.Mutex // guards what follows
	synced   map[string][]byte
	unsynced [][]Write
	left     int  // commits until it is killed; negative: never
	after    bool // the last commit is written, but its caller never hears of it
	dead     bool
	commits  int
	syncs    int
}

func newDisk() *disk { return &disk{Backend: Memory(), synced: map[string][]byte{}, left: -1} }

func (d *disk) Commit(writes []Write, sync bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead || d.left == 0 && !d.after {
		d.dead = true
		return errKilled
	}
	d.commits++
	d.unsynced = append(d.unsynced, writes)
	if sync {
		d.syncs++
		d.flush(len(d.unsynced))
	}
	if err := d.Backend.Commit(writes, sync); err != nil {
		return err
	}
	if d.left == 0 {
		d.dead = true
		return errKilled
	}
	d.left--
	return nil
}

func (d *disk) flush(n int) {
	for _, writes := range d.unsynced[:n] {
		for _, w := range writes {
			if w.Delete {
				delete(d.synced, string(w.Key))
			} else {
				d.synced[string(w.Key)] = w.Value
			}
		}
	}
	d.unsynced = d.unsynced[n:]
}

// restart returns the disk as it is found after it was killed.
func (d *disk) restart(r *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flush(r.IntN(len(d.unsynced) + 1))
	return &disk{Backend: &memory{m: maps.Clone(d.synced)}, synced: d.synced, left: -1}
}
