package dataflow

// A bagIndex finds the places of values in a list by their hashes: a table with
// open addressing and linear probing, 8 bytes for each slot, of which between
// three and six in eight are used. Its length is a power of two; without slots
// it is not in use.
type bagIndex []bagSlot

type bagSlot struct {
	hash  uint32
	place int32 // in the list, plus 1; 0: the slot is free
}

// slotHash is what a slot keeps of a hash.
func slotHash(h uint64) uint32 { return uint32(h ^ h>>32) }

// insert says that a value with hash h is at place, of n values with it.
func (x *bagIndex) insert(h uint32, place, n int) {
	if 4*n > 3*len(*x) {
		x.grow()
	}
	x.put(bagSlot{h, int32(place + 1)})
}

func (x *bagIndex) grow() {
	old := *x
	*x = make(bagIndex, max(32, 2*len(old)))
	for _, s := range old {
		if s.place != 0 {
			x.put(s)
		}
	}
}

func (x bagIndex) put(s bagSlot) {
	mask := uint32(len(x) - 1)
	i := s.hash & mask
	for x[i].place != 0 {
		i = (i + 1) & mask
	}
	x[i] = s
}

// slot returns the slot of the value with hash h at place, which there is.
func (x bagIndex) slot(h uint32, place int) uint32 {
	mask := uint32(len(x) - 1)
	i := h & mask
	for x[i].place != int32(place+1) {
		i = (i + 1) & mask
	}
	return i
}

// move says that the value with hash h is not at place from but at to.
func (x bagIndex) move(h uint32, from, to int) { x[x.slot(h, from)].place = int32(to + 1) }

// remove frees the slot of the value with hash h at place, and moves up those
// behind it that would not be found with a free slot before them: Knuth, "The
// Art of Computer Programming", volume 3, section 6.4, algorithm R.
func (x bagIndex) remove(h uint32, place int) {
	mask := uint32(len(x) - 1)
	free := x.slot(h, place)
	for i := (free + 1) & mask; x[i].place != 0; i = (i + 1) & mask {
		if away := (i - x[i].hash) & mask; away >= (i-free)&mask {
			x[free] = x[i]
			free = i
		}
	}
	x[free] = bagSlot{}
}
