package fileio

import (
	"bytes"
	"errors"
	"io"

	"github.com/cespare/xxhash/v2"
)

// A cutter cuts a file into blocks.
type cutter struct {
	layout layout
	size   int  // bytes to read at a time
	limit  int  // of a record, in bytes
	final  bool // the end of the file ends its last record
	from   io.Reader
	buf    []byte // read and not yet cut
	ended  bool   // from has no more
	spare  func() []byte
}

// A piece is a block with its bytes, which a gap has not.
type piece struct {
	block
	raw []byte
}

// next returns the next block, or io.EOF if there is none: what is left is not
// finished yet.
func (c *cutter) next() (piece, error) {
	for want := c.size; ; want *= 2 {
		if err := c.fill(want); err != nil {
			return piece{}, err
		}
		if n := c.layout.whole(c.buf, c.limit); n > 0 {
			return c.cut(n), nil
		}
		switch first := c.layout.record(c.buf); {
		case first > c.limit || first < 0 && len(c.buf) > c.limit:
			return c.skip(lineLength)
		case !c.ended:
			continue
		case !c.final || len(c.buf) == 0:
			return piece{}, io.EOF
		case c.layout.record(append(c.buf, '\n')) == len(c.buf)+1:
			return c.cut(len(c.buf)), nil
		}
		return c.skip(func([]byte) int { return -1 }) // a quote that nothing closes
	}
}

// fill reads until there are want bytes, or the file ends.
func (c *cutter) fill(want int) error {
	if c.ended || len(c.buf) >= want {
		return nil
	}
	if c.buf == nil {
		c.buf = c.spare()
	}
	if cap(c.buf) < want {
		c.buf = append(make([]byte, 0, want), c.buf...)
	}
	n, err := io.ReadFull(c.from, c.buf[len(c.buf):want])
	c.buf = c.buf[:len(c.buf)+n]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		c.ended, err = true, nil
	}
	return err
}

// cut takes the first n bytes as a block.
func (c *cutter) cut(n int) piece {
	raw, rest := c.buf[:n], c.buf[n:]
	c.buf = nil
	if len(rest) > 0 {
		c.buf = append(c.spare(), rest...)
	}
	return piece{raw: raw, block: block{
		length: int64(n), sum: xxhash.Sum64(raw),
		lines: bytes.Count(raw, []byte{'\n'}),
		open:  raw[n-1] != '\n',
	}}
}

// skip makes a gap of what end finds the length of, else of the rest of the file.
func (c *cutter) skip(end func([]byte) int) (piece, error) {
	sum, length := xxhash.New(), int64(0)
	for {
		n := end(c.buf)
		take := plus(0, n)
		if n < 0 {
			take = len(c.buf)
		}
		sum.Write(c.buf[:take])
		length += int64(take)
		c.buf = append(c.buf[:0], c.buf[take:]...)
		if n >= 0 || c.ended {
			if n < 0 && !c.final {
				return piece{}, io.EOF
			}
			return piece{block: block{length: length, lines: 1, sum: sum.Sum64(), gap: true, open: n < 0}}, nil
		}
		if err := c.fill(c.size); err != nil {
			return piece{}, err
		}
	}
}
