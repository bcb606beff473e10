// Package xmlstream reads large XML documents piece by piece: at several times the
// speed of encoding/xml, and in as much memory as their longest tag. It does not
// check that they are well-formed.
package xmlstream

import (
	"bytes"
	"fmt"
	"io"

	"ragserver/parse"
)

// A Kind says what a Reader is at.
type Kind uint8

// The kinds of pieces. Comments, instructions and declarations are passed over,
// and with them all entities but those that every document has.
const (
	None  Kind = iota
	Start      // of an element
	End        // of an element; follows at once on an empty one
	Text       // a piece of text, maybe a part of a long one
)

// A Reader reads one document. It is used by one goroutine.
type Reader struct {
	in   io.Reader
	buf  []byte // buf[pos:end] was read and not yet looked at
	pos  int
	end  int
	err  error // of in
	fail error

	kind  Kind
	name  string
	tag   []byte // what follows the name in a start tag
	text  []byte
	empty bool // the end of an empty element is still to be told
	names map[string]string
}

// Bounds of a Reader's memory.
const (
	firstBuffer = 64 << 10 // bytes
	maxTag      = 4 << 20  // bytes of one tag, comment or instruction that has to be seen whole
	maxNames    = 1000     // names that are kept
)

// New returns a Reader of the document in r, which is decoded as the document
// says that it has to be.
func New(r io.Reader) *Reader {
	x := &Reader{buf: make([]byte, firstBuffer), names: make(map[string]string)}
	x.in, x.err = decoded(r)
	return x
}

// Next moves on and returns what it found, None at the end.
func (x *Reader) Next() Kind {
	x.kind, x.tag, x.text = None, nil, nil
	if x.empty {
		x.empty = false
		x.kind = End
		return End
	}
	for x.fail == nil && x.have(1) {
		if x.buf[x.pos] != '<' {
			x.chars()
			return x.kind
		}
		if x.markup(); x.kind != None {
			return x.kind
		}
	}
	return None
}

// Err returns why the document could not be read to its end, nil if it was.
func (x *Reader) Err() error {
	if x.fail != nil {
		return x.fail
	}
	if x.err == io.EOF {
		return nil
	}
	return x.err
}

// Name returns the name of the element that starts or ends here, without the
// prefix of its space.
func (x *Reader) Name() string { return x.name }

// Text returns the text found. It is valid until Next.
func (x *Reader) Text() []byte { return x.text }

// Skip moves to the end of the element that has just started.
func (x *Reader) Skip() {
	for depth := 1; depth > 0; {
		switch x.Next() {
		case Start:
			depth++
		case End:
			depth--
		case None:
			return
		}
	}
}

// have reports whether n bytes are waiting, after reading what it needs.
func (x *Reader) have(n int) bool {
	for x.end-x.pos < n {
		if !x.more() {
			return false
		}
	}
	return true
}

// more reads more bytes; it moves those that wait to the front, or makes room.
func (x *Reader) more() bool {
	if x.err != nil {
		return false
	}
	if x.pos > 0 {
		x.end = copy(x.buf, x.buf[x.pos:x.end])
		x.pos = 0
	} else if x.end == len(x.buf) {
		if len(x.buf) >= maxTag {
			x.fail = fmt.Errorf("a tag of more than %d MiB: %w", maxTag>>20, parse.ErrLimit)
			return false
		}
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	for range 100 {
		n, err := x.in.Read(x.buf[x.end:])
		x.end += n
		x.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	x.err = io.ErrNoProgress
	return false
}

// upTo returns the bytes that wait before mark, and passes over both. At the end
// of the document it returns false.
func (x *Reader) upTo(mark string, from int) ([]byte, bool) {
	for {
		if x.end-x.pos >= from {
			if i := bytes.Index(x.buf[x.pos+from:x.end], []byte(mark)); i >= 0 {
				found := x.buf[x.pos : x.pos+from+i]
				x.pos += from + i + len(mark)
				return found, true
			}
			from = max(from, x.end-x.pos-len(mark)+1)
		}
		if !x.more() {
			x.pos = x.end
			return nil, false
		}
	}
}

// pass passes over what ends in mark, however long it is.
func (x *Reader) pass(mark string) {
	for {
		if i := bytes.Index(x.buf[x.pos:x.end], []byte(mark)); i >= 0 {
			x.pos += i + len(mark)
			return
		}
		x.pos = max(x.pos, x.end-len(mark)+1)
		if !x.more() {
			x.pos = x.end
			return
		}
	}
}
