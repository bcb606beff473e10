package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// vocabularySize is the number of different words in a corpus.
const vocabularySize = 50_000

// Words are built from parts, so that a tokenizer made for English cuts them
// about as it cuts English: into two pieces each, in the middle.
var (
	wordStarts = strings.Fields("re un in de con com dis pro pre ex en im sub over inter trans mis out per ab ad be under super anti co up fore")
	wordRoots  = strings.Fields(`form port ject duct tract struct press spect cess mit fer vent sist tend light hand water stone field house land
		work ship man side line point ground mark head back board way time play book wood fire sea rain snow wind star moon sun bird
		horse iron gold salt corn bread milk glass paper cloth wheel boat train road bridge wall door room floor tower town lake hill
		plain grass leaf root seed fruit bloom thorn moss oak ash elm pine rose fern bear wolf fox deer hare crow hawk dove gull trout
		tide sand clay chalk coal copper silver steel lamp flame smoke dust cloud storm frost dew mist shade dawn night noon year week`)
	wordEnds = strings.Fields("s ed ing er ers ly tion al ive ous able ment ness less ful ity ism ist ize ic ish ance ence ant ent ary ory ure age ate")
)

// vocabulary returns different words of up to 14 letters, the frequent ones
// first: the plain roots, then the others, the short ones mostly before the long.
func vocabulary(rng *rand.Rand, size int) []string {
	type ranked struct {
		word string
		rank float64
	}
	seen := make(map[string]bool, size)
	words := make([]ranked, 0, size)
	add := func(w string, rank float64) {
		if len(w) <= 14 && !seen[w] {
			seen[w] = true
			words = append(words, ranked{w, rank})
		}
	}
	for _, w := range wordRoots {
		add(w, -rng.Float64())
	}
	for len(words) < size {
		w := newWord(rng)
		add(w, rng.Float64()*math.Pow(float64(len(w)), 2))
	}
	slices.SortFunc(words, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	list := make([]string, size)
	for i, w := range words {
		list[i] = w.word
	}
	return list
}

func newWord(rng *rand.Rand) string {
	pick := func(parts []string) string { return parts[rng.IntN(len(parts))] }
	switch rng.IntN(6) {
	case 0:
		return pick(wordStarts) + pick(wordRoots)
	case 1:
		return pick(wordRoots) + pick(wordEnds)
	case 2, 3:
		return pick(wordStarts) + pick(wordRoots) + pick(wordEnds)
	case 4:
		return pick(wordRoots) + pick(wordRoots)
	}
	return pick(wordRoots) + pick(wordRoots) + pick(wordEnds)
}

// zipf returns, for each of n ranks, how likely a word of this rank or a lower
// one is: a rank r is drawn as often as 1/(r+2.7)^1.07 says.
func zipf(n int) []float64 {
	upTo := make([]float64, n)
	sum := 0.0
	for r := range upTo {
		sum += math.Pow(float64(r)+2.7, -1.07)
		upTo[r] = sum
	}
	for r := range upTo {
		upTo[r] /= sum
	}
	return upTo
}
