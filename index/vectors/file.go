package vectors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"slices"

	"ragserver/index"
)

// A saved state is a head, and for each group of slabs a file with their blocks
// as they lie in memory, so that they can be mapped:
//
//	vectors.head   magic, fields, one mask of slabs for each group, one bit for
//	               each slot that is seen, checksum
//	vectors-N      a block for each slab of group N, then a tail of tailSize:
//	               magic, the size of a block, checksums
//
//	block          vectors, codes, rows, scale, rest, norm, sum, square
//
// Numbers are in the order of the processor; that of another does not know the
// magic. Checksums are CRC-32C. Slots that are not seen are zeros, or what was
// there when an earlier state was saved that has the same file.
const (
	headName  = "vectors.head"
	headMagic = 0x3130_6461_6548_7631
	tailMagic = 0x3130_6c69_6154_7631
	tailSize  = 8 + 8 + 8*groupSlabs/2 + 8

	// groupSlabs slabs are in a file: 16 * 1.3 MB for 256 dimensions.
	groupSlabs = 16
)

// metaBytes is what a slot takes beside its vector and codes, filled up so that
// blocks begin where pages do.
const metaBytes = 32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// blockSize is the number of bytes of a slab in a file.
func (s shape) blockSize() int { return SlabSlots * (s.stride() + 8*words(s.dim) + metaBytes) }

func groupPath(dir string, group int) string {
	return filepath.Join(dir, fmt.Sprintf("vectors-%05d", group))
}

// A head describes a saved state.
type head struct {
	lineage, version uint64 // see Store.lineage
	dim              int
	metric, format   int
	masks            []uint16 // of each group: its slabs that are not nil
	seen             []uint64 // slabWords for each slab
}

// headFields is how many numbers of 8 bytes stand before the masks.
const headFields = 7

func (h *head) slabs() int { return len(h.seen) / slabWords }

// live is the number of slots that are seen.
func (h *head) live() int {
	n := 0
	for _, w := range h.seen {
		n += bits.OnesCount64(w)
	}
	return n
}

func (h *head) encode() []byte {
	order := binary.NativeEndian
	var b []byte
	for _, x := range []uint64{
		headMagic, h.lineage, h.version, uint64(h.dim), uint64(h.metric), uint64(h.format), uint64(h.slabs()),
	} {
		b = order.AppendUint64(b, x)
	}
	for _, m := range h.masks {
		b = order.AppendUint16(b, m)
	}
	for _, w := range h.seen {
		b = order.AppendUint64(b, w)
	}
	return order.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHead reads what encode has written.
func decodeHead(b []byte) (*head, error) {
	order := binary.NativeEndian
	if len(b) < 8*headFields+4 {
		return nil, errors.New("too short")
	}
	if order.Uint64(b) != headMagic {
		return nil, errors.New("no head of vectors")
	}
	sum, b := order.Uint32(b[len(b)-4:]), b[:len(b)-4]
	if sum != crc32.Checksum(b, castagnoli) {
		return nil, errors.New("wrong checksum")
	}
	var f [headFields]uint64
	for i := range f {
		f[i] = order.Uint64(b[8*i:])
	}
	b = b[8*headFields:]
	slabs := f[6]
	groups := (slabs + groupSlabs - 1) / groupSlabs
	if slabs > 1<<22 || uint64(len(b)) != 2*groups+8*slabWords*slabs {
		return nil, fmt.Errorf("%d bytes for %d slabs", len(b), slabs)
	}
	if f[3] > maxDim || f[3] == 0 && slabs > 0 {
		return nil, fmt.Errorf("%d dimensions", f[3])
	}
	h := &head{lineage: f[1], version: f[2], dim: int(f[3]), metric: int(f[4]), format: int(f[5])}
	for range groups {
		h.masks, b = append(h.masks, order.Uint16(b)), b[2:]
	}
	for range slabWords * slabs {
		h.seen, b = append(h.seen, order.Uint64(b)), b[8:]
	}
	return h, h.check()
}

// check says whether all that is seen is in a slab.
func (h *head) check() error {
	for n := range len(h.masks) * groupSlabs {
		there := h.masks[n/groupSlabs]>>(n%groupSlabs)&1 != 0
		if n >= h.slabs() {
			if there {
				return fmt.Errorf("slab %d of %d", n, h.slabs())
			}
			continue
		}
		if !there && slices.ContainsFunc(h.seenOf(n), func(w uint64) bool { return w != 0 }) {
			return fmt.Errorf("no slab %d", n)
		}
	}
	return nil
}

// seenOf is the part of seen that is of slab n.
func (h *head) seenOf(n int) []uint64 { return h.seen[n*slabWords : (n+1)*slabWords] }

// readHead reads the head in dir. If it is damaged, or there is none, the error
// matches index.ErrCorrupt.
func readHead(dir string) (*head, error) {
	path := filepath.Join(dir, headName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", index.ErrCorrupt, err)
	}
	if err != nil {
		return nil, err
	}
	h, err := decodeHead(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, index.ErrCorrupt, err)
	}
	return h, nil
}

// A tail stands at the end of a group's file.
type tail struct {
	block int // the size of one
	sums  [groupSlabs]uint32
}

func (t *tail) encode() []byte {
	order := binary.NativeEndian
	b := order.AppendUint64(nil, tailMagic)
	b = order.AppendUint64(b, uint64(t.block))
	for _, s := range t.sums {
		b = order.AppendUint32(b, s)
	}
	return order.AppendUint64(b, uint64(crc32.Checksum(b, castagnoli)))
}

// decodeTail reads what encode has written.
func decodeTail(b []byte) (*tail, error) {
	order := binary.NativeEndian
	if len(b) != tailSize || order.Uint64(b) != tailMagic {
		return nil, errors.New("no group of vectors")
	}
	if order.Uint64(b[tailSize-8:]) != uint64(crc32.Checksum(b[:tailSize-8], castagnoli)) {
		return nil, errors.New("wrong checksum at the end")
	}
	t := &tail{block: int(order.Uint64(b[8:]))}
	for i := range t.sums {
		t.sums[i] = order.Uint32(b[16+4*i:])
	}
	return t, nil
}
