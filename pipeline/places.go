package pipeline

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	rag "ragserver"
	"ragserver/store"
)

// The row of p/ is numbers, then the kind, and after a zero byte what not every
// chunk has: the parent, and then the box as four float32.

func encodePlace(c rag.Chunk) []byte {
	row := make([]byte, 0, 48)
	for _, n := range []int{c.Ordinal, c.Start, c.End, c.Page} {
		row = binary.AppendUvarint(row, uint64(n))
	}
	row = append(row, c.Kind...)
	if c.Parent == (rag.Span{}) && c.Box == (rag.Box{}) {
		return row
	}
	row = append(row, 0)
	row = binary.AppendUvarint(row, uint64(c.Parent.Start))
	row = binary.AppendUvarint(row, uint64(c.Parent.End))
	if c.Box == (rag.Box{}) {
		return row
	}
	for _, edge := range []float32{c.Box.Left, c.Box.Top, c.Box.Right, c.Box.Bottom} {
		row = binary.LittleEndian.AppendUint32(row, math.Float32bits(edge))
	}
	return row
}

func decodePlace(row []byte, c *rag.Chunk) error {
	row, ok := numbers(row, &c.Ordinal, &c.Start, &c.End, &c.Page)
	if !ok {
		return fmt.Errorf("place of chunk %s: %w", c.ID, store.ErrCorrupt)
	}
	kind, rest, more := bytes.Cut(row, []byte{0})
	c.Kind = rag.Kind(kind)
	if !more {
		return nil
	}
	if rest, ok = numbers(rest, &c.Parent.Start, &c.Parent.End); !ok || len(rest) != 0 && len(rest) != 16 {
		return fmt.Errorf("parent and box of chunk %s: %w", c.ID, store.ErrCorrupt)
	}
	if len(rest) == 0 {
		return nil
	}
	for i, edge := range []*float32{&c.Box.Left, &c.Box.Top, &c.Box.Right, &c.Box.Bottom} {
		*edge = math.Float32frombits(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	return nil
}

// numbers reads as many varints from row and returns what follows, or false if
// there are not as many.
func numbers(row []byte, into ...*int) ([]byte, bool) {
	for _, n := range into {
		v, used := binary.Uvarint(row)
		if used <= 0 {
			return nil, false
		}
		*n, row = int(v), row[used:]
	}
	return row, true
}
