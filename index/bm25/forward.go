package bm25

import "encoding/binary"

// A reader reads the terms of a chunk in order: a record of how many are in the
// title, how many in the heading, and then the number of each term, all of them
// as varints.
type reader struct {
	data []byte
	ends [fields - 1]int // terms in the fields before the body
}

func newReader(record []byte) reader {
	r := reader{data: record}
	sum := 0
	for i := range r.ends {
		sum += int(r.next())
		r.ends[i] = sum
	}
	return r
}

// more says whether next has something to read.
func (r *reader) more() bool { return len(r.data) > 0 }

func (r *reader) next() uint32 {
	if r.data[0] < 0x80 {
		n := uint32(r.data[0])
		r.data = r.data[1:]
		return n
	}
	n, size := binary.Uvarint(r.data)
	r.data = r.data[max(size, 1):]
	return uint32(n)
}

// all appends all terms that are left.
func (r reader) all(to []uint32) []uint32 {
	for r.more() {
		to = append(to, r.next())
	}
	return to
}

// field returns the field of the n-th term.
func (r *reader) field(n int) int {
	for i, end := range r.ends {
		if n < end {
			return i
		}
	}
	return body
}

// appendRecord appends the record of terms, of which in the title and in the
// heading there are so many.
func appendRecord(to []byte, inTitle, inHeading int, terms []uint32) []byte {
	to = binary.AppendUvarint(to, uint64(inTitle))
	to = binary.AppendUvarint(to, uint64(inHeading))
	for _, n := range terms {
		to = binary.AppendUvarint(to, uint64(n))
	}
	return to
}
