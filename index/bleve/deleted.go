package bleve

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index/bleve/postings"
)

const (
	maxSince  = 256  // deletions that are looked for in each list
	maxCounts = 4096 // words whose lists were counted
)

// A deletion says which chunks of a segment are deleted, in one view. BM25 needs
// to know how many of a word's chunks are not: that is counted once for a state
// before, the base, and what was deleted since is looked for.
type deletion struct {
	all   *roaring.Bitmap
	bits  []uint64 // by chunk, the same
	base  *base
	since []uint32 // sorted
}

// A base is the deletions at some time. Views share it.
type base struct {
	count uint64
	bits  []uint64

	sync.Mutex                // guards what follows
	live       map[string]int // by word, chunks that have it and are not deleted
}

// newDeletion returns the state of all deleted in a segment of size chunks, and
// what is new since the state before, old, nil for none. all is kept.
func newDeletion(all *roaring.Bitmap, size int, old *deletion) (d *deletion, fresh []uint32) {
	d = &deletion{all: all, bits: make([]uint64, size/64+1)}
	if old == nil {
		fresh = all.ToArray()
	} else {
		if fresh = roaring.AndNot(all, old.all).ToArray(); len(fresh) == 0 {
			return old, nil
		}
		copy(d.bits, old.bits)
		d.base, d.since = old.base, append(slices.Clip(old.since), fresh...)
	}
	for _, n := range fresh {
		d.bits[n/64] |= 1 << (n % 64)
	}
	if d.base == nil || len(d.since) > maxSince {
		d.base, d.since = &base{count: all.GetCardinality(), bits: d.bits, live: make(map[string]int)}, nil
	}
	slices.Sort(d.since)
	return d, fresh
}

// has says whether a chunk is deleted.
func (d *deletion) has(chunk uint32) bool { return d != nil && has(d.bits, chunk) }

// live returns how many of the chunks that have word are not deleted.
func (d *deletion) live(word string, list *postings.List) int {
	if d == nil || list.Len == 0 {
		return list.Len
	}
	n := d.base.of(word, list)
	at := list.Cursor()
	for _, chunk := range d.since {
		if at.Count(chunk) > 0 {
			n--
		}
	}
	return n
}

// of returns how many of the chunks in the list of a word the base leaves.
func (b *base) of(word string, list *postings.List) int {
	b.Lock()
	defer b.Unlock()
	n, ok := b.live[word]
	if ok {
		return n
	}
	n = list.Len
	if b.count*8 < uint64(list.Len) {
		at := list.Cursor()
		for i, word := range b.bits {
			for ; word != 0; word &= word - 1 {
				if at.Count(uint32(i*64+bits.TrailingZeros64(word))) > 0 {
					n--
				}
			}
		}
	} else {
		var chunks, counts [postings.BlockSize]uint32
		for block := range list.Blocks() {
			for _, chunk := range chunks[:list.Decode(block, &chunks, &counts)] {
				if has(b.bits, chunk) {
					n--
				}
			}
		}
	}
	if len(b.live) >= maxCounts {
		clear(b.live)
	}
	b.live[word] = n
	return n
}
