package pipeline

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/store"
	"ragserver/store/memstore"
)

func TestChunkIsStoredWhole(t *testing.T) {
	full := rag.Chunk{
		URI: "docs:a", Ordinal: 300, Kind: rag.Table, Heading: []string{"A", "B"}, Page: 7, Start: 4000, End: 4321,
		Text: "| 1 | 2 |", Header: "| a | b |\n|---|---|", Context: "It is the second table.",
		Box: rag.Box{Left: 0.1, Top: 0.25, Right: 0.9, Bottom: 1}, Parent: rag.Span{Start: 3000, End: 9000},
	}
	bare := rag.Chunk{URI: "docs:a", Kind: rag.Paragraph, End: 4, Text: "text"}
	parent, box := bare, bare
	parent.Parent = full.Parent
	box.Box = full.Box
	for name, want := range map[string]rag.Chunk{"full": full, "bare": bare, "parent": parent, "box": box} {
		want.ID = want.NewID(0)
		says, err := encodeSays(want)
		if err != nil {
			t.Fatal(err)
		}
		s := memstore.New()
		var b store.Batch
		b.Put(textKey(want.ID), says)
		b.Put(placeKey(want.ID), encodePlace(want))
		if err := s.Commit(&b, true); err != nil {
			t.Fatal(err)
		}
		got, ok, err := readChunk(s, want.ID)
		if err != nil || !ok {
			t.Fatalf("%s: got %v, %v", name, ok, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPlaceOfBefore reads a row without parent and box, as they were written
// before there were any.
func TestPlaceOfBefore(t *testing.T) {
	var got rag.Chunk
	if err := decodePlace([]byte("\x03\x0a\x14\x02paragraph"), &got); err != nil {
		t.Fatal(err)
	}
	want := rag.Chunk{Ordinal: 3, Start: 10, End: 20, Page: 2, Kind: rag.Paragraph}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDamagedPlaceIsReported(t *testing.T) {
	row := encodePlace(rag.Chunk{Ordinal: 3, Start: 10, End: 20, Kind: rag.Code, Parent: rag.Span{Start: 1, End: 900}, Box: rag.Box{Right: 1}})
	for _, n := range []int{0, 3, len(row) - 17, len(row) - 1} {
		if err := decodePlace(row[:n], new(rag.Chunk)); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%d bytes of %d: got %v, want that they are corrupt", n, len(row), err)
		}
	}
}
