package bm25

import (
	"sync/atomic"

	"ragserver/index"
)

// grow doubles the table of terms. Readers go on with the old one.
func (h *head) grow(old []atomic.Uint64) {
	table := make([]atomic.Uint64, 2*len(old))
	for i := range old {
		if slot := old[i].Load(); slot != 0 {
			insert(table, slot, newKey(h.name(uint32(slot)-1)).hash)
		}
	}
	h.table.Store(&table)
}

// growRows makes the table of rows four times as large.
func (h *head) growRows(old []atomic.Uint64) {
	table := make([]atomic.Uint64, 4*len(old))
	for i := range old {
		if slot := old[i].Load(); slot != 0 {
			insert(table, slot, rowHash(index.Row(slot>>32)))
		}
	}
	h.byRow.Store(&table)
}

// insert puts a slot into a table that has room.
func insert(table []atomic.Uint64, slot, hash uint64) {
	for i := hash; ; i++ {
		if at := &table[i&uint64(len(table)-1)]; at.Load() == 0 {
			at.Store(slot)
			return
		}
	}
}

// rowHash spreads rows: in a row of slots that are taken, one that is not there
// would be looked for to the end.
func rowHash(row index.Row) uint64 { return uint64(row) * 0x9E3779B97F4A7C15 >> 32 }

func (h *head) find(row index.Row, n uint32, yield func(chunk uint32)) {
	table := *h.byRow.Load()
	for i := rowHash(row); ; i++ {
		slot := table[i&uint64(len(table)-1)].Load()
		if slot == 0 {
			return
		}
		if index.Row(slot>>32) == row && uint32(slot)-1 < n {
			yield(uint32(slot) - 1)
		}
	}
}
