package hybrid

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// tablesName is the file of a checkpoint that holds what the index itself knows:
//
//	magic
//	epoch, documents, chunks, rows, bare rows   as uvarints
//	each document: URI, metadata, note          texts after their lengths
//	each document: rows                         their number, then the differences
//	bare rows, ascending                        the differences
//	IDs of the chunks                           16 B each, in the order of their rows above
//	CRC-32C of all before                       4 B
//
// The parts are apart so that each is read in one go: 1M chunks of 100,000
// documents are 16 MB of IDs, 2 MB of rows and 30 MB of metadata.
const (
	tablesName  = "tables"
	tablesMagic = "ragtabl1"
)

// tables is what a checkpoint keeps of one state.
type tables struct {
	epoch rag.Epoch
	docs  []*document // as of version
	// What follows is known when tables are written.
	version uint64
	table   rowTable
	chunks  int
	next    index.Row
	bare    *roaring.Bitmap
}

// write writes the tables to w, and returns how many bytes that were and their
// checksum. It runs beside Apply: everything is as of one version.
func (t *tables) write(ctx context.Context, w io.Writer) (size int64, sum uint32, err error) {
	out := &summed{w: w, crc: crc32.New(castagnoli())}
	e := &encoder{ctx: ctx, w: bufio.NewWriterSize(out, 1<<16)}
	e.buf = append(e.buf, tablesMagic...)
	e.uvarints(uint64(t.epoch), uint64(len(t.docs)), uint64(t.chunks), uint64(t.next), t.bare.GetCardinality())
	for _, d := range t.docs {
		e.document(d, d.at(t.version))
	}
	for _, d := range t.docs {
		e.rows(d.at(t.version).rows)
	}
	e.ascending(t.bare)
	for _, d := range t.docs {
		for _, row := range d.at(t.version).rows {
			id := t.table.at(row).id
			e.buf = append(e.buf, id[:]...)
		}
		e.flush()
	}
	e.flush()
	if e.err == nil {
		e.err = e.w.Flush()
	}
	if e.err != nil {
		return 0, 0, e.err
	}
	sum = out.crc.Sum32()
	_, err = out.Write(binary.LittleEndian.AppendUint32(nil, sum))
	return out.n, sum, err
}

// A summed writer counts and sums what passes.
type summed struct {
	w   io.Writer
	crc hash.Hash32
	n   int64
}

func (s *summed) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.crc.Write(b[:n])
	s.n += int64(n)
	return n, err
}

// An encoder writes values until the first error.
type encoder struct {
	ctx context.Context
	w   *bufio.Writer
	buf []byte
	err error
}

func (e *encoder) flush() {
	if e.err == nil {
		e.err = e.ctx.Err()
	}
	if e.err == nil {
		_, e.err = e.w.Write(e.buf)
	}
	e.buf = e.buf[:0]
}

func (e *encoder) uvarints(list ...uint64) {
	for _, v := range list {
		e.buf = binary.AppendUvarint(e.buf, v)
	}
	e.flush()
}

func (e *encoder) document(d *document, r *revision) {
	meta, err := r.metadata.appendTo(nil)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("document %q: %w", d.uri, err)
	}
	e.buf = appendText(e.buf, string(d.uri))
	e.buf = appendText(e.buf, string(meta))
	e.buf = appendText(e.buf, r.note)
	e.flush()
}

func (e *encoder) rows(rows []index.Row) {
	e.buf = binary.AppendUvarint(e.buf, uint64(len(rows)))
	last := int64(-1)
	for _, row := range rows {
		e.buf = binary.AppendVarint(e.buf, int64(row)-last-1)
		last = int64(row)
	}
	e.flush()
}

func (e *encoder) ascending(rows *roaring.Bitmap) {
	last := int64(-1)
	rows.Iterate(func(row uint32) bool {
		e.buf = binary.AppendUvarint(e.buf, uint64(int64(row)-last-1))
		last = int64(row)
		return true
	})
	e.flush()
}

// at returns the documents that version sees, in the order of their slots.
func (s *documents) at(version uint64) []*document {
	var docs []*document
	buf := make([]*document, 0, 1024)
	for first, more := 0, true; more; {
		var page []*document
		page, first, more = s.page(buf, first)
		docs = append(docs, slices.DeleteFunc(page, func(d *document) bool { return d.at(version) == nil })...)
	}
	return docs
}
