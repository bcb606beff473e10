// Package flat is the exact vector leg: it compares a query with every row.
//
// The scan reads one byte for each dimension and computes from it how similar a
// row can be at most; only rows that can still be among the best are compared in
// float32. The answer is exact, and a row costs about as much as reading its
// codes.
package flat

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	rag "ragserver"
	"ragserver/index"
)

// Config sets up a Leg. The zero value is usable.
type Config struct {
	// Workers is how many goroutines share the scans of many rows that run at
	// one time, default GOMAXPROCS: a single one is shared by all, and more
	// than half as many are not shared.
	Workers int
}

// A Leg holds vectors in memory.
type Leg struct {
	workers int
	kernel  *kernel
	running atomic.Int32 // scans
	sieves  sync.Pool    // of *sieve

	// Read by snapshots, written by Apply.
	table atomic.Pointer[table]

	epoch rag.Epoch // of the last Apply
}

// A table is what one Apply published.
type table struct {
	version uint64
	dim     int // 0 before the first vector
	live    int
	slabs   []*slab // nil where no row has a vector; never modified
}

// New returns an empty leg.
func New(c Config) (*Leg, error) {
	if c.Workers < 0 {
		return nil, fmt.Errorf("flat: %d workers", c.Workers)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	l := &Leg{workers: c.Workers, kernel: kernels()[0]}
	l.sieves.New = func() any { return new(sieve) }
	l.table.Store(&table{})
	return l, nil
}

// Apply implements index.Leg.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) error {
	if epoch != 0 && epoch <= l.epoch {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	old := l.table.Load()
	dim, err := check(old.dim, changes)
	if err != nil {
		return err
	}
	next := &table{version: old.version + 1, dim: dim, live: old.live, slabs: old.grown(changes)}
	next.remove(changes)
	next.add(changes)
	l.table.Store(next)
	if epoch != 0 {
		l.epoch = epoch
	}
	return nil
}

// check returns the dimensions of all vectors, or says which one differs.
func check(dim int, changes []index.Change) (int, error) {
	for _, c := range changes {
		if c.Diff < 0 || len(c.Vector) == 0 {
			continue
		}
		if dim == 0 {
			dim = len(c.Vector)
		}
		if len(c.Vector) != dim {
			return 0, fmt.Errorf("flat: vector of chunk %s has %d dimensions, the index has %d", c.ID, len(c.Vector), dim)
		}
		if dim > maxDim {
			return 0, fmt.Errorf("flat: vector of chunk %s has %d dimensions, the most is %d", c.ID, dim, maxDim)
		}
		if n := norm(c.Vector); !(n < 1e18) {
			return 0, fmt.Errorf("flat: vector of chunk %s is not finite", c.ID)
		}
	}
	return dim, nil
}

// grown returns the slabs with room for all additions.
func (t *table) grown(changes []index.Change) []*slab {
	slabs, copied := t.slabs, false
	for _, c := range changes {
		if c.Diff < 0 || len(c.Vector) == 0 {
			continue
		}
		n := int(c.Row / slabRows)
		if n < len(slabs) && slabs[n] != nil {
			continue
		}
		if !copied {
			slabs, copied = append([]*slab(nil), slabs...), true
		}
		for len(slabs) <= n {
			slabs = append(slabs, nil)
		}
		slabs[n] = newSlab(len(c.Vector))
	}
	return slabs
}

// at returns the slab of row and its place there; nil if the row never had a
// vector.
func (t *table) at(row index.Row) (*slab, int) {
	n := int(row / slabRows)
	if n >= len(t.slabs) {
		return nil, 0
	}
	return t.slabs[n], int(row % slabRows)
}

func (t *table) remove(changes []index.Change) {
	for _, c := range changes {
		if c.Diff >= 0 {
			continue
		}
		if s, i := t.at(c.Row); s != nil && s.alive(i, t.version) {
			s.death[i].Store(t.version)
			t.live--
		}
	}
}

func (t *table) add(changes []index.Change) {
	for _, c := range changes {
		if c.Diff < 0 || len(c.Vector) == 0 {
			continue
		}
		s, i := t.at(c.Row)
		s.write(i, c.Vector)
		s.publish(i, t.version)
		t.live++
	}
}

// Snapshot implements index.Leg. A snapshot is a version number; it holds
// nothing.
func (l *Leg) Snapshot() index.Snapshot { return l.View() }

// View returns what Snapshot does, for those who want more of it.
func (l *Leg) View() *Snapshot {
	return &Snapshot{table: l.table.Load(), leg: l}
}

// Version counts the calls of Apply that had an effect.
func (l *Leg) Version() uint64 { return l.table.Load().version }

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return 0 }

// Close implements index.Leg.
func (l *Leg) Close() error { return nil }
