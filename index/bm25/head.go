package bm25

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
)

const (
	maxHead      = 1 << 14  // chunks in a head
	maxHeadBytes = 40 << 20 // of postings and terms, about; a head is sealed at the next chunk
	headPage     = 1 << 10  // chunks in a page of a head
	pageTerms    = 512
	pageSlots    = 1 << 15
)

// A head is the part that chunks are added to. One goroutine adds; any number
// read at the same time, without locks: a reader looks at the first n chunks,
// where n was published after they were written, and at as much of a list as
// has been counted.
type head struct {
	pages [maxHead / headPage]*[headPage]headChunk
	n     uint32 // chunks written; of the writer

	lists atomic.Pointer[[]*[pageTerms]headList]
	names atomic.Pointer[[]*[pageTerms]string]
	used  uint32                               // terms
	table atomic.Pointer[[]atomic.Uint64]      // upper half of the hash, number and 1
	byRow atomic.Pointer[[]atomic.Uint64]      // row, chunk and 1; see rowHash
	slots atomic.Pointer[[]*[pageSlots]uint64] // see headList
	next  uint32                               // slot not in use

	text []byte // room for what comes
	size int    // bytes of all texts
}

type headChunk struct {
	chunk
	forward []byte
}

// A headList is the list of a term: a chain of runs of slots, of 2, 4, 8 and so
// on to 128. A slot is a chunk and its count, and the last one of a run is where
// the next run begins. It is 16 bytes, so that most lists are in the cache.
type headList struct {
	first uint32        // slot
	count atomic.Uint32 // chunks that readers may look at

	// Of the writer: the slot for the next chunk, and how many are left in
	// the run of which size.
	at         uint32
	left, size uint16
}

const maxRun = 128

func newHead() *head {
	h := &head{}
	h.lists.Store(&[]*[pageTerms]headList{})
	h.names.Store(&[]*[pageTerms]string{})
	h.slots.Store(&[]*[pageSlots]uint64{})
	table, byRow := make([]atomic.Uint64, 1024), make([]atomic.Uint64, 256)
	h.table.Store(&table)
	h.byRow.Store(&byRow)
	return h
}

// full says that the next chunk belongs in another head.
func (h *head) full() bool { return h.n == maxHead || h.bytes() > maxHeadBytes }

func (h *head) bytes() int { return h.size + int(h.next)*8 + int(h.used)*64 }

func (h *head) at(n uint32) *headChunk  { return &h.pages[n/headPage][n%headPage] }
func (h *head) chunk(n uint32) chunk    { return h.at(n).chunk }
func (h *head) forward(n uint32) []byte { return h.at(n).forward }

func (h *head) list(number uint32) *headList {
	return &(*h.lists.Load())[number/pageTerms][number%pageTerms]
}

func (h *head) name(number uint32) string {
	return (*h.names.Load())[number/pageTerms][number%pageTerms]
}

func (h *head) lookup(k key) (number uint32, ok bool) {
	table := *h.table.Load()
	for i := k.hash; ; i++ {
		slot := table[i&uint64(len(table)-1)].Load()
		if slot == 0 {
			return 0, false
		}
		if slot>>32 == k.hash>>32 && h.name(uint32(slot)-1) == k.text {
			return uint32(slot) - 1, true
		}
	}
}

// intern returns the number of a term, which is new if need be.
func (h *head) intern(k key) uint32 {
	if number, ok := h.lookup(k); ok {
		return number
	}
	number := h.used
	h.used++
	lists, names := *h.lists.Load(), *h.names.Load()
	if int(number/pageTerms) == len(lists) {
		lists = append(slices.Clip(lists), new([pageTerms]headList))
		names = append(slices.Clip(names), new([pageTerms]string))
		h.lists.Store(&lists)
		h.names.Store(&names)
	}
	names[number/pageTerms][number%pageTerms] = k.text
	l := &lists[number/pageTerms][number%pageTerms]
	l.first = h.room(2)
	l.at, l.left, l.size = l.first, 1, 2
	if table := *h.table.Load(); int(h.used)*2 > len(table) {
		h.grow(table)
	}
	insert(*h.table.Load(), k.hash>>32<<32|uint64(number+1), k.hash)
	return number
}

// room returns the first of n slots that follow each other.
func (h *head) room(n uint32) uint32 {
	if h.next%pageSlots+n > pageSlots {
		h.next += pageSlots - h.next%pageSlots
	}
	pages := *h.slots.Load()
	if int(h.next/pageSlots) == len(pages) {
		pages = append(slices.Clip(pages), new([pageSlots]uint64))
		h.slots.Store(&pages)
	}
	at := h.next
	h.next += n
	return at
}

func (h *head) slot(at uint32) *uint64 {
	return &(*h.slots.Load())[at/pageSlots][at%pageSlots]
}

// post adds a chunk to the list of a term.
func (h *head) post(l *headList, chunk, count uint32) {
	if l.left == 0 {
		l.size = min(2*l.size, maxRun)
		run := h.room(uint32(l.size))
		*h.slot(l.at) = uint64(run)
		l.at, l.left = run, l.size-1
	}
	*h.slot(l.at) = uint64(chunk)<<32 | uint64(count)
	l.at++
	l.left--
	l.count.Add(1)
}

// add adds a chunk: its terms in order, with how many are in the first fields,
// and the different ones with what they weigh.
func (h *head) add(c chunk, forward []byte, different, counts []uint32) {
	n := h.n
	if cap(h.text)-len(h.text) < len(forward) {
		h.text = make([]byte, 0, max(1<<16, len(forward)))
	}
	begin := len(h.text)
	h.text = append(h.text, forward...)
	h.size += len(forward)
	if n%headPage == 0 {
		h.pages[n/headPage] = new([headPage]headChunk)
	}
	*h.at(n) = headChunk{c, slices.Clip(h.text[begin:])}
	if byRow := *h.byRow.Load(); int(n)*2 >= len(byRow) {
		h.growRows(byRow)
	}
	insert(*h.byRow.Load(), uint64(c.row)<<32|uint64(n+1), rowHash(c.row))
	lists := *h.lists.Load()
	for i, number := range different {
		h.post(&lists[number/pageTerms][number%pageTerms], n, counts[i])
	}
	h.n++
}

// each calls yield with the numbers of all terms. It may be called beside the
// writer, so it looks at the table.
func (h *head) each(yield func(number uint32)) {
	table := *h.table.Load()
	for i := range table {
		if slot := table[i].Load(); slot != 0 {
			yield(uint32(slot) - 1)
		}
	}
}

func (h *head) sorted() []uint32 {
	type named struct {
		prefix uint64
		name   string
		number uint32
	}
	var all []named
	h.each(func(number uint32) {
		name := h.name(number)
		all = append(all, named{prefixOf(name), name, number})
	})
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), strings.Compare(a.name, b.name))
	})
	numbers := make([]uint32, len(all))
	for i, t := range all {
		numbers[i] = t.number
	}
	return numbers
}
