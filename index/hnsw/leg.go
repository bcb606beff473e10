package hnsw

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/vectors"
)

// A Leg holds vectors in memory, in slots of its own. It implements index.Leg and
// index.Saver.
//
// Three kinds of goroutines work on it. The one that calls Apply fills slots and
// publishes versions. Those of the background link nodes and take out dead ones,
// see tend.go. Those that search look at a version's vectors, and at the nodes as
// they are.
type Leg struct {
	config Config
	store  *vectors.Store
	state  atomic.Pointer[state]
	entry  atomic.Uint64 // see entry
	apart  atomic.Pointer[outliers]
	tuning atomic.Pointer[tuning]
	grace  grace

	walkers sync.Pool // of *walker
	probes  sync.Pool // of *vectors.Probe
	locks   [256]sync.Mutex

	entryMu  sync.Mutex // held to change entry
	twinsMu  sync.Mutex // held to change twins
	randomMu sync.Mutex // guards random
	random   *rand.Rand

	graph   sync.RWMutex // read by builders, held by those who take nodes out
	queue   queue
	fresh   queue        // nodes for the backlog
	waiting atomic.Int64 // nodes of that kind
	added   atomic.Int64 // when vectors came last, in nanoseconds of Unix
	hurried atomic.Int32 // callers of Wait
	removed atomic.Int64 // vectors that are, and whose slots are not free yet
	slots   slotPool
	held    holds
	asked   questions
	always  bool // walk, even where it costs more: for tests

	// Of the goroutine that tends, see tend.go.
	linkedAll    atomic.Int64 // nodes, ever
	began, ended atomic.Int64 // passes
	unseen       []slot       // see find
	found        atomic.Int64 // the width that all other nodes were found by
	checked      progress
	tuned        progress
	left         int64  // of removed, after the last sweep
	leftAt       uint64 // the oldest version then

	epoch  rag.Epoch // of the last Apply
	stop   context.CancelFunc
	ending context.Context
	wake   chan struct{}
	tended sync.WaitGroup
}

// A state is what one Apply has published.
type state struct {
	table *vectors.Table
	nodes nodes
	rows  rowMap
}

// New returns an empty leg. Close ends what it does in the background.
func New(c Config) (*Leg, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	store, err := vectors.New(c.vectors())
	if err != nil {
		return nil, fmt.Errorf("hnsw: %w", err)
	}
	l := &Leg{
		config: c, store: store,
		random: rand.New(rand.NewPCG(1, 1)),
		held:   holds{versions: make(map[uint64]int)},
		wake:   make(chan struct{}, 1),
	}
	l.probes.New = func() any { return new(vectors.Probe) }
	l.walkers.New = func() any { return newWalker() }
	l.ending, l.stop = context.WithCancel(context.Background())
	l.state.Store(&state{table: store.Table(), nodes: nodes{m: c.M}})
	l.tuning.Store(l.untuned())
	l.tended.Go(l.tend)
	return l, nil
}

// Close implements index.Leg.
func (l *Leg) Close() error {
	l.stop()
	l.tended.Wait()
	return nil
}

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return 0 }

// view is what walks go over.
func (l *Leg) view() view {
	s := l.state.Load()
	return view{s.nodes, s.table}
}

// lock is held to change the list of a node.
func (l *Leg) lock(s slot) *sync.Mutex { return &l.locks[s%slot(len(l.locks))] }

// Apply implements index.Leg. It does not wait for the graph.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) error {
	if epoch != 0 && epoch <= l.epoch {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.store.Check(changes); err != nil {
		return fmt.Errorf("hnsw: %w", err)
	}
	l.apply(changes)
	if epoch != 0 {
		l.epoch = epoch
	}
	return nil
}

func (l *Leg) apply(changes []index.Change) {
	old := l.state.Load()
	var removed, added []slot
	var entries []vectors.Entry
	for _, c := range changes {
		if s, ok := old.at(c.Row); ok && c.Diff < 0 {
			removed = append(removed, s)
		}
	}
	rows := old.rows
	for _, c := range changes {
		if c.Diff > 0 && len(c.Vector) > 0 {
			s := l.slots.take()
			added = append(added, s)
			entries = append(entries, vectors.Entry{Slot: s, Row: c.Row, Vector: c.Vector})
			rows = rows.grown(c.Row)
		}
	}
	table := l.store.Write(removed, entries)
	next := &state{table: table, nodes: old.nodes.grown(table.Slots()), rows: rows}
	for i, s := range added {
		next.nodes.raise(s, 0)
		next.nodes.setKind(s, waiting)
		next.rows.set(entries[i].Row, s)
	}
	l.waiting.Add(int64(len(added))) // before a search can see them
	l.store.Publish(table)
	l.state.Store(next)
	l.removed.Add(int64(len(removed)))
	l.queue.push(added)
	if len(added) > 0 {
		l.added.Store(time.Now().UnixNano())
	}
	if len(added) > 0 || len(removed) > 0 {
		l.nudge()
	}
}

// nudge has the background look whether there is something to do.
func (l *Leg) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// dead says whether nothing that is not removed is at a node: itself, and its
// twins.
func (l *Leg) dead(v view, s slot) bool {
	if v.table.Death(s) == math.MaxUint64 {
		return false
	}
	for t, ok := v.nodes.next(s); ok; t, ok = v.nodes.next(t) {
		if v.table.Death(t) == math.MaxUint64 {
			return false
		}
	}
	return true
}
