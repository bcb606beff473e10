package hybrid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// A loaded is what tables become when they are read: with version 1, and
// nothing that later changes write to shared with anyone.
type loaded struct {
	epoch rag.Epoch
	docs  []document
	table rowTable
	byID  rowsByID
	bare  *roaring.Bitmap
	rows  rowPool
	n     int // chunks
}

// readTables reads the file that m speaks of.
func readTables(name string, m manifest) (*loaded, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if int64(len(b)) != m.Size || len(b) < 4 {
		return nil, fmt.Errorf("%s: has %d bytes, not %d", name, len(b), m.Size)
	}
	body, end := b[:len(b)-4], b[len(b)-4:]
	if sum := crc32.Checksum(body, castagnoli()); sum != m.Sum || sum != binary.LittleEndian.Uint32(end) {
		return nil, fmt.Errorf("%s: its checksum is %08x, not %08x", name, sum, m.Sum)
	}
	t, err := decodeTables(body)
	if err == nil && t.epoch != m.Epoch {
		err = fmt.Errorf("is of epoch %d, not %d", t.epoch, m.Epoch)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// errSparse refuses tables whose rows are mostly free: an index that is filled
// anew numbers its chunks densely.
var errSparse = errors.New("most of its rows are free")

// decodeTables reads what tables.write wrote, without the checksum. Memory is in
// proportion to b, whatever b says.
func decodeTables(b []byte) (*loaded, error) {
	if !bytes.HasPrefix(b, []byte(tablesMagic)) {
		return nil, fmt.Errorf("does not begin with %q", tablesMagic)
	}
	r := &reader{rest: string(b[:min(len(b), len(tablesMagic)+5*binary.MaxVarintLen64)])[len(tablesMagic):]}
	head := len(r.rest)
	epoch, docs, chunks, next, bare := r.uvarint(), r.uvarint(), r.uvarint(), r.uvarint(), r.uvarint()
	if r.err != nil {
		return nil, r.err
	}
	rest := b[len(tablesMagic)+head-len(r.rest):]
	const idSize = len(rag.ChunkID{})
	if chunks > uint64(len(rest)/idSize) || docs > uint64(len(rest)) || bare > chunks {
		return nil, fmt.Errorf("%d bytes with %d documents and %d chunks: %w", len(b), docs, chunks, errShort)
	}
	if next > 64*chunks+1<<16 {
		return nil, errSparse
	}
	at := len(rest) - int(chunks)*idSize
	d := &decoder{
		reader: &reader{rest: string(rest[:at])}, ids: rest[at:],
		t: &loaded{epoch: rag.Epoch(epoch), docs: make([]document, docs), bare: roaring.New(), rows: rowPool{next: index.Row(next)}, n: int(chunks)},
	}
	d.documents()
	d.chunks()
	d.bareRows(bare)
	if d.err == nil && d.rest != "" {
		d.err = fmt.Errorf("%d bytes are left over", len(d.rest))
	}
	return d.t, d.err
}

type decoder struct {
	*reader // without the IDs
	ids     []byte
	t       *loaded
	used    []uint64 // a bit for each row
}

// documents reads URIs, metadata and notes; all texts share one string.
func (d *decoder) documents() {
	revisions := make([]revision, len(d.t.docs))
	meta := make([]metadata, len(d.t.docs))
	for i := range d.t.docs {
		d.t.docs[i].uri = rag.URI(d.text())
		if meta[i].encoded = d.text(); meta[i].encoded == "" && d.err == nil {
			d.err = fmt.Errorf("document %q has no metadata", d.t.docs[i].uri)
		}
		revisions[i] = revision{version: 1, metadata: &meta[i], note: d.text()}
		d.t.docs[i].newest.Store(&revisions[i])
		if d.err != nil {
			return
		}
	}
}

// chunks reads the rows of each document, and gives them their IDs.
func (d *decoder) chunks() {
	if d.err != nil {
		return
	}
	next := d.t.rows.next
	if next > 0 {
		d.t.table = d.t.table.grown(next - 1)
	}
	d.used = make([]uint64, (int(next)+63)/64)
	d.t.byID.reserve(d.t.table, d.t.n)
	all := make([]index.Row, 0, d.t.n)
	for i := range d.t.docs {
		first := len(all)
		all = d.rows(all, &d.t.docs[i])
		if d.err != nil {
			return
		}
		d.t.docs[i].newest.Load().rows = all[first:len(all):len(all)]
	}
	if len(all) != d.t.n {
		d.err = fmt.Errorf("has %d chunks, not %d", len(all), d.t.n)
		return
	}
	d.free(len(all))
}

// rows appends the rows of one document to all, and makes them known.
func (d *decoder) rows(all []index.Row, doc *document) []index.Row {
	n := d.uvarint()
	if n > uint64(d.t.n-len(all)) {
		d.err = fmt.Errorf("document %q has %d chunks: more than there are", doc.uri, n)
		return all
	}
	last := int64(-1)
	for range n {
		last += 1 + d.varint() // wraps at worst
		if d.err != nil {
			return all
		}
		if last < 0 || last >= int64(d.t.rows.next) || d.used[last/64]>>(last%64)&1 != 0 {
			d.err = fmt.Errorf("document %q has row %d, which it cannot have", doc.uri, last)
			return all
		}
		row := index.Row(last)
		d.used[row/64] |= 1 << (row % 64)
		c := d.t.table.at(row)
		copy(c.id[:], d.ids[len(all)*len(c.id):])
		c.doc = doc
		d.t.byID.place(d.t.table, row)
		d.t.byID.n++
		all = append(all, row)
	}
	return all
}

// free lists the rows that no chunk has, the lowest last so that it is given
// out first.
func (d *decoder) free(taken int) {
	next := int(d.t.rows.next)
	d.t.rows.free = make([]index.Row, 0, next-taken)
	for row := next - 1; row >= 0 && len(d.t.rows.free) < next-taken; row-- {
		if d.used[row/64]>>(row%64)&1 == 0 {
			d.t.rows.free = append(d.t.rows.free, index.Row(row))
		}
	}
}

// bareRows reads which chunks have no vector.
func (d *decoder) bareRows(n uint64) {
	next := uint64(d.t.rows.next)
	row := uint64(0)
	for i := range n {
		gap := d.uvarint()
		if d.err != nil {
			return
		}
		if i > 0 {
			row++
		}
		if gap >= next || row+gap >= next || d.used[(row+gap)/64]>>((row+gap)%64)&1 == 0 {
			d.err = fmt.Errorf("row %d has no vector and no chunk", row+gap)
			return
		}
		row += gap
		d.t.bare.Add(index.Row(row))
	}
}
