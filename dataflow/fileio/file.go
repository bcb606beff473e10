package fileio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"

	"ragserver/dataflow"
)

// A file is what was sent of one file.
//
// It is kept as three kinds of values: the file, with its stamp and its head; a
// description of every block; and the compressed bytes of every block, which are
// read only to retract rows. At every commit the rows in the collection are those
// of the blocks that are kept.
type file struct {
	name    string // relative, with slashes
	stamp   stamp  // when it was last looked at
	sure    bool   // a file with this stamp has exactly these blocks
	head    []byte
	blocks  []block
	size    int64  // of head and blocks
	checked int64  // size when the whole of it was last compared
	task    uint64 // the last that changes what is kept
}

// start returns where block i begins.
func (f *file) start(i int) int64 {
	at := f.size
	for _, b := range f.blocks[i:] {
		at -= b.length
	}
	return at
}

// line returns the number of the line on which block i begins.
func (f *file) line(i int) int {
	line := 1 + bytes.Count(f.head, []byte{'\n'})
	for _, b := range f.blocks[:i] {
		line += b.lines
	}
	return line
}

// set makes list the blocks from i on.
func (f *file) set(i int, list ...block) {
	f.size = f.start(i)
	f.blocks = append(f.blocks[:i], list...)
	for _, b := range list {
		f.size += b.length
	}
}

// Keys of what is kept begin with a letter for the kind.
const (
	keptFile    = 'f'
	keptBlock   = 'b'
	keptContent = 'c'
)

func fileKey(name string) []byte { return append([]byte{keptFile}, name...) }

func blockKey(kind byte, name string, i int) []byte {
	b := append([]byte{kind}, name...)
	return binary.BigEndian.AppendUint32(append(b, 0), uint32(i))
}

func put(key, value []byte) dataflow.Write { return dataflow.Write{Key: key, Value: value} }
func gone(key []byte) dataflow.Write       { return dataflow.Write{Key: key, Delete: true} }

// begun records that f is about to change.
func (f *file) begun() { f.stamp, f.sure = stamp{}, false }

// done records that f is known to be as s shows it.
func (f *file) done(s sight, grain time.Duration) {
	f.stamp, f.sure = s.stamp, s.compared && s.stamp.rested(grain, s.at)
	if s.compared {
		f.checked = f.size
	}
}

// encode returns what is kept of the file itself. Definition tells how its rows
// are made.
func (f *file) encode(definition string) []byte {
	b := binary.BigEndian.AppendUint64(nil, xxhash.Sum64String(definition))
	var sure byte
	if f.sure {
		sure = 1
	}
	b = f.stamp.encode(append(b, sure))
	return append(b, f.head...)
}

func decodeFile(name string, b []byte, definition string) (*file, error) {
	const fixed = 8 + 1 + stampSize
	if len(b) < fixed {
		return nil, errDamaged
	}
	if binary.BigEndian.Uint64(b) != xxhash.Sum64String(definition) {
		return nil, fmt.Errorf("its rows were of another format or type than %q: they cannot be taken back; give the feed another name or start with an empty store", definition)
	}
	f := &file{name: name, sure: b[8] == 1, stamp: decodeStamp(b[9:]), head: bytes.Clone(b[fixed:])}
	f.size = int64(len(f.head))
	return f, nil
}

// load reads what an earlier run has committed.
func (r *Reader[T]) load() error {
	err := r.feed.EachKept([]byte{keptFile}, func(k, v []byte) error {
		f, err := decodeFile(string(k[1:]), v, r.format.rows)
		if err != nil {
			return fmt.Errorf("%s: %w", k[1:], err)
		}
		r.files[f.name] = f
		return nil
	})
	if err != nil {
		return err
	}
	return r.feed.EachKept([]byte{keptBlock}, func(k, v []byte) error {
		if len(k) < 6 {
			return errDamaged
		}
		name, i := string(k[1:len(k)-5]), binary.BigEndian.Uint32(k[len(k)-4:])
		b, err := decodeBlock(v)
		f := r.files[name]
		if err != nil || f == nil || int(i) < len(f.blocks) {
			return fmt.Errorf("%s, block %d: %w", name, i, errDamaged)
		}
		for int(i) > len(f.blocks) { // a larger file was being replaced
			f.set(len(f.blocks), block{gap: true, sum: xxhash.Sum64(nil)})
		}
		f.set(len(f.blocks), b)
		return nil
	})
}
