package postings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// Sizes in a segment.
const (
	idSize     = 16
	entrySize  = 32
	footerSize = 64
)

// magic is the last but the checksum in a segment: it names the format.
const magic = 0x31_74_73_6f_70_67_61_72 // "ragpost1"

// A writer makes a segment: begin, then add for each word in ascending order,
// then finish. The first failure to write is kept for finish.
type writer struct {
	out     io.Writer
	sum     hash.Hash32
	at      uint64 // bytes written
	err     error
	ids     []ID
	lengths []uint32
	norms   []float32 // K1*(1-B+B*length/mean) of each chunk
	mean    float64
	entries []byte
	names   []byte
	buffer  []byte
	dir     []byte
	blocks  []byte
}

// newWriter returns a writer of chunks with these names and lengths.
func newWriter(out io.Writer, ids []ID, lengths []uint32) *writer {
	w := &writer{out: out, sum: crc32.NewIEEE(), ids: ids, lengths: lengths, norms: make([]float32, len(ids))}
	var words uint64
	for _, n := range lengths {
		words += uint64(n)
	}
	w.mean = max(float64(words)/float64(max(len(ids), 1)), 1)
	for i, n := range lengths {
		w.norms[i] = float32(K1 * (1 - B + B*float64(n)/w.mean))
	}
	return w
}

func (w *writer) write(data []byte) {
	if w.err != nil {
		return
	}
	w.sum.Write(data)
	_, w.err = w.out.Write(data)
	w.at += uint64(len(data))
}

// add writes the list of a word: ascending chunks, and how often each has it.
func (w *writer) add(word []byte, chunks, counts []uint32) {
	if len(w.names)+len(word) > math.MaxUint32 {
		w.err = errors.New("a segment with more than 4 GB of different words")
	}
	if w.err != nil {
		return
	}
	begin := w.at + uint64(len(w.buffer))
	w.dir, w.blocks = w.dir[:0], w.blocks[:0]
	bound, base := float32(0), uint32(0)
	for i := 0; i < len(chunks); i += BlockSize {
		part := chunks[i:min(i+BlockSize, len(chunks))]
		most := w.bound(part, counts[i:])
		bound = max(bound, most)
		w.dir = binary.LittleEndian.AppendUint32(w.dir, part[len(part)-1])
		w.dir = binary.LittleEndian.AppendUint32(w.dir, uint32(len(w.blocks)))
		w.dir = binary.LittleEndian.AppendUint32(w.dir, math.Float32bits(most))
		w.blocks = appendBlock(w.blocks, base, part, counts[i:i+len(part)])
		base = part[len(part)-1]
	}
	if len(chunks) > BlockSize {
		w.buffer = append(w.buffer, w.dir...)
	}
	w.buffer = append(w.buffer, w.blocks...)
	if len(w.buffer) > 1<<16 {
		w.flush()
	}
	w.entry(word, begin, len(chunks), bound)
}

// entry appends the entry of a word.
func (w *writer) entry(word []byte, begin uint64, n int, bound float32) {
	e := w.entries
	e = binary.LittleEndian.AppendUint64(e, prefix(word))
	e = binary.LittleEndian.AppendUint64(e, begin)
	e = binary.LittleEndian.AppendUint32(e, uint32(len(w.names)))
	e = binary.LittleEndian.AppendUint32(e, uint32(len(word)))
	e = binary.LittleEndian.AppendUint32(e, uint32(n))
	e = binary.LittleEndian.AppendUint32(e, math.Float32bits(bound))
	w.entries = e
	w.names = append(w.names, word...)
}

// prefix returns the first bytes of a word as a number that sorts like them.
func prefix[T string | []byte](word T) (n uint64) {
	for i := range 8 {
		n <<= 8
		if i < len(word) {
			n |= uint64(word[i])
		}
	}
	return n
}

// bound returns the largest ratio of count to norm, rounded up.
func (w *writer) bound(chunks, counts []uint32) float32 {
	most := float32(0)
	for i, c := range chunks {
		most = max(most, float32(counts[i])/w.norms[c])
	}
	return math.Nextafter32(most, math.MaxFloat32)
}

func (w *writer) flush() {
	w.write(w.buffer)
	w.buffer = w.buffer[:0]
}

// finish writes what follows the lists.
func (w *writer) finish() error {
	w.flush()
	lists := w.at
	for i := range w.ids {
		w.buffer = append(w.buffer, w.ids[i][:]...)
	}
	for _, n := range sorted(w.ids) {
		w.buffer = binary.LittleEndian.AppendUint32(w.buffer, n)
	}
	for _, n := range w.lengths {
		w.buffer = binary.LittleEndian.AppendUint32(w.buffer, n)
	}
	w.flush()
	w.write(w.entries)
	w.write(w.names)
	footer := make([]byte, 0, footerSize)
	for _, n := range []uint64{lists, uint64(len(w.ids)), uint64(len(w.entries) / entrySize), uint64(len(w.names)), math.Float64bits(w.mean), 0} {
		footer = binary.LittleEndian.AppendUint64(footer, n)
	}
	footer = binary.LittleEndian.AppendUint32(footer, 0)
	w.write(binary.LittleEndian.AppendUint64(footer, magic))
	w.write(w.sum.Sum(nil)) // big-endian
	return w.err
}

// sorted returns the numbers of ids in their order.
func sorted(ids []ID) []uint32 {
	order := make([]uint32, len(ids))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return bytes.Compare(ids[a][:], ids[b][:]) })
	return order
}
