package bm25

// A walk goes through the list of a term in a head, run by run.
type walk struct {
	pages []*[pageSlots]uint64
	at    uint32
	size  uint32
	left  uint32 // slots that were counted
}

func (h *head) walk(number uint32) walk {
	t := h.list(number)
	left := t.count.Load()
	return walk{*h.slots.Load(), t.first, 2, left}
}

// next returns the next slots, none at the end.
func (w *walk) next() []uint64 {
	if w.left == 0 {
		return nil
	}
	page := w.pages[w.at/pageSlots]
	begin := w.at % pageSlots
	n := min(w.size-1, w.left)
	run := page[begin : begin+n]
	if w.left -= n; w.left > 0 {
		w.at = uint32(page[begin+n])
		w.size = min(2*w.size, maxRun)
	}
	return run
}

func (h *head) postings(number, n uint32, chunks, counts []uint32) ([]uint32, []uint32) {
	w := h.walk(number)
	for run := w.next(); len(run) > 0; run = w.next() {
		for _, slot := range run {
			if uint32(slot>>32) >= n {
				return chunks, counts
			}
			chunks = append(chunks, uint32(slot>>32))
			counts = append(counts, uint32(slot))
		}
	}
	return chunks, counts
}
