package postings

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// dropped is the new number of a chunk that is not in the new segment.
const dropped = math.MaxUint64

// mergeFile writes segments without their drops to a new file, and returns the
// new numbers of the chunks of each, and how much was written.
func mergeFile(segments []segment.Segment, drops []*roaring.Bitmap, path string, closed chan struct{}) (numbers [][]uint64, size uint64, err error) {
	// It runs on goroutines of scorch's, where a panic over a damaged file
	// would end merging for good, and a fault the process.
	defer recoverFault(&err, debug.SetPanicOnFault(true))
	m := merger{closed: closed, numbers: make([][]uint64, len(segments))}
	for i, s := range segments {
		if err := m.take(i, s, drops[i]); err != nil {
			return nil, 0, err
		}
	}
	err = create(path, func(f *os.File) error {
		out := bufio.NewWriterSize(f, 1<<18)
		w := newWriter(out, m.ids, m.lengths)
		if err := m.run(w); err != nil {
			return err
		}
		if err := w.finish(); err != nil {
			return err
		}
		size = w.at
		return out.Flush()
	})
	if err != nil {
		return nil, 0, fmt.Errorf("merging into %s: %w", path, err)
	}
	return m.numbers, size, nil
}

// A merger joins the words of several segments.
type merger struct {
	closed  chan struct{}
	numbers [][]uint64
	ids     []ID
	lengths []uint32
	inputs  []*input

	chunks, counts []uint32 // of the word at hand
}

// An input is a segment with the word that comes next.
type input struct {
	*Segment
	next    int
	word    []byte
	numbers []uint64
	whole   bool // nothing is dropped, so that numbers only move
}

// take gives new numbers to the chunks of a segment.
func (m *merger) take(i int, s segment.Segment, drops *roaring.Bitmap) error {
	words, err := Of(s)
	if err != nil {
		return err
	}
	m.numbers[i] = make([]uint64, words.chunks)
	for n := range words.chunks {
		if drops != nil && drops.Contains(uint32(n)) {
			m.numbers[i][n] = dropped
			continue
		}
		m.numbers[i][n] = uint64(len(m.ids))
		m.ids = append(m.ids, words.ID(uint32(n)))
		m.lengths = append(m.lengths, words.Length(uint32(n)))
	}
	in := &input{Segment: words, numbers: m.numbers[i], whole: drops == nil || drops.IsEmpty()}
	if in.advance() {
		m.inputs = append(m.inputs, in)
	}
	return nil
}

// Of returns the segment that scorch hands out as s.
func Of(s segment.Segment) (*Segment, error) {
	switch s := s.(type) {
	case *Segment:
		return s, nil
	case *File:
		return s.Segment, nil
	}
	return nil, fmt.Errorf("%w: %T", errFormat, s)
}

// advance goes to the next word, if there is one.
func (in *input) advance() bool {
	if in.next == in.words {
		return false
	}
	in.word = in.name(in.next)
	in.next++
	return true
}

// run writes the words. The inputs are sorted by their next word, and equal ones
// as they were given, by which chunks come in ascending order.
func (m *merger) run(w *writer) error {
	given := make(map[*input]int)
	for i, in := range m.inputs {
		given[in] = i
	}
	before := func(a, b *input) int {
		return cmp.Or(bytes.Compare(a.word, b.word), given[a]-given[b])
	}
	slices.SortFunc(m.inputs, before)
	for n := 0; len(m.inputs) > 0; n++ {
		if n%1024 == 0 && m.ended() {
			return segment.ErrClosed
		}
		word := m.inputs[0].word
		m.chunks, m.counts = m.chunks[:0], m.counts[:0]
		same := 0
		for same < len(m.inputs) && bytes.Equal(m.inputs[same].word, word) {
			m.gather(m.inputs[same])
			same++
		}
		if len(m.chunks) > 0 {
			w.add(word, m.chunks, m.counts)
		}
		for range same {
			m.move(before)
		}
	}
	return w.err
}

func (m *merger) ended() bool {
	select {
	case <-m.closed: // never, if it is nil
		return true
	default:
		return false
	}
}

// move takes the first input to its next word and to its place among the others.
func (m *merger) move(before func(a, b *input) int) {
	in := m.inputs[0]
	if !in.advance() {
		m.inputs = m.inputs[1:]
		return
	}
	i := 1
	for i < len(m.inputs) && before(m.inputs[i], in) < 0 {
		m.inputs[i-1] = m.inputs[i]
		i++
	}
	m.inputs[i-1] = in
}

// gather appends the list of an input's word, in the new numbers.
func (m *merger) gather(in *input) {
	l := in.list(in.next - 1)
	var chunks, counts [BlockSize]uint32
	for block := range l.Blocks() {
		n := l.Decode(block, &chunks, &counts)
		if in.whole {
			move := uint32(in.numbers[0])
			for i := range n {
				chunks[i] += move
			}
			m.chunks = append(m.chunks, chunks[:n]...)
			m.counts = append(m.counts, counts[:n]...)
			continue
		}
		for i, c := range chunks[:n] {
			if to := in.numbers[c]; to != dropped {
				m.chunks = append(m.chunks, uint32(to))
				m.counts = append(m.counts, counts[i])
			}
		}
	}
}
