package postings

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	bleveindex "github.com/blevesearch/bleve_index_api"
)

// build makes a segment of documents, in memory.
func build(docs []bleveindex.Document) (*Segment, error) {
	ids := make([]ID, len(docs))
	lengths := make([]uint32, len(docs))
	var b batch
	for i, d := range docs {
		s, ok := d.(Source)
		if !ok {
			return nil, fmt.Errorf("a segment of words cannot hold a %T", d)
		}
		var words []Word
		ids[i], words = s.Chunk()
		for _, w := range words {
			lengths[i] += w.Count
		}
		b.add(uint32(i), words)
	}
	var out bytes.Buffer
	w := newWriter(&out, ids, lengths)
	b.write(w)
	if err := w.finish(); err != nil {
		return nil, err
	}
	return open(out.Bytes())
}

// A batch collects the words of chunks that come in ascending order.
type batch struct {
	numbers map[string]uint32 // of the words, by first occurrence
	words   []string
	sizes   []uint32 // chunks that have the word
	seen    []posting
}

type posting struct{ word, chunk, count uint32 }

func (b *batch) add(chunk uint32, words []Word) {
	if b.numbers == nil {
		b.numbers = make(map[string]uint32, len(words))
	}
	for _, w := range words {
		n, ok := b.numbers[w.Text]
		if !ok {
			n = uint32(len(b.words))
			b.numbers[w.Text] = n
			b.words = append(b.words, w.Text)
			b.sizes = append(b.sizes, 0)
		}
		b.sizes[n]++
		b.seen = append(b.seen, posting{n, chunk, w.Count})
	}
}

// write gathers what was seen by words, and writes it in their order.
func (b *batch) write(w *writer) {
	ends := make([]uint32, len(b.sizes)) // of each word; its begin at first
	var sum uint32
	for n, size := range b.sizes {
		ends[n] = sum
		sum += size
	}
	chunks, counts := make([]uint32, sum), make([]uint32, sum)
	for _, p := range b.seen {
		at := ends[p.word]
		chunks[at], counts[at] = p.chunk, p.count
		ends[p.word]++
	}
	order := make([]uint32, len(b.words))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(b.words[x], b.words[y]) })
	for _, n := range order {
		begin, end := ends[n]-b.sizes[n], ends[n]
		w.add([]byte(b.words[n]), chunks[begin:end], counts[begin:end])
	}
}
