package bleve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
)

// What bbolt writes, in the byte order of the machine: pages, of which the first
// two are metas, the newer of them valid. A bucket is a tree of pages, or inline
// a leaf in the value of its key.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	boltBranch   = 0x01 // flags of pages
	boltLeaf     = 0x02
	boltMeta     = 0x04
	boltFreelist = 0x10

	boltBucket = 0x01 // flag of an element of a leaf

	boltHeader  = 16 // of a page
	boltElement = 16 // of a page, without key and value
	boltRoot    = 16 // of a bucket
	boltSummed  = 56 // of a meta, before its checksum
)

var native = binary.NativeEndian

// A boltFile is a file of bbolt's that is being checked.
type boltFile struct {
	data     []byte
	pageSize uint64
	pages    uint64 // that belong to the file
	used     []bool // by page
}

// checkBolt says what is wrong with a file of bbolt's. bbolt maps the file, follows
// its page numbers and lengths wherever they lead, and panics when it writes to a
// tree that is not as it left it. What passes here it can read and write: every
// page is inside the file and used once, every key and value is inside its page,
// and the trees are in order. Only what keys and values say may be damaged.
//
// bbolt has a check of its own, Tx.Check, but that trusts the file as well, and
// runs on a goroutine where a panic cannot be recovered.
func checkBolt(data []byte, pageSize int) error {
	f := &boltFile{data: data, pageSize: uint64(pageSize)}
	meta, err := f.meta()
	if err != nil {
		return err
	}
	root, freelist := native.Uint64(meta[16:]), native.Uint64(meta[32:])
	f.pages = native.Uint64(meta[40:])
	if has := uint64(len(data)) / f.pageSize; f.pages > has {
		return fmt.Errorf("%d pages of %d", has, f.pages)
	}
	f.used = make([]bool, f.pages)
	if err := f.bucket(root); err != nil {
		return err
	}
	return f.freelist(freelist)
}

// meta returns the meta that bbolt uses.
func (f *boltFile) meta() (newest []byte, err error) {
	if f.pageSize < boltHeader+boltSummed+8 || uint64(len(f.data)) < 2*f.pageSize {
		return nil, fmt.Errorf("%d bytes in pages of %d", len(f.data), f.pageSize)
	}
	for id := range uint64(2) {
		page := f.data[id*f.pageSize:]
		if native.Uint64(page) != id || native.Uint16(page[8:]) != boltMeta {
			return nil, fmt.Errorf("page %d is not a meta", id)
		}
		meta := page[boltHeader:]
		sum := fnv.New64a()
		sum.Write(meta[:boltSummed])
		if native.Uint32(meta) != boltMagic || native.Uint32(meta[4:]) != boltVersion || native.Uint64(meta[boltSummed:]) != sum.Sum64() {
			continue // as a sudden end leaves it
		}
		if newest == nil || native.Uint64(meta[48:]) > native.Uint64(newest[48:]) {
			newest = meta
		}
	}
	if newest == nil {
		return nil, errors.New("no meta is valid")
	}
	if size := native.Uint32(newest[8:]); uint64(size) != f.pageSize {
		return nil, fmt.Errorf("pages of %d bytes, not %d", size, f.pageSize)
	}
	return newest, nil
}

// claim notes that page id is used.
func (f *boltFile) claim(id uint64) error {
	if id < 2 || id >= f.pages {
		return fmt.Errorf("page %d is not in the file", id)
	}
	if f.used[id] {
		return fmt.Errorf("page %d is used twice", id)
	}
	f.used[id] = true
	return nil
}

// page claims page id and those that it goes on in, and returns their bytes.
func (f *boltFile) page(id uint64) ([]byte, error) {
	if err := f.claim(id); err != nil {
		return nil, err
	}
	page := f.data[id*f.pageSize:]
	if n := native.Uint64(page); n != id {
		return nil, fmt.Errorf("page %d says it is %d", id, n)
	}
	more := uint64(native.Uint32(page[12:]))
	for n := range more {
		if err := f.claim(id + 1 + n); err != nil {
			return nil, err
		}
	}
	return page[:(more+1)*f.pageSize], nil
}

// freelist checks the list of the pages that are free.
func (f *boltFile) freelist(id uint64) error {
	page, err := f.page(id)
	if err != nil {
		return err
	}
	if flags := native.Uint16(page[8:]); flags != boltFreelist {
		return fmt.Errorf("page %d has flags %#x, and should list the free ones", id, flags)
	}
	n, list := uint64(native.Uint16(page[10:])), page[boltHeader:]
	if n == 0xFFFF {
		n, list = native.Uint64(list), list[8:]
	}
	if n > uint64(len(list))/8 {
		return fmt.Errorf("page %d does not hold %d free ones", id, n)
	}
	for i := range n {
		if err := f.claim(native.Uint64(list[8*i:])); err != nil {
			return fmt.Errorf("free: %w", err)
		}
	}
	return nil
}

// bucket checks the tree of a bucket.
func (f *boltFile) bucket(root uint64) error {
	_, err := f.tree(root, nil, nil)
	return err
}

// tree checks the tree that begins at page id, and returns its height. Its first
// key has to be first, and all keys before end; nil: whatever they are.
func (f *boltFile) tree(id uint64, first, end []byte) (height int, err error) {
	page, err := f.page(id)
	if err != nil {
		return 0, err
	}
	elements, _, err := boltElements(page)
	if err != nil {
		return 0, fmt.Errorf("page %d: %w", id, err)
	}
	if n := len(elements); n > 0 && end != nil && bytes.Compare(elements[n-1].key, end) >= 0 ||
		first != nil && (n == 0 || !bytes.Equal(elements[0].key, first)) {
		return 0, fmt.Errorf("page %d has not the keys that its parent says", id)
	}
	if native.Uint16(page[8:]) == boltLeaf {
		return 0, f.buckets(elements)
	}
	if len(elements) < 2 {
		return 0, fmt.Errorf("page %d has %d branches", id, len(elements))
	}
	for i, e := range elements {
		before := end
		if i+1 < len(elements) {
			before = elements[i+1].key
		}
		h, err := f.tree(e.child, e.key, before)
		if err != nil {
			return 0, err
		}
		if i > 0 && h+1 != height {
			return 0, fmt.Errorf("page %d has branches of different height", id)
		}
		height = h + 1
	}
	return height, nil
}

// buckets checks the buckets among the elements of a leaf.
func (f *boltFile) buckets(elements []element) error {
	for _, e := range elements {
		if !e.bucket {
			continue
		}
		if len(e.value) < boltRoot {
			return fmt.Errorf("bucket %q has no root", e.key)
		}
		if root := native.Uint64(e.value); root != 0 {
			if err := f.bucket(root); err != nil {
				return err
			}
		} else if err := inline(e.value[boltRoot:]); err != nil {
			return fmt.Errorf("bucket %q: %w", e.key, err)
		}
	}
	return nil
}

// inline checks a bucket that is kept in the value of its key.
func inline(page []byte) error {
	elements, end, err := boltElements(page)
	if err != nil {
		return err
	}
	if native.Uint64(page) != 0 || native.Uint16(page[8:]) != boltLeaf || native.Uint32(page[12:]) != 0 || end != uint64(len(page)) {
		return errors.New("not a leaf")
	}
	for _, e := range elements {
		if e.bucket {
			return fmt.Errorf("bucket %q in a leaf that cannot hold it", e.key)
		}
	}
	return nil
}

// An element is a key, and in a leaf its value, in a branch the page where it
// leads.
type element struct {
	key    []byte
	bucket bool
	value  []byte
	child  uint64
}

// boltElements returns the elements of a leaf or branch, and where they end. Keys
// are not empty and ascend; they and the values lie one after the other.
func boltElements(page []byte) (elements []element, end uint64, err error) {
	if len(page) < boltHeader {
		return nil, 0, fmt.Errorf("%d bytes are not a page", len(page))
	}
	flags, n := native.Uint16(page[8:]), uint64(native.Uint16(page[10:]))
	if flags != boltLeaf && flags != boltBranch {
		return nil, 0, fmt.Errorf("flags %#x", flags)
	}
	size := uint64(len(page))
	if end = boltHeader + n*boltElement; end > size {
		return nil, 0, fmt.Errorf("%d elements", n)
	}
	elements = make([]element, n)
	for i := range elements {
		at := boltHeader + uint64(i)*boltElement
		head := page[at:][:boltElement]
		e := &elements[i]
		var begin, keySize, valueSize uint64
		if flags == boltLeaf {
			kind := native.Uint32(head)
			if kind > boltBucket {
				return nil, 0, fmt.Errorf("element %d has flags %#x", i, kind)
			}
			e.bucket = kind == boltBucket
			begin, keySize, valueSize = uint64(native.Uint32(head[4:])), uint64(native.Uint32(head[8:])), uint64(native.Uint32(head[12:]))
		} else {
			begin, keySize, e.child = uint64(native.Uint32(head)), uint64(native.Uint32(head[4:])), native.Uint64(head[8:])
		}
		if at+begin != end || keySize == 0 || keySize+valueSize > size-end {
			return nil, 0, fmt.Errorf("element %d is not where it should be", i)
		}
		e.key = page[end:][:keySize]
		e.value = page[end+keySize:][:valueSize]
		end += keySize + valueSize
		if i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0 {
			return nil, 0, fmt.Errorf("element %d is not in order", i)
		}
	}
	return elements, end, nil
}
