// Package ingest says how a collection of documents - a folder, a bucket, a
// drive - reports its documents as differences.
package ingest

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	rag "ragserver"
)

// A Source reports a collection and opens its documents.
type Source interface {
	// Run first makes the receiver equal to the collection: it compares the
	// collection with known, which iterates over the objects that were
	// committed when the service last ran, and emits every difference, the
	// last of them in a Batch with Synced set (an empty one if nothing
	// differs). Then it emits each change as it happens, and a Synced batch
	// after every further complete listing. It returns when ctx is done or
	// emit fails, with that error, and never because a listing failed:
	// stale is better than partial. A listing that fails deletes nothing.
	//
	// Run calls emit from one goroutine; emit blocks while the receiver is
	// behind. Run is called once.
	Run(ctx context.Context, known iter.Seq[rag.Object], emit Emit) error

	// Open returns the bytes of o as they are now, which may be newer than
	// o.Version. It returns ErrGone if there is no such document any more.
	// Any goroutine may call it, before, during and after Run.
	Open(ctx context.Context, o rag.Object) (io.ReadCloser, error)

	// Status may be called by any goroutine at any time.
	Status() Status
}

// Emit hands a batch over. An object that was listed before and is listed again
// with Diff +1 replaces the earlier one.
type Emit func(ctx context.Context, b Batch) error

// A Batch is what a source found in one look.
type Batch struct {
	Changes []rag.Change
	// Seen is when the look began that found the changes: every change that
	// the source had noticed before then is in this batch, an earlier one,
	// or, while a look is emitted in parts, one that follows with the same
	// Seen.
	Seen time.Time
	// Offset, if not nil, is committed with the changes and given back by
	// the receiver to a source that implements Resumer.
	Offset []byte
	// Synced is set when this batch completes a full listing. Parts of the
	// collection that could not be listed do not prevent it: what was known
	// there stays, and Status.Error tells.
	Synced bool
}

// A Resumer is a source with a position of its own in a change feed. Resume is
// called before Run with the last committed Offset.
type Resumer interface {
	Resume(offset []byte)
}

// ErrGone is returned by Open when the document has been deleted since it was
// listed. The next batch will say so too.
var ErrGone = errors.New("document is gone")

// A State says what a source is doing.
type State string

// The states of a source.
const (
	Starting State = "starting" // first listing not complete
	Watching State = "watching" // told of changes by the system
	Polling  State = "polling"  // looks again at intervals
	Failing  State = "failing"  // the last listing failed; Error says why
	Stopped  State = "stopped"
)

// Status is a source's own account of itself.
type Status struct {
	State       State     `json:"state"`
	Objects     int       `json:"objects"`               // in the last complete listing, refused ones too
	LastListing time.Time `json:"last_listing,omitzero"` // when the last complete listing began
	// Error is the last failure, if it still holds. In a state other than
	// Failing it is of a part only, such as a folder without permission.
	Error string `json:"error,omitempty"`
	Note  string `json:"note,omitempty"` // for people: why it polls, what limit was reached
}
