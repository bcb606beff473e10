// Package wordpiece cuts texts into the tokens of a BERT uncased vocabulary,
// exactly as the model's own tokenizer does, without its special tokens.
package wordpiece

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

const (
	maxWord   = 100 // characters; a longer word is unknown
	maxTokens = 1 << 20
	unknown   = "[UNK]"
)

// A Tokenizer holds a vocabulary. Any goroutine may use it.
type Tokenizer struct {
	vocab   string   // as given: one token a line
	starts  []uint32 // of each token in vocab, and where one after the last would start
	table   []uint32 // of tokens, see find.go
	shift   uint     // makes an index into table of a hash
	longest int      // bytes of the longest token, without its ##
	unknown uint32   // the ID of [UNK]
}

// New returns the tokenizer of vocab: one token a line, whose number counted
// from 0 is its ID; a token that continues a word begins with ##. It keeps vocab
// and does not copy it.
func New(vocab string) (*Tokenizer, error) {
	vocab = strings.TrimSuffix(vocab, "\n")
	n := strings.Count(vocab, "\n") + 1
	if n >= maxTokens || len(vocab) >= 1<<31 {
		return nil, fmt.Errorf("wordpiece: vocabulary of %d tokens and %d bytes is too large", n, len(vocab))
	}
	if !utf8.ValidString(vocab) {
		return nil, fmt.Errorf("wordpiece: vocabulary is not UTF-8")
	}
	t := &Tokenizer{vocab: vocab, starts: make([]uint32, 1, n+1)}
	for rest := vocab; ; {
		line, after, more := strings.Cut(rest, "\n")
		t.starts = append(t.starts, t.starts[len(t.starts)-1]+uint32(len(line))+1)
		if rest = after; !more {
			break
		}
	}
	if err := t.fill(); err != nil {
		return nil, err
	}
	id, ok := t.find([]byte(unknown), first)
	if !ok {
		return nil, fmt.Errorf("wordpiece: vocabulary of %d tokens has no %s", n, unknown)
	}
	t.unknown = id
	return t, nil
}

// Len returns the number of tokens in the vocabulary: IDs are below it.
func (t *Tokenizer) Len() int { return len(t.starts) - 1 }

// Token returns the token id as the vocabulary has it, with its ##.
func (t *Tokenizer) Token(id uint32) string {
	return t.vocab[t.starts[id] : t.starts[id+1]-1]
}

// Tokens iterates over the IDs of the tokens of text. Memory does not grow with
// the text. Bytes that are not UTF-8 are dropped.
func (t *Tokenizer) Tokens(text string) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		s := scanner{t: t, yield: yield}
		s.run(text)
	}
}

// Count returns the number of tokens of text.
func (t *Tokenizer) Count(text string) int {
	n := 0
	s := scanner{t: t, yield: func(uint32) bool { n++; return true }}
	s.run(text)
	return n
}
