package hybrid

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

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

	mu   sync.Mutex  // guards past; held while one query works it out for all
	past []*selected // oldest first
	last atomic.Pointer[change]
}

// selected is a selection at one version: documents by their slots, and their
// rows. They are not modified any more.
type selected struct {
	change     *change
	docs, rows *roaring.Bitmap
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

// everything returns the filter that all documents pass.
func everything() *Filter { return &Filter{Key: "\x00everything"} }

// rowsOf returns the rows that f selects in s. The result is not to be modified.
func (x *Index) rowsOf(ctx context.Context, s *state, f *Filter) (*roaring.Bitmap, error) {
	found, err := x.selectionOf(ctx, s, f)
	if err != nil {
		return nil, err
	}
	return found.rows, nil
}

// selectionOf returns what f selects in s.
func (x *Index) selectionOf(ctx context.Context, s *state, f *Filter) (*selected, error) {
	if s.docs == 0 {
		return &selected{docs: roaring.New(), rows: roaring.New()}, nil
	}
	sel := x.filters.get(*f)
	sel.mu.Lock()
	defer sel.mu.Unlock()
	for i := len(sel.past) - 1; i >= 0; i-- {
		if p := sel.past[i]; p.change.version == s.version {
			return p, nil
		} else if p.change.version < s.version {
			found, err := sel.follow(ctx, p, s)
			if err != nil {
				return nil, err
			}
			if found == nil {
				break
			}
			return sel.keep(s, found), nil
		}
	}
	found, err := x.selectAnew(ctx, s, f)
	if err != nil {
		return nil, err
	}
	return sel.keep(s, found), nil
}

// keep remembers found for s, in the order of versions.
func (sel *selection) keep(s *state, found *selected) *selected {
	found.change = s.change
	n := len(sel.past)
	if n > 0 && sel.past[n-1].change.version > s.version {
		return found // of an old snapshot: few will ask for it again
	}
	sel.past = append(sel.past, found)
	if n+1 > maxPast {
		sel.past = append([]*selected(nil), sel.past[1:]...)
	}
	sel.last.Store(sel.past[0].change)
	return found
}

// follow applies the changes between p and s. Only documents that changed are
// matched again, as they are in s: what they were in between may be forgotten
// already. It returns nil if no changes lead from p to s.
func (sel *selection) follow(ctx context.Context, p *selected, s *state) (*selected, error) {
	out := &selected{docs: p.docs.Clone(), rows: p.rows.Clone()}
	docs := make(map[*document]bool)
	for c := p.change; c.version < s.version; {
		if c = c.next.Load(); c == nil {
			return nil, nil // from before Restore
		}
		for _, row := range c.freed {
			out.rows.Remove(row)
		}
		for _, d := range c.docs {
			docs[d] = true
		}
	}
	for d := range docs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out.docs.Remove(uint32(d.slot))
		if r := d.at(s.version); r != nil {
			for _, row := range r.rows {
				out.rows.Remove(row)
			}
		}
	}
	for d := range docs {
		if err := out.match(&sel.filter, d, s.version); err != nil {
			return nil, err
		}
	}
	return out, ctx.Err()
}

// match adds d if the filter selects it.
func (out *selected) match(f *Filter, d *document, version uint64) error {
	r := d.at(version)
	if r == nil {
		return nil
	}
	if f.Match != nil {
		if ok, err := f.Match(d.uri, r.metadata.get()); err != nil {
			return fmt.Errorf("filtering %s: %w", d.uri, err)
		} else if !ok {
			return nil
		}
	}
	out.docs.Add(uint32(d.slot))
	out.rows.AddMany(r.rows)
	return nil
}

// selectAnew works a selection out from nothing.
func (x *Index) selectAnew(ctx context.Context, s *state, f *Filter) (*selected, error) {
	if f.Expr != nil {
		if found, err := x.selectBy(ctx, s, f); found != nil || err != nil {
			return found, err
		}
	}
	out := &selected{docs: roaring.New(), rows: roaring.New()}
	buf := make([]*document, 0, 1024)
	for first, more := 0, true; more; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var docs []*document
		docs, first, more = x.docs.page(buf, first)
		for _, d := range docs {
			if err := out.match(f, d, s.version); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
