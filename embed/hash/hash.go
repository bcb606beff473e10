// Package hash embeds texts by hashing their words: no meaning, but always the
// same and cheap. It serves benchmarks and tests.
package hash

import (
	"context"
	"fmt"
	"hash/crc32"
	"math"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/embed"
)

const (
	name = "hash-crc32-256"
	dims = 256
)

// A Config has no options.
type Config struct{}

// An Embedder is an embed.Embedder. The CRC-32 of each run of ASCII letters and
// digits, in lower case, chooses one of 256 dimensions and a sign. A text
// without such a run has the first unit vector; one whose words cancel each
// other out has none.
type Embedder struct{}

// New returns the embedder.
func New(Config) (*Embedder, error) { return new(Embedder), nil }

// Space implements embed.Embedder.
func (*Embedder) Space() embed.Space {
	return embed.Space{ID: name, Dimensions: dims, Share: 0.5}
}

// Embed implements embed.Embedder. It fails only if ctx is done.
func (*Embedder) Embed(ctx context.Context, _ embed.Role, texts []string) ([]rag.Vector, error) {
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("%s: text %d of %d: %w", name, i+1, len(texts), err)
		}
		vectors[i] = vector(text)
	}
	return vectors, nil
}

func vector(text string) rag.Vector {
	var sums [dims]int64
	words := 0
	crc, open := ^uint32(0), false
	end := func() {
		if !open {
			return
		}
		words++
		h := ^crc
		sums[h%dims] += 1 - int64(h>>8&1)*2
		crc, open = ^uint32(0), false
	}
	for i := 0; i < len(text); {
		c, n := lower(text[i:])
		if i += n; c == 0 {
			end()
			continue
		}
		crc, open = crc32.IEEETable[byte(crc)^c]^crc>>8, true
		// The small letter of U+0130 is an i and a mark, which ends the word.
		if n == 2 {
			end()
		}
	}
	end()
	if words == 0 {
		sums[0] = 1
	}
	return normal(&sums)
}

// lower returns the first character of text in lower case if it is a letter or
// digit of ASCII then, else 0, and its length.
func lower(text string) (byte, int) {
	switch c := text[0]; {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return c, 1
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A', 1
	case c < utf8.RuneSelf:
		return 0, 1
	}
	r, n := utf8.DecodeRuneInString(text)
	switch r {
	case '\u0130':
		return 'i', n
	case '\u212a': // the Kelvin sign
		return 'k', n
	}
	return 0, n
}

func normal(sums *[dims]int64) rag.Vector {
	var square float64
	for _, x := range sums {
		square += float64(x) * float64(x)
	}
	if square == 0 {
		return nil
	}
	length := math.Sqrt(square)
	v := make(rag.Vector, dims)
	for i, x := range sums {
		v[i] = float32(float64(x) / length)
	}
	return v
}
