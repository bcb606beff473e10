// Package static embeds English texts with a table that is part of the program:
// a vector for each token, summed. It needs no network and a few microseconds.
//
// The table is described in model/MODEL_CARD.md.
package static

import (
	"context"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
	"unsafe"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/embed/wordpiece"
)

// Strings, unlike byte slices, stay in the program's file: what is not read
// does not take memory.
var (
	//go:embed model/static-en-v2.bin
	table string
	//go:embed model/vocab.txt
	vocab string
)

const (
	name  = "static-en-v2"
	dims  = 256
	magic = "STATEMB1"
	head  = 24 // bytes before the scales
)

// A Config has no options yet: there is one table.
type Config struct{}

// An Embedder is an embed.Embedder of 256 dimensions. Queries and passages are
// embedded alike, whatever their length.
type Embedder struct {
	tokens *wordpiece.Tokenizer
	scales string   // of the rows, a float32 each
	rows   string   // dims int8 each
	single []uint64 // a bit for each token that counts once however often it occurs
	sums   sync.Pool
}

// New returns the embedder. It takes a few milliseconds, and memory for an index
// of the vocabulary only.
func New(Config) (*Embedder, error) {
	tokens, err := wordpiece.New(vocab)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	n := tokens.Len()
	want := magic + string(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, dims), uint32(n)))
	if !strings.HasPrefix(table, want) || len(table) != head+n*(4+dims) {
		return nil, fmt.Errorf("%s: table of %d bytes does not fit a vocabulary of %d tokens", name, len(table), n)
	}
	e := &Embedder{tokens: tokens, scales: table[head : head+4*n], rows: table[head+4*n:], single: punctuation(tokens)}
	e.sums.New = func() any { return &sum{counts: make([]uint32, n)} }
	return e, nil
}

// Space implements embed.Embedder.
func (e *Embedder) Space() embed.Space {
	return embed.Space{ID: name, Dimensions: dims, Share: 0.5}
}

// Tokenizer returns the tokenizer of the table's vocabulary.
func (e *Embedder) Tokenizer() *wordpiece.Tokenizer { return e.tokens }

// CountTokens implements embed.TokenCounter.
func (e *Embedder) CountTokens(text string) int { return e.tokens.Count(text) }

// Embed implements embed.Embedder. It fails only if ctx is done.
func (e *Embedder) Embed(ctx context.Context, _ embed.Role, texts []string) ([]rag.Vector, error) {
	s := e.sums.Get().(*sum)
	defer e.sums.Put(s)
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		if err := s.count(ctx, e.tokens, text); err != nil {
			return nil, fmt.Errorf("%s: text %d of %d: %w", name, i+1, len(texts), err)
		}
		vectors[i] = e.vector(s)
	}
	return vectors, nil
}

// vector returns the weighted sum of the rows of the tokens in s, scaled to unit
// length, and empties s.
func (e *Embedder) vector(s *sum) rag.Vector {
	v := make(rag.Vector, dims)
	for _, id := range s.seen {
		w := e.scale(id)
		if e.single[id/64]>>(id%64)&1 == 0 {
			w *= damped(s.counts[id])
		}
		if w != 0 {
			addRow((*[dims]float32)(v), e.row(id), w)
		}
	}
	s.clear()
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if square == 0 {
		return nil
	}
	norm := float32(1 / math.Sqrt(square))
	for i := range v {
		v[i] *= norm
	}
	return v
}

func (e *Embedder) scale(id uint32) float32 {
	at := e.scales[4*id : 4*id+4]
	return math.Float32frombits(uint32(at[0]) | uint32(at[1])<<8 | uint32(at[2])<<16 | uint32(at[3])<<24)
}

// row returns the row of a token, in place. It must not be written.
func (e *Embedder) row(id uint32) *[dims]int8 {
	at := e.rows[int(id)*dims : (int(id)+1)*dims]
	return (*[dims]int8)(unsafe.Pointer(unsafe.StringData(at)))
}

// punctuation returns the set of the tokens of one character that is neither a
// letter nor a number. Technical text repeats them, which says nothing.
func punctuation(tokens *wordpiece.Tokenizer) []uint64 {
	set := make([]uint64, (tokens.Len()+63)/64)
	for id := range uint32(tokens.Len()) {
		token := tokens.Token(id)
		if r, n := utf8.DecodeRuneInString(token); n == len(token) && !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			set[id/64] |= 1 << (id % 64)
		}
	}
	return set
}
