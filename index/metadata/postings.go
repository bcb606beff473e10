package metadata

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// Postings say which documents have a value. A document's slot stands for
// itself while it is the only one: most paths and times are of one document.
type postings struct {
	docs []uint32 // by number of the value: noDoc, a slot, or manyDocs + index in many
	many []*roaring.Bitmap
	live int // values that a document has
}

// Slots are below manyDocs.
const (
	manyDocs = 1 << 31
	noDoc    = ^uint32(0)
)

func (p *postings) add(id, slot uint32) {
	for int(id) >= len(p.docs) {
		p.docs = append(p.docs, noDoc)
	}
	switch now := p.docs[id]; {
	case now == noDoc:
		p.docs[id] = slot
		p.live++
	case now >= manyDocs:
		b := p.many[now-manyDocs]
		if b.IsEmpty() {
			p.live++
		}
		b.Add(slot)
	case now != slot:
		p.docs[id] = manyDocs + uint32(len(p.many))
		p.many = append(p.many, roaring.BitmapOf(now, slot))
	}
}

func (p *postings) remove(id, slot uint32) {
	switch now := p.docs[id]; {
	case now == slot:
		p.docs[id] = noDoc
		p.live--
	case now >= manyDocs && now != noDoc:
		b := p.many[now-manyDocs]
		if b.CheckedRemove(slot) && b.IsEmpty() {
			p.live--
		}
	}
}

// addTo puts the documents of values into out. Single slots go to its list.
func (p *postings) addTo(out *gathered, ids []uint32) {
	for _, id := range ids {
		if int(id) >= len(p.docs) {
			continue
		}
		switch now := p.docs[id]; {
		case now == noDoc:
		case now >= manyDocs:
			out.bitmap.Or(p.many[now-manyDocs])
		default:
			out.slots = append(out.slots, now)
		}
	}
}

// gathered are documents that are being collected.
type gathered struct {
	bitmap *roaring.Bitmap
	slots  []uint32
}

// result returns the documents. Many slots in no order are sorted by a table of
// bits: 1,000,000 documents / 8 = 125 kB.
func (g *gathered) result() *roaring.Bitmap {
	if len(g.slots) == 0 {
		return g.bitmap
	}
	if last := slices.Max(g.slots); len(g.slots) > int(last)/256 {
		dense := make([]uint64, last/64+1)
		for _, slot := range g.slots {
			dense[slot/64] |= 1 << (slot % 64)
		}
		g.bitmap.Or(roaring.FromDense(dense, false))
		return g.bitmap
	}
	slices.Sort(g.slots)
	g.bitmap.AddMany(g.slots)
	return g.bitmap
}

func (p *postings) bytes() int {
	n := 4*cap(p.docs) + 8*cap(p.many)
	for _, b := range p.many {
		n += int(b.GetSizeInBytes()) + 100 // of headers
	}
	return n
}
