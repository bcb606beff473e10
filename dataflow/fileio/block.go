package fileio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/s2"
)

// A block is a part of a file that was sent: whole records, of about
// sizes.block bytes. The blocks of a file follow each other from the end of its head.
type block struct {
	length int64
	lines  int
	sum    uint64 // xxhash of the bytes
	gap    bool   // holds no rows, and its bytes are not kept
	open   bool   // does not end with a line end: the last of a file
}

// Sizes say how files are taken apart and compared.
type sizes struct {
	block int // bytes read at a time, of which most are a block

	// A last block that is shorter than short bytes is written again with
	// what is appended, so that a file that grows by lines has no block for
	// each.
	short int

	group int   // blocks that are compared with each other when a file was rewritten
	small int64 // bytes up to which a file that changed is always compared in full

	// Grain is more than a tick of any file system's clock: two writes
	// within it may leave the same stamp.
	grain time.Duration
}

// defaultSizes make batches of some thousand rows, and replace up to 32 MiB of a
// file in one epoch.
var defaultSizes = sizes{block: 256 << 10, short: 32 << 10, group: 128, small: 8 << 20, grain: 2 * time.Second}

const (
	flagGap = 1 << iota
	flagOpen
)

func (b block) encode() []byte {
	var flags byte
	if b.gap {
		flags |= flagGap
	}
	if b.open {
		flags |= flagOpen
	}
	out := binary.AppendUvarint([]byte{flags}, uint64(b.length))
	out = binary.AppendUvarint(out, uint64(b.lines))
	return binary.BigEndian.AppendUint64(out, b.sum)
}

var errDamaged = errors.New("what is kept of the file is damaged")

func decodeBlock(in []byte) (block, error) {
	if len(in) == 0 {
		return block{}, errDamaged
	}
	flags, in := in[0], in[1:]
	length, n := binary.Uvarint(in)
	if n <= 0 {
		return block{}, errDamaged
	}
	lines, m := binary.Uvarint(in[n:])
	if m <= 0 || len(in) != n+m+8 {
		return block{}, errDamaged
	}
	return block{int64(length), int(lines), binary.BigEndian.Uint64(in[n+m:]), flags&flagGap != 0, flags&flagOpen != 0}, nil
}

// pack compresses the bytes of a block.
func pack(raw []byte) []byte { return s2.Encode(nil, raw) }

// unpack returns the bytes of b that pack made packed of.
func (b block) unpack(packed []byte) ([]byte, error) {
	raw, err := s2.Decode(nil, packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if int64(len(raw)) != b.length || xxhash.Sum64(raw) != b.sum {
		return nil, errDamaged
	}
	return raw, nil
}
