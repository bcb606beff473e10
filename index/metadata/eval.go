package metadata

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// A reading is what one evaluation looks at.
type reading struct {
	ctx    context.Context // of the one call of Select that it serves
	all    *roaring.Bitmap // not modified
	fields map[string]*field
}

// Sets are the documents for which a condition is true, for which it fails, and
// for which it is not known; for all others it is false. No document is in two
// of them. The bitmaps may be shared and are not modified.
type sets struct{ yes, failed, open *roaring.Bitmap }

func (r *reading) only(yes *roaring.Bitmap) sets {
	return sets{yes: yes, failed: roaring.New(), open: roaring.New()}
}

func (s sets) possible() *roaring.Bitmap { return roaring.Or(s.yes, s.open) }

func (e Constant) eval(r *reading, _ bool) (sets, error) {
	s := r.only(roaring.New())
	switch e {
	case All:
		s.yes = r.all
	case Failed:
		s.failed = r.all
	case Unknown:
		s.open = r.all
	}
	return s, nil
}

func (e Not) eval(r *reading, _ bool) (sets, error) {
	s, err := e.Expr.eval(r, true)
	if err != nil {
		return s, err
	}
	rest := roaring.AndNot(r.all, s.yes)
	rest.AndNot(s.failed)
	rest.AndNot(s.open)
	return sets{yes: rest, failed: s.failed, open: s.open}, nil
}

func (e And) eval(r *reading, strict bool) (sets, error) {
	if !strict {
		return e.anyOrder(r)
	}
	// What comes after a condition is reached where that is true. Where it is
	// open, so is the whole.
	s := r.only(r.all)
	for _, x := range e {
		if err := r.ctx.Err(); err != nil {
			return s, err
		}
		next, err := x.eval(r, true)
		if err != nil {
			return s, err
		}
		s = sets{
			failed: roaring.Or(s.failed, roaring.And(s.yes, next.failed)),
			open:   roaring.Or(s.open, roaring.And(s.yes, next.open)),
			yes:    roaring.And(s.yes, next.yes),
		}
	}
	return s, nil
}

// fewOpen is how many documents are rather looked at one by one than compared
// with all values of another condition: 64 * 5 us = 0.3 ms.
const fewOpen = 64

// anyOrder evaluates the cheap conditions first: a document for which any of
// them is not true is not found, whatever the others are.
func (e And) anyOrder(r *reading) (sets, error) {
	s := r.only(r.all)
	cheapFirst := slices.Clone(e)
	slices.SortStableFunc(cheapFirst, func(a, b Expr) int { return cmp.Compare(a.cost(), b.cost()) })
	for i, x := range cheapFirst {
		possible := s.possible()
		if possible.IsEmpty() {
			return s, nil
		}
		if i > 0 && x.cost() > (Equal{}).cost() && possible.GetCardinality() <= fewOpen {
			s.yes, s.open = roaring.New(), possible
			return s, nil
		}
		next, err := x.eval(r, false)
		if err != nil {
			return s, err
		}
		s.yes = roaring.And(s.yes, next.yes)
		possible.And(next.possible())
		possible.AndNot(s.yes)
		s.open = possible
	}
	return s, nil
}

func (e Or) eval(r *reading, strict bool) (sets, error) {
	s := r.only(roaring.New())
	undecided := r.all // false so far
	for i, x := range e {
		if err := r.ctx.Err(); err != nil {
			return s, err
		}
		// A failure ends the condition: only of the last it does not matter.
		next, err := x.eval(r, strict || i < len(e)-1)
		if err != nil {
			return s, err
		}
		s = sets{
			yes:    roaring.Or(s.yes, roaring.And(undecided, next.yes)),
			failed: roaring.Or(s.failed, roaring.And(undecided, next.failed)),
			open:   roaring.Or(s.open, roaring.And(undecided, next.open)),
		}
		undecided = roaring.AndNot(undecided, next.yes)
		undecided.AndNot(next.failed)
		undecided.AndNot(next.open)
	}
	return s, nil
}
