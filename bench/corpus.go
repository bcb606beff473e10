package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folders is the number of folders that documents are spread over, so that one
// of them holds a tenth.
const folders = 10

// phraseWords is the length of the passages that are asked for.
const phraseWords = 8

// A corpus makes Markdown documents. Document i depends on the seed and i only,
// so a small corpus is the beginning of a larger one.
type corpus struct {
	seed  uint64
	words []string
	upTo  []float64
}

func newCorpus(seed uint64) *corpus {
	rng := rand.New(rand.NewPCG(seed, 0))
	return &corpus{seed: seed, words: vocabulary(rng, vocabularySize), upTo: zipf(vocabularySize)}
}

// path is where document i stands below the folder of the corpus.
func (c *corpus) path(i int) string {
	return fmt.Sprintf("s%d/doc_%06d.md", i%folders, i)
}

// document returns the text of document i: a title, then paragraphs of three to
// seven sentences of 6 to 20 words, 300 to 3,000 words in all. Its last line
// holds a word that no other document has.
func (c *corpus) document(i int) string {
	rng := rand.New(rand.NewPCG(c.seed, uint64(i)+1))
	left := 300 + rng.IntN(2701)
	var b strings.Builder
	b.WriteString("#")
	for range 5 {
		b.WriteString(" " + capital(c.word(rng)))
	}
	left -= 5
	for left > 0 {
		b.WriteString("\n\n")
		for s := 3 + rng.IntN(5); s > 0 && left > 0; s-- {
			n := min(6+rng.IntN(15), left)
			left -= n
			c.sentence(&b, rng, n)
			if s > 1 && left > 0 {
				b.WriteByte(' ')
			}
		}
	}
	fmt.Fprintf(&b, "\n\nReference zq%06dzq.\n", i)
	return b.String()
}

func (c *corpus) sentence(b *strings.Builder, rng *rand.Rand, n int) {
	b.WriteString(capital(c.word(rng)))
	for range n - 1 {
		b.WriteByte(' ')
		b.WriteString(c.word(rng))
	}
	b.WriteByte('.')
}

func (c *corpus) word(rng *rand.Rand) string {
	at, _ := slices.BinarySearch(c.upTo, rng.Float64())
	return c.words[min(at, len(c.words)-1)]
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// phrase returns consecutive words of document i, from within one sentence and
// so from within one chunk, as they are written there.
func (c *corpus) phrase(rng *rand.Rand, i int) string {
	sentences := strings.FieldsFunc(c.document(i), func(r rune) bool { return r == '.' || r == '\n' || r == '#' })
	for {
		words := strings.Fields(sentences[rng.IntN(len(sentences))])
		if len(words) <= phraseWords {
			continue
		}
		from := 1 + rng.IntN(len(words)-phraseWords)
		return strings.Join(words[from:from+phraseWords], " ")
	}
}

// write writes the first n documents below dir and returns their size in bytes.
func (c *corpus) write(dir string, n int) (int64, error) {
	for s := range folders {
		if err := os.MkdirAll(filepath.Join(dir, fmt.Sprintf("s%d", s)), 0o755); err != nil {
			return 0, err
		}
	}
	var size int64
	for i := range n {
		text := c.document(i)
		size += int64(len(text))
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(c.path(i))), []byte(text), 0o644); err != nil {
			return 0, fmt.Errorf("writing the corpus: %w", err)
		}
	}
	return size, nil
}
