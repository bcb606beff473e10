package hybrid

import (
	"iter"
	"time"

	rag "ragserver"
	"ragserver/index"
)

// A Status says how the index was started and how far it is saved.
type Status struct {
	// Rebuilt says why the index was filled from the truth at start although
	// there was a checkpoint, or something of one; "" if it was not.
	Rebuilt string
	// Saved is the epoch of the newest checkpoint, 0 if there is none, and
	// SavedAt when this process wrote it.
	Saved   rag.Epoch
	SavedAt time.Time
	Trouble error // why the last checkpoint could not be written

	Graph *index.Graph // of the vector leg, if it has one
}

// Status may be called by any goroutine.
func (x *Index) Status() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := Status{Rebuilt: x.rebuilt, Saved: x.saved.Epoch, SavedAt: x.savedAt, Trouble: x.trouble}
	if leg, ok := x.space.Leg.(index.Grapher); ok {
		g := leg.Graph()
		s.Graph = &g
	}
	return s
}

// Since returns the epoch after which the next Restore asks the truth for
// changes, and whether it ever asks. It is called from the goroutine of Apply.
func (x *Index) Since() (rag.Epoch, bool) {
	x.mu.Lock()
	saved := x.saved.Epoch
	x.mu.Unlock()
	return x.since(saved), x.saves()
}

// since is the epoch after which changes count for one of the legs, if the
// newest checkpoint is of epoch saved.
func (x *Index) since(saved rag.Epoch) rag.Epoch {
	if _, ok := x.text.(index.Rebinder); ok {
		return min(saved, x.text.Durable())
	}
	return saved
}

// Notes iterates over all documents with what their owner noted of them, as of
// the state after the last Apply.
func (x *Index) Notes() iter.Seq2[rag.URI, string] {
	return func(yield func(rag.URI, string) bool) {
		s := x.Snapshot()
		defer s.Close()
		for _, d := range x.docs.at(s.state.version) {
			if !yield(d.uri, d.at(s.state.version).note) {
				return
			}
		}
	}
}
