package metadata

import (
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

const (
	gramSize  = 3
	gramBits  = 16 // trigrams that share a hash are told apart when the strings are looked at
	blockSize = 32 // strings; neighbours share most of their trigrams, so a block has few more than one string
	fewTexts  = 4096
)

// grams are an index of the trigrams in strings (Cox, Regular Expression
// Matching with a Trigram Index, 2012): a string that contains a part contains
// all trigrams of the part. It leads to blocks of strings, not to single ones,
// which takes a thirtieth of the memory. As an order, it is extended by whoever
// needs it.
type grams struct {
	mu     sync.Mutex // guards the rest
	blocks uint32     // indexed; all full
	in     []*roaring.Bitmap
	last   []uint32 // the block that a trigram was added for last, plus 1
}

// selective says whether a part has a trigram.
func selective(parts []string) bool {
	for _, p := range parts {
		if len(p) >= gramSize {
			return true
		}
	}
	return false
}

func gram(s string, i int) uint32 {
	three := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16
	return three * 2654435769 >> (32 - gramBits) // Fibonacci hashing
}

// blocksWith returns the blocks of v that may have strings with all parts, and
// the first block that is not indexed: from there on all may have them.
func (g *grams) blocksWith(v textView, parts []string) (found *roaring.Bitmap, rest uint32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.extend(v)
	for _, p := range parts {
		for i := 0; i+gramSize <= len(p); i++ {
			in := g.in[gram(p, i)]
			switch {
			case in == nil:
				return roaring.New(), g.blocks
			case found == nil:
				found = in.Clone()
			default:
				found.And(in)
			}
		}
	}
	return found, g.blocks
}

// extend indexes the blocks that are full by now.
func (g *grams) extend(v textView) {
	if g.in == nil {
		g.in = make([]*roaring.Bitmap, 1<<gramBits)
		g.last = make([]uint32, 1<<gramBits)
	}
	for ; (g.blocks+1)*blockSize <= v.len(); g.blocks++ {
		for id := g.blocks * blockSize; id < (g.blocks+1)*blockSize; id++ {
			s := v.text(id)
			for i := 0; i+gramSize <= len(s); i++ {
				if h := gram(s, i); g.last[h] != g.blocks+1 {
					g.last[h] = g.blocks + 1
					g.add(h)
				}
			}
		}
	}
}

func (g *grams) add(h uint32) {
	if g.in[h] == nil {
		g.in[h] = roaring.New()
	}
	g.in[h].Add(g.blocks)
}

func (g *grams) bytes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := (8 + 4) * len(g.in)
	for _, in := range g.in {
		if in != nil {
			n += int(in.GetSizeInBytes()) + 100 // of headers
		}
	}
	return n
}
