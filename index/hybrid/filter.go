package hybrid

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// What is kept for filters is bounded.
const (
	maxFilters = 64     // selections
	maxPast    = 4      // versions of each; 4 * 1M rows / 8 = 0.5 MB
	maxLag     = 20_000 // documents that may have changed since a selection was last used
)

// A change says which documents an epoch touched. Changes are linked, so that a
// selection that was worked out for one version can follow to a later one; what
// no selection can follow from is collected by the runtime.
type change struct {
	version uint64
	docs    []*document
	freed   []index.Row // that this version does not see any more
	touched int         // documents by this and all earlier changes
	next    atomic.Pointer[change]
}

// filters keeps the selections that were used last.
type filters struct {
	mu   sync.Mutex // guards the rest
	byID map[string]*selection
	tick uint64
}

// A selection is what one filter selects.
type selection struct {
	filter Filter
	used   uint64 // filters.tick when it was used last; guarded by filters.mu

	mu   sync.Mutex // guards past; held while one query works it out for all
	past []selected // oldest first
	last atomic.Pointer[change]
}

// selected is a selection at one version. Rows is not modified any more.
type selected struct {
	change *change
	rows   *roaring.Bitmap
}

func newFilters() *filters { return &filters{byID: make(map[string]*selection)} }

// get returns the selection of f, and makes room for it.
func (c *filters) get(f Filter) *selection {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick++
	s := c.byID[f.Key]
	if s == nil {
		if len(c.byID) >= maxFilters {
			c.evict()
		}
		s = &selection{filter: f}
		c.byID[f.Key] = s
	}
	s.used = c.tick
	return s
}

func (c *filters) evict() {
	var oldest string
	low := c.tick
	for key, s := range c.byID {
		if s.used < low {
			oldest, low = key, s.used
		}
	}
	delete(c.byID, oldest)
}

// forgetStale drops selections that would cost more to follow up than to work
// out again, and keep many changes in memory.
func (c *filters) forgetStale(now *change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, s := range c.byID {
		if last := s.last.Load(); last != nil && now.touched-last.touched > maxLag {
			delete(c.byID, key)
		}
	}
}

// rowsOf returns the rows that f selects in s. The result is not to be modified.
func (x *Index) rowsOf(ctx context.Context, s *state, f *Filter) (*roaring.Bitmap, error) {
	sel := x.filters.get(*f)
	sel.mu.Lock()
	defer sel.mu.Unlock()
	for i := len(sel.past) - 1; i >= 0; i-- {
		if p := sel.past[i]; p.change.version == s.version {
			return p.rows, nil
		} else if p.change.version < s.version {
			rows, err := sel.follow(ctx, p, s)
			if err != nil {
				return nil, err
			}
			if rows == nil {
				break
			}
			return sel.keep(s, rows), nil
		}
	}
	rows, err := x.selectAll(ctx, s, f)
	if err != nil {
		return nil, err
	}
	return sel.keep(s, rows), nil
}

// keep remembers rows for s, in the order of versions.
func (sel *selection) keep(s *state, rows *roaring.Bitmap) *roaring.Bitmap {
	n := len(sel.past)
	if n > 0 && sel.past[n-1].change.version > s.version {
		return rows // of an old snapshot: few will ask for it again
	}
	sel.past = append(sel.past, selected{s.change, rows})
	if n+1 > maxPast {
		sel.past = append([]selected(nil), sel.past[1:]...)
	}
	sel.last.Store(sel.past[0].change)
	return rows
}

// follow applies the changes between p and s to p's rows. Only documents that
// changed are matched again, as they are in s: what they were in between may
// be forgotten already. It returns nil if no changes lead from p to s.
func (sel *selection) follow(ctx context.Context, p selected, s *state) (*roaring.Bitmap, error) {
	rows := p.rows.Clone()
	docs := make(map[*document]bool)
	for c := p.change; c.version < s.version; {
		if c = c.next.Load(); c == nil {
			return nil, nil // from before Restore
		}
		for _, row := range c.freed {
			rows.Remove(row)
		}
		for _, d := range c.docs {
			docs[d] = true
		}
	}
	for d := range docs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r := d.at(s.version); r != nil {
			for _, row := range r.rows {
				rows.Remove(row)
			}
		}
	}
	for d := range docs {
		if err := sel.filter.add(rows, d, s.version); err != nil {
			return nil, err
		}
	}
	return rows, ctx.Err()
}

// add puts the rows of d into rows if the filter selects it.
func (f *Filter) add(rows *roaring.Bitmap, d *document, version uint64) error {
	r := d.at(version)
	if r == nil || len(r.rows) == 0 {
		return nil
	}
	ok, err := f.match(d.uri, r.metadata.get())
	if ok {
		rows.AddMany(r.rows)
	}
	return err
}

func (f *Filter) match(uri rag.URI, metadata map[string]any) (bool, error) {
	ok, err := f.Match(uri, metadata)
	if err != nil {
		return false, fmt.Errorf("filtering %s: %w", uri, err)
	}
	return ok, nil
}

// selectAll works a selection out from nothing.
func (x *Index) selectAll(ctx context.Context, s *state, f *Filter) (*roaring.Bitmap, error) {
	rows := roaring.New()
	buf := make([]*document, 0, 1024)
	for first, more := 0, true; more; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var docs []*document
		docs, first, more = x.docs.page(buf, first)
		for _, d := range docs {
			if err := f.add(rows, d, s.version); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}
