package dataflow

import (
	"slices"
	"sort"
)

// orderedMax is how many items a chunk holds. Putting one in moves half a chunk of
// 16 bytes each, 2 KB; and every 128th a list of chunks, which for a million
// values has 8,000 of 24 bytes: 1.5 KB for each value. A few values are one chunk
// of their own size.
const orderedMax = 256

// An orderedPlace is where an item is, until one is put in or taken out.
type orderedPlace struct{ chunk, i int }

// get returns the item at p, or nil if p is before the first or after the last.
func (o *ordered[X, V]) get(p orderedPlace) *orderedItem[X, V] {
	if p.chunk < 0 || p.chunk >= len(o.chunks) {
		return nil
	}
	return &o.chunks[p.chunk][p.i]
}

func (o *ordered[X, V]) next(p orderedPlace) orderedPlace {
	if p.i++; p.i < len(o.chunks[p.chunk]) {
		return p
	}
	return orderedPlace{p.chunk + 1, 0}
}

func (o *ordered[X, V]) prev(p orderedPlace) orderedPlace {
	switch {
	case p.i > 0:
		return orderedPlace{p.chunk, p.i - 1}
	case p.chunk > 0:
		return orderedPlace{p.chunk - 1, len(o.chunks[p.chunk-1]) - 1}
	}
	return orderedPlace{-1, 0}
}

// first returns the first place where holds is true, which it is for all that
// come later.
func (o *ordered[X, V]) first(holds func(*orderedItem[X, V]) bool) orderedPlace {
	c := sort.Search(len(o.chunks), func(c int) bool {
		chunk := o.chunks[c]
		return holds(&chunk[len(chunk)-1])
	})
	if c == len(o.chunks) {
		return orderedPlace{c, 0}
	}
	chunk := o.chunks[c]
	return orderedPlace{c, sort.Search(len(chunk), func(i int) bool { return holds(&chunk[i]) })}
}

// from returns the place of the first item whose key is at least x.
func (o *ordered[X, V]) from(x X) orderedPlace {
	return o.first(func(e *orderedItem[X, V]) bool { return e.at >= x })
}

// after returns the place of the first item whose key is more than x.
func (o *ordered[X, V]) after(x X) orderedPlace {
	return o.first(func(e *orderedItem[X, V]) bool { return e.at > x })
}

// find returns where the value of e is, or where it belongs.
func (o *ordered[X, V]) find(e orderedItem[X, V]) (p orderedPlace, found bool) {
	if last := len(o.chunks) - 1; last >= 0 { // what comes in order belongs at the end
		chunk := o.chunks[last]
		if o.kind.compare(chunk[len(chunk)-1], e) < 0 {
			return orderedPlace{last + 1, 0}, false
		}
	}
	p = o.first(func(other *orderedItem[X, V]) bool { return o.kind.compare(*other, e) >= 0 })
	at := o.get(p)
	return p, at != nil && o.kind.compare(*at, e) == 0
}

// insert puts e in at the place that find returned.
func (o *ordered[X, V]) insert(p orderedPlace, e orderedItem[X, V]) {
	if p.chunk == len(o.chunks) {
		if p.chunk == 0 || len(o.chunks[p.chunk-1]) == orderedMax {
			o.chunks = append(o.chunks, []orderedItem[X, V]{e})
			return
		}
		p = orderedPlace{p.chunk - 1, len(o.chunks[p.chunk-1])}
	}
	if len(o.chunks[p.chunk]) == orderedMax {
		p = o.split(p)
	}
	o.chunks[p.chunk] = slices.Insert(o.chunks[p.chunk], p.i, e)
}

// split makes two chunks of the one that p is in, and returns where p is now.
func (o *ordered[X, V]) split(p orderedPlace) orderedPlace {
	const half = orderedMax / 2
	chunk := o.chunks[p.chunk]
	o.chunks = slices.Insert(o.chunks, p.chunk+1, slices.Clone(chunk[half:]))
	clear(chunk[half:])
	o.chunks[p.chunk] = chunk[:half]
	if p.i > half {
		return orderedPlace{p.chunk + 1, p.i - half}
	}
	return p
}

// remove takes e out. A chunk that is left with little joins the next one.
func (o *ordered[X, V]) remove(e orderedItem[X, V]) {
	p, found := o.find(e)
	if !found {
		return
	}
	c := p.chunk
	o.chunks[c] = slices.Delete(o.chunks[c], p.i, p.i+1)
	if c == len(o.chunks)-1 && c > 0 {
		c--
	}
	switch {
	case len(o.chunks[p.chunk]) == 0:
		o.chunks = slices.Delete(o.chunks, p.chunk, p.chunk+1)
	case c+1 < len(o.chunks) && len(o.chunks[c])+len(o.chunks[c+1]) <= orderedMax/2:
		o.chunks[c] = append(o.chunks[c], o.chunks[c+1]...)
		o.chunks = slices.Delete(o.chunks, c+1, c+2)
	}
}
