package hybrid

import (
	"encoding/binary"

	rag "ragserver"
	"ragserver/index"
)

// rowsByID finds the row of a chunk. It is a hash table with open addressing
// that holds rows only: the IDs are in the row table, and are hashes already.
// 4 B * 4/3..8/3 a chunk, where a map takes 40; filling it with 1M chunks at
// start takes tens of milliseconds.
type rowsByID struct {
	slots []index.Row // row + 1; 0 where nothing is
	n     int
}

// home is the slot where the search for id begins.
func (m *rowsByID) home(id rag.ChunkID) int {
	return int(binary.LittleEndian.Uint64(id[:]) & uint64(len(m.slots)-1))
}

// find returns the row of id in t.
func (m *rowsByID) find(t rowTable, id rag.ChunkID) (index.Row, bool) {
	if m.n == 0 {
		return 0, false
	}
	for i := m.home(id); m.slots[i] != 0; i = (i + 1) & (len(m.slots) - 1) {
		if row := m.slots[i] - 1; t.at(row).id == id {
			return row, true
		}
	}
	return 0, false
}

// reserve makes room for n chunks.
func (m *rowsByID) reserve(t rowTable, n int) {
	size := max(64, len(m.slots))
	for size/4*3 < n {
		size *= 2
	}
	if size == len(m.slots) {
		return
	}
	old := m.slots
	m.slots = make([]index.Row, size)
	for _, slot := range old {
		if slot != 0 {
			m.place(t, slot-1)
		}
	}
}

// place puts row into the first free slot for its ID.
func (m *rowsByID) place(t rowTable, row index.Row) {
	i := m.home(t.at(row).id)
	for m.slots[i] != 0 {
		i = (i + 1) & (len(m.slots) - 1)
	}
	m.slots[i] = row + 1
}

// add makes row known, whose ID stands in t and is not known yet.
func (m *rowsByID) add(t rowTable, row index.Row) {
	m.reserve(t, m.n+1)
	m.place(t, row)
	m.n++
}

// remove forgets id. What stands behind it moves up, so that no search ends too
// early.
func (m *rowsByID) remove(t rowTable, id rag.ChunkID) {
	if m.n == 0 {
		return
	}
	mask := len(m.slots) - 1
	i := m.home(id)
	for ; m.slots[i] != 0; i = (i + 1) & mask {
		if t.at(m.slots[i]-1).id == id {
			break
		}
	}
	if m.slots[i] == 0 {
		return
	}
	m.n--
	for next := (i + 1) & mask; m.slots[next] != 0; next = (next + 1) & mask {
		home := m.home(t.at(m.slots[next] - 1).id)
		if (next-home)&mask >= (next-i)&mask { // it may stand at i
			m.slots[i] = m.slots[next]
			i = next
		}
	}
	m.slots[i] = 0
}
