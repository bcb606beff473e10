package metadata

import (
	"cmp"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// of returns a copy of the documents whose value is of kind k.
func (f *field) of(k kind) *roaring.Bitmap {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.kinds[k].Clone()
}

// without returns the documents of r that have none of the kinds.
func (f *field) without(r *reading, ks ...kind) *roaring.Bitmap {
	out := r.all.Clone()
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, k := range ks {
		out.AndNot(f.kinds[k])
	}
	return out
}

func (e Equal) eval(r *reading, _ bool) (sets, error) {
	f := r.fields[e.Field]
	s := r.only(f.equal(r, e.Value))
	if e.Value != nil {
		s.open = f.of(odd)
	}
	return s, nil
}

// equal returns the documents whose indexed value is v.
func (f *field) equal(r *reading, v any) *roaring.Bitmap {
	switch v := v.(type) {
	case nil:
		return f.without(r, textual, number, isTrue, isFalse, list, odd)
	case bool:
		if v {
			return f.of(isTrue)
		}
		return f.of(isFalse)
	case string:
		f.mu.RLock()
		defer f.mu.RUnlock()
		if id, ok := f.texts.find(v); ok {
			return f.single.of(id)
		}
	case float64:
		f.mu.RLock()
		defer f.mu.RUnlock()
		if id, ok := f.numbers.find(v); ok {
			return f.numeric.of(id)
		}
	}
	return roaring.New()
}

func (e Compare) eval(r *reading, _ bool) (sets, error) {
	f := r.fields[e.Field]
	list := f.allNumbers()
	sorted := f.byNumber.upTo(uint32(len(list)), func(a, b uint32) int { return cmp.Compare(list[a], list[b]) })
	ids, others := within(f.allNumbers(), sorted, e.Op, e.Number) // another reader may have sorted more
	found, err := f.gather(r, &f.numeric, ids)
	if err != nil {
		return sets{}, err
	}
	if others {
		found = roaring.AndNot(f.of(number), found)
	}
	return r.only(found), nil
}

// allNumbers returns the numbers that there are by now. More may be appended.
func (f *field) allNumbers() []float64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.numbers.list
}

func (e Text) eval(r *reading, _ bool) (sets, error) {
	f := r.fields[e.Field]
	ids, err := f.matching(r.ctx, e.Prefix, e.Parts, e.Match)
	if err != nil {
		return sets{}, err
	}
	found, err := f.gather(r, &f.single, ids)
	if err != nil {
		return sets{}, err
	}
	s := r.only(found)
	s.open = f.of(odd)
	switch e.Else {
	case All:
		s.yes = roaring.Or(s.yes, f.without(r, textual, odd))
	case Failed:
		s.failed = f.without(r, textual, odd)
	}
	return s, nil
}

func (e Contains) eval(r *reading, _ bool) (sets, error) {
	f := r.fields[e.Field]
	s := r.only(roaring.New())
	s.open = f.of(odd)
	s.failed = f.without(r, textual, list, odd)
	part, ok := e.Value.(string)
	if !ok {
		return s, nil // a list of strings has no such element
	}
	ids, err := f.matching(r.ctx, "", []string{part}, func(s string) bool { return strings.Contains(s, part) })
	if err != nil {
		return s, err
	}
	if s.yes, err = f.gather(r, &f.single, ids); err != nil {
		return s, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if id, ok := f.texts.find(part); ok {
		s.yes.Or(f.element.of(id))
	}
	return s, nil
}

// of returns a copy of the documents of one value.
func (p *postings) of(id uint32) *roaring.Bitmap {
	g := gathered{bitmap: roaring.New()}
	p.addTo(&g, []uint32{id})
	return g.result()
}

// gather returns the documents of values. It lets the writer in from time to
// time.
func (f *field) gather(r *reading, p *postings, ids []uint32) (*roaring.Bitmap, error) {
	g := gathered{bitmap: roaring.New()}
	for len(ids) > 0 {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		n := min(len(ids), batch)
		f.mu.RLock()
		p.addTo(&g, ids[:n])
		f.mu.RUnlock()
		ids = ids[n:]
	}
	return g.result(), nil
}
