package bm25

import (
	"math/bits"
	"slices"
)

// maxSince is how many deletions are looked for in each list of a query before
// their terms are counted.
const maxSince = 128

const (
	pageChunks = windowSize // chunks in a page of bits
	pageCounts = 1024
)

// A deletion says which chunks of a part are deleted, in one view, and how many
// of them have each term: BM25 wants to know how many chunks are left. It does
// not change: with makes another one, which shares what is the same. nil is none.
type deletion struct {
	count int
	pages []*[pageChunks / 64]uint64 // bits by chunk; nil: zeros

	// Of a segment: how many of the deleted chunks have a term, by its
	// number, nil for zeros; but those in since, ascending, are not counted.
	counts []*[pageCounts]uint32
	since  []uint32
}

// has says whether a chunk is deleted.
func (d *deletion) has(chunk uint32) bool {
	if d == nil || int(chunk/pageChunks) >= len(d.pages) {
		return false
	}
	page := d.pages[chunk/pageChunks]
	return page != nil && page[chunk%pageChunks/64]>>(chunk%64)&1 != 0
}

// dead is how many chunks are deleted.
func (d *deletion) dead() int {
	if d == nil {
		return 0
	}
	return d.count
}

// with returns d and the chunks of p, which are not deleted in d.
func (d *deletion) with(p part, chunks []uint32) *deletion {
	if len(chunks) == 0 {
		return d
	}
	if d == nil {
		d = &deletion{}
	}
	next := &deletion{count: d.count + len(chunks), pages: slices.Clone(d.pages), counts: d.counts}
	for _, c := range chunks {
		next.mark(c, d)
	}
	if _, ok := p.(*segment); !ok {
		return next
	}
	next.since = slices.Concat(d.since, chunks)
	slices.Sort(next.since)
	if len(next.since) > maxSince {
		next.settle(p, d)
	}
	return next
}

// mark sets the bit of a chunk, in a page that is not shared with old.
func (d *deletion) mark(chunk uint32, old *deletion) {
	n := int(chunk / pageChunks)
	for len(d.pages) <= n {
		d.pages = append(d.pages, nil)
	}
	switch {
	case d.pages[n] == nil:
		d.pages[n] = new([pageChunks / 64]uint64)
	case n < len(old.pages) && d.pages[n] == old.pages[n]:
		page := *old.pages[n]
		d.pages[n] = &page
	}
	d.pages[n][chunk%pageChunks/64] |= 1 << (chunk % 64)
}

// settle counts the terms of since, in pages that are not shared with old.
func (d *deletion) settle(p part, old *deletion) {
	d.counts = slices.Clone(d.counts)
	var terms []uint32
	for _, chunk := range d.since {
		terms = newReader(p.forward(chunk)).all(terms[:0])
		slices.Sort(terms)
		for _, number := range slices.Compact(terms) {
			n := int(number / pageCounts)
			for len(d.counts) <= n {
				d.counts = append(d.counts, nil)
			}
			switch {
			case d.counts[n] == nil:
				d.counts[n] = new([pageCounts]uint32)
			case n < len(old.counts) && d.counts[n] == old.counts[n]:
				page := *old.counts[n]
				d.counts[n] = &page
			}
			d.counts[n][number%pageCounts]++
		}
	}
	d.since = nil
}

// live is how many of the chunks in a list of a segment are not deleted.
func (d *deletion) live(l *list) int {
	n := l.size
	if d == nil || n == 0 {
		return n
	}
	if page := int(l.number / pageCounts); page < len(d.counts) && d.counts[page] != nil {
		n -= int(d.counts[page][l.number%pageCounts])
	}
	at := probe{list: l}
	for _, chunk := range d.since {
		if at.count(chunk) > 0 {
			n--
		}
	}
	return n
}

// after calls yield with the chunks that are deleted in d and not in old, an
// earlier state of the same part.
func (d *deletion) after(old *deletion, yield func(chunk uint32)) {
	if d == nil || d == old {
		return
	}
	for n, page := range d.pages {
		var before *[pageChunks / 64]uint64
		if old != nil && n < len(old.pages) {
			before = old.pages[n]
		}
		if page == nil || page == before {
			continue
		}
		for i, word := range page {
			if before != nil {
				word &^= before[i]
			}
			for ; word != 0; word &= word - 1 {
				yield(uint32(n*pageChunks + i*64 + bits.TrailingZeros64(word)))
			}
		}
	}
}
