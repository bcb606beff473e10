package vectors

// A Table is one version of a store. It holds nothing that has to be released;
// but a slot that it sees must not be filled again while it is in use.
type Table struct {
	store   *Store
	version uint64
	dim     int // 0 before the first vector
	live    int
	slabs   []*slab // nil where no slot was ever filled; never modified
	bases   []base  // of each slab, for the assembly

	detached bool // slabs and bases are not those of another table
}

// Version counts what was published.
func (t *Table) Version() uint64 { return t.version }

// Len is the number of vectors.
func (t *Table) Len() int { return t.live }

// Dim is the number of dimensions, 0 before the first vector.
func (t *Table) Dim() int { return t.dim }

// Slots is a number above every slot that was ever filled.
func (t *Table) Slots() int { return len(t.slabs) * SlabSlots }

// grow makes room for entries.
func (t *Table) grow(added []Entry) {
	for _, e := range added {
		n := int(e.Slot / SlabSlots)
		if n < len(t.slabs) && t.slabs[n] != nil {
			continue
		}
		t.detach()
		for len(t.slabs) <= n {
			t.slabs = append(t.slabs, nil)
			t.bases = append(t.bases, base{})
		}
		s := newSlab(shapeOf(t.dim, t.store.half))
		t.slabs[n], t.bases[n] = s, s.base()
	}
}

// detach has a table that is being made hold its slabs in slices of its own.
func (t *Table) detach() {
	if !t.detached {
		t.detached = true
		t.slabs = append([]*slab(nil), t.slabs...)
		t.bases = append([]base(nil), t.bases...)
	}
}

// at returns the slab of slot and its place there; nil if it was never filled.
func (t *Table) at(slot Slot) (*slab, int) {
	n := int(slot / SlabSlots)
	if n >= len(t.slabs) {
		return nil, 0
	}
	return t.slabs[n], int(slot % SlabSlots)
}

// Sees says whether there is a vector in slot.
func (t *Table) Sees(slot Slot) bool {
	s, i := t.at(slot)
	return s != nil && s.alive(i, t.version)
}

// Row is the row of the vector in slot, which is or was there.
func (t *Table) Row(slot Slot) uint32 {
	s, i := t.at(slot)
	return s.rows[i]
}

// Vector is the vector in slot, as it is compared: of length 1 for the cosine, and
// rounded if the store rounds. It is not to be modified, and only to be used as
// long as something refers to t.
func (t *Table) Vector(slot Slot) []float32 {
	s, i := t.at(slot)
	if s.half {
		v := make([]float32, s.width)
		t.store.kernel.widen(v, s.row(i))
		return v[:s.dim]
	}
	return s.full(i)[:s.dim:s.dim]
}

// Death is the first version that does not see the vector in slot any more;
// math.MaxUint64 while there is none.
func (t *Table) Death(slot Slot) uint64 {
	s, i := t.at(slot)
	if s == nil {
		return never
	}
	return s.death[i].Load()
}
