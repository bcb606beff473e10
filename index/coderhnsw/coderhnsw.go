// Package coderhnsw is a vector leg over the graph of github.com/coder/hnsw.
//
// It is selectable, and not the default, because that graph finds too little:
// with its default settings it returns 14 of 100 true nearest neighbours among
// 20,000 vectors of 256 dimensions, and no setting came near 95. Its walk stops
// at the first step that does not improve the best result, and its links form
// islands. It also panics when a key is added again or nodes are deleted, and
// allows no two goroutines.
//
// The leg works around what can be worked around. Every vector gets a key that
// is never used again; a removed one stays in the graph as a tombstone until the
// graph is built anew; a lock keeps readers and the writer apart; and the graph
// only proposes, while an exact leg beside it scores, sorts, and fills up what
// is missing. What it proposes wrongly, nothing corrects. Use package flat.
package coderhnsw

import (
	"context"
	"fmt"
	"math/rand"
	"sync"

	"github.com/coder/hnsw"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/flat"
	"ragserver/index/vectors"
)

// Config sets up a Leg. The zero value is usable.
type Config struct {
	M         int // links of a node; default 32
	EfSearch  int // width of the search; default 200
	OverFetch int // proposals for each result; default 10
}

// rebuildShare is the part of tombstones from which the graph is built anew. It
// took 5,000 inserts a second.
const rebuildShare = 0.3

// minProposals is the least that the graph is asked for: with fewer it misses
// even a vector that is the query.
const minProposals = 100

// A Leg holds vectors in memory, in a graph and in an exact leg.
type Leg struct {
	config Config
	exact  *flat.Leg // rows, versions and snapshots

	mu    sync.RWMutex // guards the rest: the graph knows no readers
	graph *hnsw.Graph[uint64]
	rows  map[uint64]index.Row // by key; without the removed
	keys  map[index.Row]uint64
	next  uint64
}

// New returns an empty leg.
func New(c Config) (*Leg, error) {
	if c.M < 0 || c.EfSearch < 0 || c.OverFetch < 0 {
		return nil, fmt.Errorf("coderhnsw: negative setting in %+v", c)
	}
	if c.M == 0 {
		c.M = 32
	}
	if c.EfSearch == 0 {
		c.EfSearch = 200
	}
	if c.OverFetch == 0 {
		c.OverFetch = 10
	}
	exact, err := flat.New(flat.Config{})
	if err != nil {
		return nil, err
	}
	l := &Leg{config: c, exact: exact, rows: make(map[uint64]index.Row), keys: make(map[index.Row]uint64)}
	l.graph = l.newGraph()
	return l, nil
}

func (l *Leg) newGraph() *hnsw.Graph[uint64] {
	g := hnsw.NewGraph[uint64]()
	g.M, g.EfSearch = l.config.M, l.config.EfSearch
	g.Rng = rand.New(rand.NewSource(1))
	g.Distance = func(a, b hnsw.Vector) float32 { return 1 - vectors.Dot(a, b) }
	return g
}

// Apply implements index.Leg. The exact leg checks the changes, and says whether
// the epoch is new.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.exact.Version()
	if err := l.exact.Apply(ctx, epoch, changes); err != nil {
		return err
	}
	if l.exact.Version() == before {
		return nil
	}
	for _, c := range changes {
		if c.Diff < 0 {
			l.remove(c.Row)
		}
	}
	for _, c := range changes {
		if c.Diff > 0 && len(c.Vector) > 0 {
			l.add(c.Row, c.Vector)
		}
	}
	if dead := l.graph.Len() - len(l.rows); float64(dead) > rebuildShare*float64(l.graph.Len()) {
		l.rebuild()
	}
	return nil
}

func (l *Leg) remove(row index.Row) {
	if key, ok := l.keys[row]; ok {
		delete(l.keys, row)
		delete(l.rows, key)
	}
}

func (l *Leg) add(row index.Row, v rag.Vector) {
	l.next++
	l.rows[l.next] = row
	l.keys[row] = l.next
	l.graph.Add(hnsw.MakeNode(l.next, append(hnsw.Vector(nil), v...)))
}

// rebuild makes a graph without tombstones.
func (l *Leg) rebuild() {
	old := l.graph
	l.graph = l.newGraph()
	for key := uint64(1); key <= l.next; key++ {
		if _, ok := l.rows[key]; !ok {
			continue
		}
		if v, ok := old.Lookup(key); ok {
			l.graph.Add(hnsw.MakeNode(key, v))
		}
	}
}

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return 0 }

// Close implements index.Leg.
func (l *Leg) Close() error { return l.exact.Close() }

// Snapshot implements index.Leg.
func (l *Leg) Snapshot() index.Snapshot {
	return &snapshot{Snapshot: l.exact.View(), leg: l}
}

// A snapshot is one of the exact leg. The graph is always the present one: rows
// that it proposes and the snapshot does not see score nothing, and are left
// out.
type snapshot struct {
	*flat.Snapshot
	leg *Leg
}

// Search implements index.Snapshot. A filter, a large k, or proposals that leave
// too few are searched exactly.
func (s *snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	if q.K <= 0 || len(q.Vector) == 0 || q.Rows != nil || q.K > s.Len() {
		return s.Snapshot.Search(ctx, q)
	}
	n := max(q.K*s.leg.config.OverFetch, minProposals)
	if n > s.Len()/2 {
		return s.Snapshot.Search(ctx, q)
	}
	proposed, ok := s.leg.propose(q.Vector, n)
	if !ok {
		return s.Snapshot.Search(ctx, q)
	}
	scores, err := s.Score(ctx, q, proposed)
	if err != nil {
		return nil, err
	}
	best := index.NewTop(q.K)
	for i, row := range proposed {
		if s.Sees(row) {
			best.Push(row, scores[i])
		}
	}
	if found := best.Sorted(); len(found) == q.K {
		return found, nil
	}
	return s.Snapshot.Search(ctx, q)
}

// propose returns up to n different rows that may be near to v; false if the
// graph cannot take it.
func (l *Leg) propose(v rag.Vector, n int) ([]index.Row, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.graph.Len() == 0 || l.graph.Dims() != len(v) {
		return nil, false
	}
	nodes := l.graph.Search(v, n)
	rows := make([]index.Row, 0, len(nodes))
	for _, n := range nodes {
		if row, ok := l.rows[n.Key]; ok {
			rows = append(rows, row)
		}
	}
	return rows, true
}
