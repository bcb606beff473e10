// Package flat is the exact vector leg: it compares a query with every row. A
// row costs about as much as reading its codes; see package vectors.
package flat

import (
	"context"
	"fmt"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/vectors"
)

// Config sets up a Leg. The zero value is usable.
type Config struct {
	// Metric is how vectors are compared: "cosine", the default, "dot" or
	// "l2"; see vectors.Config.
	Metric string

	// Precision is that of the vectors for exact scores: "float32", the
	// default, or "float16", which takes half the memory.
	Precision string

	// Rows says where the vectors for exact scores are, once they were saved:
	// in "memory", the default, or on "disk".
	Rows string

	// Workers is how many goroutines share the scans of many rows that run at
	// one time, default GOMAXPROCS: a single one is shared by all, and more
	// than half as many are not shared.
	Workers int
}

// A Leg holds vectors in memory, each in the slot that is its row.
type Leg struct {
	store *vectors.Store
	epoch rag.Epoch // of the last Apply
}

// New returns an empty leg.
func New(c Config) (*Leg, error) {
	s, err := vectors.New(vectors.Config{Metric: c.Metric, Precision: c.Precision, Rows: c.Rows, Workers: c.Workers})
	if err != nil {
		return nil, fmt.Errorf("flat: %w", err)
	}
	return &Leg{store: s}, nil
}

// Apply implements index.Leg.
func (l *Leg) Apply(ctx context.Context, epoch rag.Epoch, changes []index.Change) error {
	if epoch != 0 && epoch <= l.epoch {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.store.Check(changes); err != nil {
		return fmt.Errorf("flat: %w", err)
	}
	l.store.Publish(l.store.Write(split(changes)))
	if epoch != 0 {
		l.epoch = epoch
	}
	return nil
}

func split(changes []index.Change) (removed []vectors.Slot, added []vectors.Entry) {
	for _, c := range changes {
		switch {
		case c.Diff < 0:
			removed = append(removed, c.Row)
		case len(c.Vector) > 0:
			added = append(added, vectors.Entry{Slot: c.Row, Row: c.Row, Vector: c.Vector})
		}
	}
	return removed, added
}

// Snapshot implements index.Leg. A snapshot is a version number; it holds
// nothing.
func (l *Leg) Snapshot() index.Snapshot { return l.View() }

// View returns what Snapshot does, for those who want more of it.
func (l *Leg) View() *Snapshot { return &Snapshot{table: l.store.Table()} }

// Version counts the calls of Apply that had an effect.
func (l *Leg) Version() uint64 { return l.store.Table().Version() }

// Durable implements index.Leg.
func (l *Leg) Durable() rag.Epoch { return 0 }

// Close implements index.Leg.
func (l *Leg) Close() error { return nil }
