package fileio

import (
	"encoding/binary"
	"errors"

	"github.com/cespare/xxhash/v2"
)

// A snapshotState is what is kept of the file of a Snapshot.
type snapshotState struct {
	name    string // of the epoch
	length  uint64
	sum     uint64         // xxhash of the text
	missing map[string]int // rows that are there fewer than 0 times
}

func (s snapshotState) encode(text []byte) []byte {
	b := appendString(nil, s.name)
	b = binary.AppendUvarint(b, uint64(len(text)))
	b = binary.BigEndian.AppendUint64(b, xxhash.Sum64(text))
	for row, n := range s.missing {
		b = binary.AppendUvarint(appendString(b, row), uint64(-n))
	}
	return b
}

func (s snapshotState) matches(text []byte) bool {
	return uint64(len(text)) == s.length && xxhash.Sum64(text) == s.sum
}

var errNoSnapshot = errors.New("what is kept of the file is damaged")

func decodeSnapshot(b []byte) (s snapshotState, err error) {
	s.missing = make(map[string]int)
	ok := true
	number := func() uint64 {
		n, size := binary.Uvarint(b)
		if ok = ok && size > 0; !ok {
			return 0
		}
		b = b[size:]
		return n
	}
	text := func() string {
		n := number()
		if ok = ok && n <= uint64(len(b)); !ok {
			return ""
		}
		t := string(b[:n])
		b = b[n:]
		return t
	}
	s.name, s.length = text(), number()
	if !ok || len(b) < 8 {
		return snapshotState{}, errNoSnapshot
	}
	s.sum, b = binary.BigEndian.Uint64(b), b[8:]
	for ok && len(b) > 0 {
		row := text()
		s.missing[row] = -int(number())
	}
	if !ok {
		return snapshotState{}, errNoSnapshot
	}
	return s, nil
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
