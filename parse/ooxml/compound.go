package ooxml

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"

	rag "ragserver"
	"ragserver/parse"
)

// compoundMark begins a file of the compound format, [MS-CFB] 2.2.
var compoundMark = binary.BigEndian.AppendUint64(nil, 0xD0CF11E0A1B11AE1)

var errCompound = errors.New("not a sound file of the compound format")

// Numbers of sectors that have a meaning, [MS-CFB] 2.1.
const lastSector = 0xFFFFFFFA // the highest that is a sector

// A compound is an open file of the compound format: a file system in a file.
type compound struct {
	data    []byte
	sector  int      // bytes
	next    []uint32 // of each sector
	mini    []uint32 // next of each small sector
	small   []byte   // the small sectors
	cutoff  uint32   // streams below this size are in small sectors
	entries map[string]entry
}

type entry struct {
	start uint32
	size  uint64
}

func openCompound(data []byte) (*compound, error) {
	if len(data) < 512 {
		return nil, errCompound
	}
	shift := binary.LittleEndian.Uint16(data[0x1E:])
	if shift != 9 && shift != 12 {
		return nil, errCompound
	}
	c := &compound{data: data, sector: 1 << shift, entries: map[string]entry{}}
	c.cutoff = binary.LittleEndian.Uint32(data[0x38:])
	c.readNext()
	root := c.readEntries(c.chain(binary.LittleEndian.Uint32(data[0x30:])))
	c.mini = numbers(c.chain(binary.LittleEndian.Uint32(data[0x3C:])))
	c.small = c.chain(root.start)
	if len(c.entries) == 0 {
		return nil, errCompound
	}
	return c, nil
}

// at returns a sector, nil if it is not there.
func (c *compound) at(n uint32) []byte {
	from := (int(n) + 1) * c.sector
	if n > lastSector || from >= len(c.data) {
		return nil
	}
	return c.data[from:min(from+c.sector, len(c.data))]
}

// readNext collects the sectors of the allocation table: the first 109 are in the
// header, the others in a chain of their own.
func (c *compound) readNext() {
	list := numbers(c.data[0x4C:512])
	more := binary.LittleEndian.Uint32(c.data[0x44:])
	for range len(c.data) / c.sector {
		s := numbers(c.at(more))
		if len(s) == 0 {
			break
		}
		list, more = append(list, s[:len(s)-1]...), s[len(s)-1]
	}
	seen := map[uint32]bool{}
	for _, n := range list {
		if s := c.at(n); s != nil && !seen[n] {
			seen[n] = true
			c.next = append(c.next, numbers(s)...)
		}
	}
}

// chain returns the sectors from start on, as far as they go.
func (c *compound) chain(start uint32) []byte {
	var out []byte
	for n, left := start, len(c.data)/c.sector; left > 0; left-- {
		s := c.at(n)
		if s == nil || int(n) >= len(c.next) {
			break
		}
		out, n = append(out, s...), c.next[n]
	}
	return out
}

// readEntries notes the streams and folders in a directory and returns its root.
// Streams of the same name in several folders are one here: the first.
func (c *compound) readEntries(dir []byte) (root entry) {
	for ; len(dir) >= 128; dir = dir[128:] {
		n := int(binary.LittleEndian.Uint16(dir[64:]))/2 - 1
		if n < 0 || n > 31 || dir[66] == 0 {
			continue
		}
		name := make([]uint16, n)
		for i := range name {
			name[i] = binary.LittleEndian.Uint16(dir[2*i:])
		}
		e := entry{binary.LittleEndian.Uint32(dir[116:]), uint64(binary.LittleEndian.Uint32(dir[120:]))}
		if dir[66] == 5 {
			root = e
		}
		if s := string(utf16.Decode(name)); !c.has(s) {
			c.entries[s] = e
		}
	}
	return root
}

func (c *compound) has(name string) bool {
	_, ok := c.entries[name]
	return ok
}

// stream returns the bytes of a stream, nil if it is not there or not whole.
func (c *compound) stream(name string) []byte {
	e, ok := c.entries[name]
	if !ok {
		return nil
	}
	if e.size >= uint64(c.cutoff) {
		return upTo(c.chain(e.start), e.size)
	}
	var out []byte
	for n, left := e.start, len(c.mini); left > 0 && int64(n) < int64(len(c.mini)) && len(c.small) >= int(n+1)*64; left-- {
		out, n = append(out, c.small[n*64:(n+1)*64]...), c.mini[n]
	}
	return upTo(out, e.size)
}

func upTo(b []byte, size uint64) []byte {
	if uint64(len(b)) < size {
		return nil
	}
	return b[:size]
}

func numbers(b []byte) []uint32 {
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}

// fields reads the fields of a record in order. After the end there are zeros.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) bytes(n int) []byte {
	if n < 0 || n > len(f.b) {
		f.short, n = true, len(f.b)
	}
	out := f.b[:n]
	f.b = f.b[n:]
	return out
}

func (f *fields) skip(n int) { f.bytes(n) }

func (f *fields) uint32() uint32 {
	if b := f.bytes(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// text reads up to a zero byte.
func (f *fields) text() string {
	for i, c := range f.b {
		if c == 0 {
			s := string(f.b[:i])
			f.b = f.b[i+1:]
			return s
		}
	}
	f.short = true
	return ""
}

// A Locked is a parser that says of files of the compound format what they are:
// office programs keep a document with a password in one.
type Locked struct{}

// Parse implements parse.Parser. It always fails.
func (Locked) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	c, err := openCompound(in.Data)
	switch {
	case err != nil:
		return rag.Text{}, err
	case c.has("EncryptedPackage"):
		return rag.Text{}, fmt.Errorf("an office document with a password: %w", parse.ErrEncrypted)
	}
	return rag.Text{}, fmt.Errorf("a file of the compound format: %w", parse.ErrUnsupported)
}
