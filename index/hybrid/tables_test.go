package hybrid

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// tablesOf writes tables of made-up documents with some chunks each.
func tablesOf(t testing.TB, docs, chunks int) ([]byte, manifest) {
	t.Helper()
	tb := &tables{epoch: 9, version: 1, bare: roaring.New(), chunks: docs * chunks, next: index.Row(docs*chunks + 2)}
	row := index.Row(2) // two are free
	for n := range docs {
		d := &document{uri: rag.URI(fmt.Sprintf("docs:folder/%d.md", n))}
		r := &revision{version: 1, note: "n", metadata: newMetadata(map[string]any{
			"path": fmt.Sprintf("folder/%d.md", n), "size": int64(n), "created_at": nil, "modified_at": int64(1_700_000_000 + n),
			"seen_at": int64(1_700_000_000 + n), "owner": "someone", "source": "docs", "media_type": "text/markdown", "title": fmt.Sprint("Note ", n),
		})}
		for range chunks {
			tb.table = tb.table.grown(row)
			id := rag.ChunkID{}
			binary.LittleEndian.PutUint64(id[:], rand.Uint64())
			binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
			*tb.table.at(row) = chunk{id: id, doc: d}
			r.rows = append(r.rows, row)
			row++
		}
		d.newest.Store(r)
		tb.docs = append(tb.docs, d)
	}
	if chunks > 0 {
		tb.bare.Add(2)
		tb.bare.Add(uint32(row - 1))
	}
	var b bytes.Buffer
	size, sum, err := tb.write(t.Context(), &b)
	if err != nil || size != int64(b.Len()) {
		t.Fatal(size, b.Len(), err)
	}
	return b.Bytes(), manifest{Epoch: 9, Size: size, Sum: sum}
}

func TestTablesAreReadAsTheyWereWritten(t *testing.T) {
	b, _ := tablesOf(t, 3, 2)
	l, err := decodeTables(b[:len(b)-4])
	if err != nil {
		t.Fatal(err)
	}
	if l.epoch != 9 || l.n != 6 || len(l.docs) != 3 || l.rows.next != 8 || fmt.Sprint(l.rows.free) != "[1 0]" || fmt.Sprint(l.bare.ToArray()) != "[2 7]" {
		t.Errorf("epoch %d, %d chunks, %d documents, rows %+v, bare %v", l.epoch, l.n, len(l.docs), l.rows, l.bare)
	}
	r := l.docs[1].at(1)
	if l.docs[1].uri != "docs:folder/1.md" || fmt.Sprint(r.rows) != "[4 5]" || r.note != "n" || r.metadata.get()["title"] != "Note 1" {
		t.Errorf("%s: %+v", l.docs[1].uri, r)
	}
	if row, ok := l.byID.find(l.table, l.table.at(5).id); !ok || row != 5 || l.table.at(5).doc != &l.docs[1] {
		t.Errorf("row 5 is %d, %v", row, ok)
	}
}

func TestWritingTablesEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (&tables{bare: roaring.New()}).write(ctx, new(bytes.Buffer)); err == nil {
		t.Error("no error")
	}
}

func FuzzTables(f *testing.F) {
	for _, n := range []int{0, 1, 5} {
		b, _ := tablesOf(f, n, n)
		f.Add(b[:len(b)-4])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := decodeTables(b)
		if err != nil {
			return
		}
		n := 0
		for i := range l.docs {
			n += len(l.docs[i].at(1).rows)
			l.docs[i].at(1).metadata.get()
		}
		if n != l.n || n+len(l.rows.free) != int(l.rows.next) {
			t.Errorf("%d chunks and %d free rows of %d", n, len(l.rows.free), l.rows.next)
		}
	})
}

// 1M chunks of 100,000 documents: what a start reads of the index itself.
func BenchmarkLoadTables(b *testing.B) {
	data, _ := tablesOf(b, 100_000, 10)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		l, err := decodeTables(data[:len(data)-4])
		if err != nil {
			b.Fatal(err)
		}
		newDocuments().adopt(l.docs)
	}
}
