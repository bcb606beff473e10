// Package vectors holds vectors in memory and compares a query with them: with
// all of them, with some, or with those at the ends of a graph's links.
//
// A vector is kept twice: in float32, and as one byte for each dimension, from
// which follows how similar it can be to a query at most. Comparing bytes costs a
// fourth, and only what can still be among the best is compared in float32, so
// that a scan is exact.
//
// What a version sees can be saved in files as it lies, and loaded again; see
// Store.Save.
//
// Vectors have slots. One writer fills and empties them, and publishes versions;
// readers look at one version and need no lock.
package vectors

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	rag "ragserver"
	"ragserver/index"
)

// A Slot is the place of a vector. Slots are dense.
type Slot = uint32

// An Entry is a vector to be put into a slot, under the row that it is found as.
type Entry struct {
	Slot   Slot
	Row    index.Row
	Vector rag.Vector
}

// Config sets up a Store. The zero value is usable.
type Config struct {
	// Metric is how vectors are compared, a higher score being better:
	// "cosine", the default, which makes vectors and queries that are not of
	// length 1 so; "dot", the product; or "l2", -|q-v|^2.
	Metric string

	// Precision is that of the vectors for exact scores: "float32", the
	// default, or "float16", which takes half the memory. Vectors are rounded
	// to it when they are written, so that an exact score is that of the
	// rounded ones: a cosine is off by less than 0.001.
	Precision string

	// Rows says where the vectors for exact scores are: in "memory", the
	// default, or on "disk": then those that Save has written are read from
	// its files, and only what was written since is in memory. Codes, a
	// byte for each dimension, are always in memory. A slot that is not seen
	// any more then has codes, but its vector may be nothing.
	Rows string

	// Workers is how many goroutines share the scans of many slots that run
	// at one time, default GOMAXPROCS: a single one is shared by all, and more
	// than half as many are not shared.
	Workers int
}

// A Store is what the writer has in hand.
type Store struct {
	workers int
	metric  metric
	kernel  *kernel
	half    bool         // vectors are kept in 16 bits
	wide    []float32    // the writer's, for a vector before it is rounded
	running atomic.Int32 // scans
	sieves  sync.Pool    // of *sieve
	table   atomic.Pointer[Table]

	disk    bool         // see Config.Rows
	touched atomic.Int64 // vectors read since memory was given back

	mu      sync.Mutex // guards the following, and moveNow
	writing bool       // from Write to Publish
	moves   []move     // to be done when nothing is written

	// lineage is the number of this store, and loaded says which state of
	// which store it began with: versions are comparable within a lineage, up
	// to that state.
	lineage uint64
	loaded  struct{ lineage, version uint64 }
}

// New returns an empty store.
func New(c Config) (*Store, error) {
	if c.Workers < 0 {
		return nil, fmt.Errorf("%d workers", c.Workers)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	m, err := metricOf(c.Metric)
	if err != nil {
		return nil, err
	}
	if c.Precision != "" && c.Precision != "float32" && c.Precision != "float16" {
		return nil, fmt.Errorf("precision %q is not one of [\"float32\" \"float16\"]", c.Precision)
	}
	if c.Rows != "" && c.Rows != "memory" && c.Rows != "disk" {
		return nil, fmt.Errorf("rows in %q, which is not one of [\"memory\" \"disk\"]", c.Rows)
	}
	s := &Store{disk: c.Rows == "disk", half: c.Precision == "float16", workers: c.Workers, metric: m, kernel: kernels()[0], lineage: rand.Uint64()}
	s.sieves.New = func() any { return new(sieve) }
	s.table.Store(&Table{store: s})
	return s, nil
}

// Table returns the last version that was published.
func (s *Store) Table() *Table { return s.table.Load() }

// Check says whether changes can be written: whether their vectors are finite
// and have the dimensions of all others.
func (s *Store) Check(changes []index.Change) error {
	dim := s.Table().dim
	for _, c := range changes {
		if c.Diff < 0 || len(c.Vector) == 0 {
			continue
		}
		if dim == 0 {
			dim = len(c.Vector)
		}
		if len(c.Vector) != dim {
			return fmt.Errorf("vector of chunk %s has %d dimensions, the index has %d", c.ID, len(c.Vector), dim)
		}
		if dim > maxDim {
			return fmt.Errorf("vector of chunk %s has %d dimensions, the most is %d", c.ID, dim, maxDim)
		}
		if !finite(c.Vector) {
			return fmt.Errorf("vector of chunk %s is not finite", c.ID)
		}
		if s.half && s.metric != cosine && !(topGo(c.Vector) < maxHalf) {
			return fmt.Errorf("vector of chunk %s is too large for float16", c.ID)
		}
	}
	return nil
}

// maxNorm bounds vectors, so that no product of two overflows.
const maxNorm = 1e18

// finite says whether v has no value that is no number, and no large norm.
func finite(v []float32) bool { return Dot(v, v) < maxNorm*maxNorm }

// Write empties slots and fills others, and returns the version after that. No
// reader sees any of it before Publish. The vectors were checked; a slot that is
// filled is empty, and nothing looks at what was in it any more.
func (s *Store) Write(removed []Slot, added []Entry) *Table {
	s.mu.Lock()
	s.writing = true
	s.mu.Unlock()
	old := s.Table()
	next := &Table{store: s, version: old.version + 1, dim: old.dim, live: old.live, slabs: old.slabs, bases: old.bases}
	if next.dim == 0 && len(added) > 0 {
		next.dim = len(added[0].Vector)
	}
	next.grow(added)
	for _, slot := range removed {
		if sl, i := next.at(slot); sl != nil && sl.alive(i, next.version) {
			sl.death[i].Store(next.version)
			next.live--
		}
	}
	for _, e := range added {
		next.own(e.Slot)
		sl, i := next.at(e.Slot)
		sl.write(s, next.version, i, e.Row, e.Vector)
		sl.publish(i, next.version)
		next.live++
	}
	return next
}

// Publish makes t, which Write returned last, the version that readers get.
func (s *Store) Publish(t *Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = false
	s.table.Store(t)
	s.moveNow()
}

// Kernels names the ways to compute that this processor has, the best first.
func Kernels() []string {
	var names []string
	for _, k := range kernels() {
		names = append(names, k.name)
	}
	return names
}

// SetKernel has s compute by another kernel than the best: all must give the same
// answers, which is for tests to show. It is called while nothing uses s.
func (s *Store) SetKernel(name string) {
	for _, k := range kernels() {
		if k.name == name {
			s.kernel = k
		}
	}
}

// format is the number of the store's precision in files.
func (s *Store) format() int {
	if s.half {
		return 1
	}
	return 0
}
