// Package metadata finds the documents whose metadata meets a condition.
//
// It is an inverted index: for each field that a condition has named, the
// documents of each value are kept as bitmaps. A condition (Expr) is worked out
// by joining bitmaps, so its cost follows the number of different values and of
// documents that are found rather than the number of documents there are.
package metadata

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
)

// maxFields are indexed at a time; the one that was not asked for the longest
// makes room.
const maxFields = 64

// A Record is what a document is indexed by.
type Record interface {
	// Value returns the value of a field: nil, a bool, a string, an int64, a
	// float64 or a []any of strings are indexed, others are kept apart. The
	// result is not modified.
	Value(field string) any
	// Chunks is how many chunks the document has.
	Chunks() int
}

// A Change says that the document in a slot is another one or has other metadata
// or chunks now; without a Record the slot is empty.
type Change struct {
	Slot   uint32 // dense, below 1 << 31
	Record Record
}

// Documents are all documents there are.
type Documents interface {
	// Walk calls visit for every document, in any order, with all changes
	// that Apply was told before Walk was called. One that it is told
	// meanwhile may be seen or not, one that it is not told of yet is not
	// seen. It ends with the error of ctx when that is done.
	Walk(ctx context.Context, visit func(slot uint32, r Record)) error
}

// An Index is an inverted index over documents' metadata. A field is indexed
// when it is first asked for, by one walk over all documents, and is then kept
// up to date by Apply.
//
// Apply is called by one goroutine, everything else by any, beside it. There are
// no snapshots: what Select and Tally see is each document in one of the states
// that it had between the call and the return, and Version says which changes
// this can be. A caller that wants an older state looks again at the documents
// that have changed since.
type Index struct {
	docs    Documents
	version atomic.Uint64

	mu     sync.Mutex // guards the rest
	live   *live
	fields map[string]*field
	tick   uint64
}

// New returns an index over docs. It costs nothing until it is asked.
func New(docs Documents) *Index { return &Index{docs: docs, fields: make(map[string]*field)} }

// Version is the version of the last Apply that may have been seen, by whoever
// asks after it has looked.
func (x *Index) Version() uint64 { return x.version.Load() }

// Apply notes changes, in order. The documents must have them already.
func (x *Index) Apply(version uint64, changes []Change) {
	x.version.Store(version) // before anything of it can be seen
	for _, c := range x.columns() {
		c.apply(changes)
	}
}

func (x *Index) columns() []*column {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []*column
	if x.live != nil {
		list = append(list, &x.live.column)
	}
	for _, f := range x.fields {
		list = append(list, &f.column)
	}
	return list
}

// Select returns the documents for which e is true, and those that the caller
// has to look at, because e alone does not decide. Both belong to the caller.
func (x *Index) Select(ctx context.Context, e Expr) (yes, open *roaring.Bitmap, err error) {
	r := &reading{ctx: ctx, fields: make(map[string]*field)}
	var names []string
	e.fields(func(name string) { names = append(names, name) })
	for _, name := range names {
		if r.fields[name], err = x.field(ctx, name); err != nil {
			return nil, nil, fmt.Errorf("indexing field %q: %w", name, err)
		}
	}
	l, err := x.alive(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("listing the documents: %w", err)
	}
	r.all = l.documents()
	found, err := e.eval(r, false)
	if err != nil {
		return nil, nil, err
	}
	return found.yes.Clone(), roaring.AndNot(found.open, found.yes), nil
}

// All returns all documents.
func (x *Index) All(ctx context.Context) (*roaring.Bitmap, error) {
	l, err := x.alive(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the documents: %w", err)
	}
	return l.documents(), nil
}

// Warm indexes fields before they are asked for.
func (x *Index) Warm(ctx context.Context, fields ...string) error {
	for _, name := range fields {
		if _, err := x.field(ctx, name); err != nil {
			return fmt.Errorf("indexing field %q: %w", name, err)
		}
	}
	_, err := x.alive(ctx)
	return err
}

// field returns an indexed field. The first who asks indexes it.
func (x *Index) field(ctx context.Context, name string) (*field, error) {
	for {
		x.mu.Lock()
		f := x.fields[name]
		mine := f == nil || f.isWorn()
		if mine {
			f = newField(name)
			x.makeRoom(name)
			x.fields[name] = f
		}
		x.tick++
		f.used = x.tick
		x.mu.Unlock()
		if mine {
			if err := f.build(ctx, x.docs); err != nil {
				x.mu.Lock()
				if x.fields[name] == f {
					delete(x.fields, name)
				}
				x.mu.Unlock()
				f.done(err)
				return nil, err
			}
			f.done(nil)
			return f, nil
		}
		if ok, err := f.wait(ctx); ok || err != nil {
			return f, err
		}
	}
}

// makeRoom drops the field that was not used the longest if name would be one
// too many. It is called with x locked.
func (x *Index) makeRoom(name string) {
	if _, ok := x.fields[name]; ok || len(x.fields) < maxFields {
		return
	}
	oldest := ""
	for other, f := range x.fields {
		if oldest == "" || f.used < x.fields[oldest].used {
			oldest = other
		}
	}
	delete(x.fields, oldest)
}

// alive returns the list of documents, made when first asked for.
func (x *Index) alive(ctx context.Context) (*live, error) {
	for {
		x.mu.Lock()
		l := x.live
		mine := l == nil
		if mine {
			l = newLive()
			x.live = l
		}
		x.mu.Unlock()
		if mine {
			err := l.build(ctx, x.docs)
			if err != nil {
				x.mu.Lock()
				x.live = nil
				x.mu.Unlock()
			}
			l.done(err)
			return l, err
		}
		if ok, err := l.wait(ctx); ok || err != nil {
			return l, err
		}
	}
}

// FieldStats says what one indexed field takes.
type FieldStats struct {
	Field     string `json:"field"`
	Documents int    `json:"documents"` // that have a value
	Values    int    `json:"values"`    // different strings and numbers, some of which no document may have any more
	Bytes     int    `json:"bytes"`     // about
}

// Stats returns the statistics of the indexed fields by name.
func (x *Index) Stats() []FieldStats {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []FieldStats
	for name, f := range x.fields {
		if s, ok := f.stats(); ok {
			s.Field = name
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b FieldStats) int {
		if a.Field < b.Field {
			return -1
		}
		return 1
	})
	return list
}
