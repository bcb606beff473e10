package vectors

import (
	"context"
	"math/bits"
	"unsafe"
)

// With Config.Rows "disk" the vectors that Save has written are read from its
// files from then on, and only codes stay in memory. Such a file is mapped to be
// read only; when a slot is filled whose part of a slab lies there, the part is
// copied into memory first.

// all parts of a slab.
const allParts = 1<<slabParts - 1

// A move says where the vectors of a group now lie, too.
type move struct {
	group int
	file  *mapping
	head  *head // what is in the file
}

// moveSaved has the store read what was saved in dir from there.
func (s *Store) moveSaved(ctx context.Context, dir string, h *head) error {
	if !s.disk {
		return nil
	}
	sh := shapeOf(h.dim, s.half)
	var moves []move
	t := s.Table()
	for group, mask := range h.masks {
		if mask == 0 || t.allMapped(group) {
			continue
		}
		m, err := s.mapGroup(ctx, groupPath(dir, group), sh, bits.Len16(mask), false)
		if err != nil {
			return err
		}
		moves = append(moves, move{group: group, file: m, head: h})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moves = append(s.moves, moves...)
	if !s.writing {
		s.moveNow()
	}
	return nil
}

// allMapped says whether all vectors of a group lie in files already.
func (t *Table) allMapped(group int) bool {
	for n := group * groupSlabs; n < min((group+1)*groupSlabs, len(t.slabs)); n++ {
		if sl := t.slabs[n]; sl != nil && sl.mapped != allParts {
			return false
		}
	}
	return true
}

// moveNow publishes the version that is published already, with vectors that lie
// elsewhere. Nothing writes meanwhile, and s.mu is locked.
func (s *Store) moveNow() {
	if len(s.moves) == 0 {
		return
	}
	t := *s.Table()
	t.detached = false
	t.detach()
	for _, m := range s.moves {
		for i := range bits.Len16(m.head.masks[m.group]) {
			n := m.group*groupSlabs + i
			if m.head.masks[m.group]>>i&1 != 0 {
				t.slabs[n] = t.slabs[n].moved(m, n, i, t.version)
			}
		}
	}
	s.moves = nil
	s.table.Store(&t)
}

// moved returns a copy of s, which is slab n, whose vectors lie in block i of a
// file as far as they are there. The others are copied, too: no part keeps the
// memory of all. Vectors that version does not see any more are dropped.
func (s *slab) moved(m move, n, i int, version uint64) *slab {
	size := s.blockSize()
	in := s.within(m.file.data[i*size : (i+1)*size])
	c := *s
	c.file, c.mapped = m.file, 0
	seen := m.head.seenOf(n)
	for p := range c.parts {
		if s.partIn(seen, p, version) {
			c.parts[p] = in.parts[p]
			c.mapped |= 1 << p
		} else {
			c.parts[p] = s.copyPart(p)
		}
	}
	return &c
}

// partIn says whether all vectors of part p that version sees, or a later one may
// see, are seen.
func (s *slab) partIn(seen []uint64, p int, version uint64) bool {
	for i := p * partSlots; i < (p+1)*partSlots; i++ {
		if seen[i/64]>>(i%64)&1 == 0 && s.birth[i].Load() != never && s.death[i].Load() > version {
			return false
		}
	}
	return true
}

// copyPart returns a copy of the vectors of part p.
func (s *slab) copyPart(p int) unsafe.Pointer {
	n := partSlots * s.stride() / 8
	return unsafe.Pointer(&append([]uint64(nil), unsafe.Slice((*uint64)(s.parts[p]), n)...)[0])
}

// own has the vector of slot in memory, so that it can be written. The slabs of
// other tables stay as they are.
func (t *Table) own(slot Slot) {
	sl, i := t.at(slot)
	p := i / partSlots
	if sl.mapped>>p&1 == 0 {
		return
	}
	t.detach()
	c := *sl
	c.parts[p] = sl.copyPart(p)
	c.mapped &^= 1 << p
	t.slabs[slot/SlabSlots] = &c
}

// touchLimit is after how many vectors read from files their memory is given back.
// Each read brings in a few pages: 4,096 * 16 KB = 64 MB.
const touchLimit = 4096

// touch counts n vectors that were read, and gives their memory back now and then:
// the system keeps the files in its cache, as long as there is room.
func (s *Store) touch(t *Table, n int) {
	if !s.disk || s.touched.Add(int64(n)) < touchLimit {
		return
	}
	s.touched.Store(0)
	var last *mapping
	for _, sl := range t.slabs {
		if sl != nil && sl.file != nil && sl.file != last {
			last = sl.file
			last.giveBack()
		}
	}
}
