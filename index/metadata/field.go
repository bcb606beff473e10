package metadata

import (
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// A kind is what sort of value a document has in a field.
type kind uint32

const (
	absent kind = iota // no value, or nil
	textual
	number
	isTrue
	isFalse
	list // of one or more strings and nothing else
	odd  // anything else: left to the caller
	kinds
)

// idBits of a code are the number of the value, the rest its kind.
const idBits = 29

// A field is the inverted index of one metadata field.
type field struct {
	column        // guards the rest, except that order and grams guard themselves
	name   string // unchanging
	used   uint64 // Index.tick when it was asked for last; guarded by Index.mu

	kinds   [kinds]*roaring.Bitmap // documents by kind; that of absent stays empty
	texts   texts
	numbers numbers
	single  postings // of texts, where the value is one
	element postings // of texts, where the value is a list
	numeric postings
	code    []uint32            // by slot: kind << idBits + number of the value
	lists   map[uint32][]uint32 // slot -> numbers of texts, sorted, each once

	byText, byNumber order
	grams            grams
}

func newField(name string) *field {
	f := &field{name: name, lists: make(map[uint32][]uint32)}
	f.column = column{ready: make(chan struct{}), set: f.setRecord}
	f.texts.ids, f.numbers.ids = newNumbering(), newNumbering()
	for i := range f.kinds {
		f.kinds[i] = roaring.New()
	}
	return f
}

func (f *field) setRecord(slot uint32, r Record) {
	if r == nil {
		f.clear(slot)
		return
	}
	f.setValue(slot, r.Value(f.name))
}

// setValue gives the document in slot another value.
func (f *field) setValue(slot uint32, value any) {
	f.clear(slot)
	k, id := f.classify(slot, value)
	if k == absent {
		return
	}
	for int(slot) >= len(f.code) {
		f.code = append(f.code, 0)
	}
	f.code[slot] = uint32(k)<<idBits + id
	f.kinds[k].Add(slot)
}

// classify notes a value and says how it is coded.
func (f *field) classify(slot uint32, value any) (kind, uint32) {
	if n, ok := numberOf(value); ok {
		id := f.numbers.add(n)
		f.numeric.add(id, slot)
		return number, id
	}
	switch v := value.(type) {
	case nil:
		return absent, 0
	case bool:
		if v {
			return isTrue, 0
		}
		return isFalse, 0
	case string:
		if len(v) < longText {
			id := f.texts.add(v)
			f.single.add(id, slot)
			return textual, id
		}
	case []any:
		if stringsOnly(v) {
			f.lists[slot] = f.addElements(slot, v)
			return list, 0
		}
	}
	return odd, 0
}

func (f *field) addElements(slot uint32, elements []any) []uint32 {
	ids := make([]uint32, len(elements))
	for i, e := range elements {
		ids[i] = f.texts.add(e.(string))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, id := range ids {
		f.element.add(id, slot)
	}
	return ids
}

func stringsOnly(v []any) bool {
	for _, e := range v {
		if s, ok := e.(string); !ok || len(s) >= longText {
			return false
		}
	}
	return len(v) > 0
}

// numberOf returns the number that JMESPath sees in a value.
func numberOf(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v)
	}
	return 0, false
}

// clear forgets the value of the document in slot.
func (f *field) clear(slot uint32) {
	if int(slot) >= len(f.code) || f.code[slot] == 0 {
		return
	}
	k, id := decode(f.code[slot])
	switch k {
	case textual:
		f.single.remove(id, slot)
	case number:
		f.numeric.remove(id, slot)
	case list:
		for _, id := range f.lists[slot] {
			f.element.remove(id, slot)
		}
		delete(f.lists, slot)
	}
	f.kinds[k].Remove(slot)
	f.code[slot] = 0
}

func decode(code uint32) (kind, uint32) { return kind(code >> idBits), code & (1<<idBits - 1) }

// present returns the documents that have a value. It is called with f locked.
func (f *field) present() *roaring.Bitmap { return roaring.FastOr(f.kinds[textual:]...) }

// isWorn says whether most values are of no document any more, so that the field
// should be indexed anew. Values are never numbered anew while they are read.
func (f *field) isWorn() bool {
	const slack = 10_000
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.made && (len(f.texts.view.at) > 2*(f.single.live+f.element.live)+slack ||
		len(f.numbers.list) > 2*f.numeric.live+slack)
}

// stats returns what f takes, if it is made.
func (f *field) stats() (FieldStats, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if !f.made {
		return FieldStats{}, false
	}
	return FieldStats{
		Documents: int(f.present().GetCardinality()),
		Values:    len(f.texts.view.at) + len(f.numbers.list),
		Bytes:     f.bytes(),
	}, true
}

// bytes is about what f takes. It is called with f locked.
func (f *field) bytes() int {
	n := f.texts.bytes() + f.numbers.bytes() + f.single.bytes() + f.element.bytes() + f.numeric.bytes() + 4*cap(f.code)
	for _, ids := range f.lists {
		n += 4*len(ids) + 40 // of the map and the slice
	}
	for _, b := range f.kinds {
		n += int(b.GetSizeInBytes())
	}
	return n + f.byText.bytes() + f.byNumber.bytes() + f.grams.bytes()
}
