package metadata

import (
	"encoding/binary"
	"hash/maphash"
	"unsafe"
)

// slabSize is how many bytes of strings are allocated at a time, and longText
// from which length on a string is not indexed: documents that have one are left
// to the caller, which also bounds what one document costs.
const (
	slabSize = 1 << 16
	longText = 4096
)

// texts are distinct strings, numbered as they come. A number is never given to
// another string.
type texts struct {
	view textView
	used int // bytes of the last slab
	ids  numbering
}

// A textView is texts as they were. Strings that are added later do not touch
// what it reads, so it needs no lock.
type textView struct {
	slabs [][]byte
	at    []uint32 // slab * slabSize + offset of a length, as uvarint, and the bytes
}

func (v textView) len() uint32 { return uint32(len(v.at)) }

// text returns a string. It lies in a slab, whose bytes never change.
func (v textView) text(id uint32) string {
	b := v.slabs[v.at[id]/slabSize][v.at[id]%slabSize:]
	n, size := binary.Uvarint(b)
	return unsafe.String(unsafe.SliceData(b[size:]), int(n))
}

func (t *texts) find(s string) (uint32, bool) {
	return t.ids.find(t.hash(s), func(id uint32) bool { return t.view.text(id) == s })
}

// add returns the number of s, and a new one if it had none.
func (t *texts) add(s string) uint32 {
	if id, ok := t.find(s); ok {
		return id
	}
	need := binary.MaxVarintLen16 + len(s)
	if len(t.view.slabs) == 0 || t.used+need > slabSize {
		t.view.slabs = append(t.view.slabs, make([]byte, slabSize))
		t.used = 0
	}
	last := len(t.view.slabs) - 1
	slab := t.view.slabs[last]
	id := t.view.len()
	t.view.at = append(t.view.at, uint32(last*slabSize+t.used))
	t.used += binary.PutUvarint(slab[t.used:], uint64(len(s)))
	t.used += copy(slab[t.used:], s)
	t.ids.add(t.hash(s), id)
	return id
}

func (t *texts) hash(s string) uint32 { return uint32(maphash.String(t.ids.seed, s)) }

func (t *texts) bytes() int {
	return len(t.view.slabs)*slabSize + 4*cap(t.view.at) + t.ids.bytes()
}

// A numbering finds the numbers of values by hashes of 32 bits. It does not hold
// the values: 8 bytes an entry and some air, instead of 24.
type numbering struct {
	seed  maphash.Seed
	last  map[uint32]uint32 // hash -> the newest number
	older map[uint32]uint32 // number -> the one before with the same hash; few have one
}

func newNumbering() numbering {
	return numbering{seed: maphash.MakeSeed(), last: make(map[uint32]uint32), older: make(map[uint32]uint32)}
}

func (n *numbering) find(hash uint32, is func(uint32) bool) (uint32, bool) {
	for id, ok := n.last[hash]; ok; id, ok = n.older[id] {
		if is(id) {
			return id, true
		}
	}
	return 0, false
}

func (n *numbering) add(hash, id uint32) {
	if other, ok := n.last[hash]; ok {
		n.older[id] = other
	}
	n.last[hash] = id
}

// bytes is about what a map of the runtime takes: groups of eight, two thirds
// full.
func (n *numbering) bytes() int { return (len(n.last) + len(n.older)) * (8 + 1) * 3 / 2 }
