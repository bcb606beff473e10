package postings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	bleveindex "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// A chunk is a document of a test.
type chunk struct {
	bleveindex.Document
	id    ID
	words map[string]uint32
}

func (c chunk) Chunk() (ID, []Word) {
	var words []Word
	for text, count := range c.words {
		words = append(words, Word{text, count})
	}
	return c.id, words
}

func (c chunk) length() (n uint32) {
	for _, count := range c.words {
		n += count
	}
	return n
}

// chunks returns n random chunks. Some IDs lie close together, unlike hashes.
func chunks(rng *rand.Rand, n int) []chunk {
	out := make([]chunk, n)
	for i := range out {
		c := chunk{words: make(map[string]uint32)}
		if rng.IntN(2) > 0 {
			binary.BigEndian.PutUint64(c.id[:], rng.Uint64())
		}
		binary.BigEndian.PutUint32(c.id[12:], uint32(i))
		for range rng.IntN(12) {
			// Of every length, and with the same beginnings.
			word := fmt.Sprintf("%0*d", 1+rng.IntN(12), rng.IntN(20))
			c.words[word] = 1 + uint32(rng.IntN(1+rng.IntN(2)*rng.IntN(70_000)))
		}
		if rng.IntN(3) > 0 {
			c.words["common"] = 1 + uint32(rng.IntN(3))
		}
		out[i] = c
	}
	return out
}

func made(t testing.TB, from []chunk) *Segment {
	t.Helper()
	docs := make([]bleveindex.Document, len(from))
	for i, c := range from {
		docs[i] = c
	}
	s, err := build(docs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares a segment with the chunks that it should have, by number.
func check(t *testing.T, s *Segment, want []chunk) {
	t.Helper()
	lists := make(map[string]map[uint32]uint32)
	for n, c := range want {
		if s.ID(uint32(n)) != c.id || s.Length(uint32(n)) != c.length() {
			t.Fatalf("chunk %d is %x with %d words, want %x with %d", n, s.ID(uint32(n)), s.Length(uint32(n)), c.id, c.length())
		}
		for word, count := range c.words {
			if lists[word] == nil {
				lists[word] = make(map[uint32]uint32)
			}
			lists[word][uint32(n)] = count
		}
		if n%(1+len(want)/2000) != 0 {
			continue
		}
		found, err := s.DocNumbers([]string{string(c.id[:]), "no such", string(make([]byte, 12)) + "\xff\xff\xff\xff"})
		if err != nil || found.GetCardinality() != 1 || !found.Contains(uint32(n)) {
			t.Fatalf("chunk %d is found as %v, %v", n, found, err)
		}
	}
	if int(s.Count()) != len(want) || s.words != len(lists) {
		t.Fatalf("%d chunks and %d words, want %d and %d", s.Count(), s.words, len(want), len(lists))
	}
	for word, list := range lists {
		checkList(t, s, word, list)
	}
	for _, word := range []string{"", "common ", "commo", "zzz", "0000000000000000"} {
		if l := s.List(word); l.Len != len(lists[word]) {
			t.Errorf("word %q is in %d chunks, want %d", word, l.Len, len(lists[word]))
		}
	}
}

func checkList(t *testing.T, s *Segment, word string, want map[uint32]uint32) {
	t.Helper()
	l := s.List(word)
	got := make(map[uint32]uint32)
	var chunks, counts [BlockSize]uint32
	for block := range l.Blocks() {
		for i := range l.Decode(block, &chunks, &counts) {
			got[chunks[i]] = counts[i]
			norm := K1 * (1 - B + B*float64(s.Length(chunks[i]))/s.Mean())
			if ratio := float64(counts[i]) / norm; ratio > float64(l.Bound)*(1+1e-6) {
				t.Errorf("word %q: chunk %d has %v, above the bound %v", word, chunks[i], ratio, l.Bound)
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("word %q is in %v, want %v", word, got, want)
	}
	for _, step := range []uint32{1, 7, 300} {
		at := l.Cursor()
		for n := uint32(0); n < uint32(s.Count()); n += step {
			if count := at.Count(n); count != want[n] {
				t.Fatalf("word %q: chunk %d has it %d times, want %d", word, n, count, want[n])
			}
		}
	}
}

func TestASegmentHoldsWhatItWasMadeOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 2, 127, 128, 129, 3000} {
		want := chunks(rng, n)
		s := made(t, want)
		check(t, s, want)

		path := filepath.Join(t.TempDir(), "segment")
		if err := s.Persist(path); err != nil {
			t.Fatal(err)
		}
		f, err := openFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(t, f.Segment, want)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestChunksFarApart(t *testing.T) {
	want := make([]chunk, 200_000)
	for n := range want {
		binary.BigEndian.PutUint32(want[n].id[:], uint32(n)*20_000)
		if n%70_000 == 5 || n > 199_000 && n%7 == 0 {
			want[n].words = map[string]uint32{"rare": uint32(n)}
		}
	}
	check(t, made(t, want), want)
}

func TestMergingKeepsWhatIsNotDropped(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, share := range []int{0, 1, 30, 100} { // percent dropped
		all := chunks(rng, 4000)
		var segments []segment.Segment
		var drops []*roaring.Bitmap
		var want []chunk
		var numbers [][]uint64
		for _, n := range []int{1, 600, 0, 2000, 30, 1369} {
			part := all[:n]
			all = all[n:]
			segments = append(segments, made(t, part))
			drop, to := roaring.New(), make([]uint64, n)
			for i, c := range part {
				if to[i] = uint64(len(want)); rng.IntN(100) < share {
					drop.Add(uint32(i))
					to[i] = dropped
					continue
				}
				want = append(want, c)
			}
			if drop.IsEmpty() {
				drop = nil
			}
			drops, numbers = append(drops, drop), append(numbers, to)
		}
		path := filepath.Join(t.TempDir(), "merged")
		got, _, err := plugin{}.Merge(segments, drops, path, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, numbers, slices.Equal) {
			t.Errorf("%d percent dropped: other numbers than expected", share)
		}
		f, err := openFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(t, f.Segment, want)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAMergeThatIsEndedLeavesNoFile(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	path := filepath.Join(t.TempDir(), "merged")
	s := made(t, chunks(rand.New(rand.NewPCG(3, 3)), 10))
	_, _, err := plugin{}.Merge([]segment.Segment{s, s}, []*roaring.Bitmap{nil, nil}, path, closed, nil)
	if !errors.Is(err, segment.ErrClosed) {
		t.Errorf("Merge: %v, want ErrClosed", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

// FuzzOpen reads any bytes as a segment: they are refused, or reading them ends,
// be it with a panic that names no memory but the segment's.
func FuzzOpen(f *testing.F) {
	for _, n := range []int{0, 1, 300} {
		f.Add(made(f, chunks(rand.New(rand.NewPCG(4, 4)), n)).data)
	}
	f.Add([]byte("short"))
	f.Add(make([]byte, 2*footerSize))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := open(data)
		if err != nil {
			return
		}
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(interface{ RuntimeError() }); !ok {
					t.Fatal(r)
				}
			}
		}()
		var chunks, counts [BlockSize]uint32
		for i := range s.words {
			l := s.List(string(s.name(i)))
			for block := range l.Blocks() {
				l.Decode(block, &chunks, &counts)
			}
			at := l.Cursor()
			for n := range uint32(s.chunks) {
				at.Count(n)
			}
		}
		for n := range s.chunks {
			id := s.ID(uint32(n))
			s.find(id[:])
		}
	})
}
