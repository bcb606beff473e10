package analyze

import (
	"math"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/registry"
)

// candidates are the languages that Detect tells apart by their words. Those
// that bleve has no stop words of are in commonWords.
var candidates = map[script][]string{
	latin: {
		"ca", "cs", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "id",
		"it", "lt", "lv", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sv", "sw", "tr", "vi",
	},
	cyrillic:   {"bg", "mk", "ru", "sr", "uk"},
	arabic:     {"ar", "ckb", "fa", "ur"},
	devanagari: {"hi", "mr", "ne"},
}

// A profile is the common words of all candidates.
type profile struct {
	names   []string
	words   map[string]int32 // -> entries
	entries [][]common
}

// A common is a language that has a word.
type common struct {
	language uint8 // of names
	script   script
	weight   float32 // log(languages / languages with the word), at least 0.3
}

// profiles are made from the stop words when they are first needed, which takes
// a few milliseconds and about 1 MB.
var profiles = sync.OnceValue(func() *profile {
	p := &profile{words: make(map[string]int32)}
	cache := registry.NewCache()
	for _, s := range []script{latin, cyrillic, arabic, devanagari} {
		for _, language := range candidates[s] {
			p.learn(cache, s, language)
		}
	}
	for _, list := range p.entries {
		weight := max(0.3, math.Log(float64(len(candidates[latin]))/float64(len(list))))
		for i := range list {
			list[i].weight = float32(weight)
		}
	}
	return p
})

// learn adds the words of one language.
func (p *profile) learn(cache *registry.Cache, s script, language string) {
	number := uint8(len(p.names))
	p.names = append(p.names, language)
	for word := range words(cache, language) {
		i, ok := p.words[word]
		if !ok {
			i = int32(len(p.entries))
			p.words[word] = i
			p.entries = append(p.entries, nil)
		}
		p.entries[i] = append(p.entries[i], common{language: number, script: s})
	}
}

// words returns the common words of a language: stop words, and what is added
// to them here.
func words(cache *registry.Cache, language string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(commonWords[language]) {
		set[word] = true
	}
	stop, err := cache.TokenMapNamed("stop_" + language)
	if err != nil {
		return set // bleve has none
	}
	for word := range stop {
		if word = strings.ToLower(word); !strings.ContainsAny(word, " |") {
			set[word] = true
		}
	}
	return set
}

// maxTimes is how often one word of a text counts.
const maxTimes = 4

// maxCandidates is how many languages a tally has room for.
const maxCandidates = 64

// A tally counts the common words of a text, by language.
type tally struct {
	profile *profile
	all     int     // words that count
	seen    []uint8 // by entry; at most maxTimes
	scores  [maxCandidates]float32
	hits    [maxCandidates]int
	kinds   [maxCandidates]int // different words
}

func (t *tally) add(s script, word string, upper bool) {
	if upper {
		word = strings.ToLower(word)
	}
	i, ok := t.profile.words[word]
	if !ok {
		t.all++
		return
	}
	if t.seen[i] == maxTimes {
		return
	}
	t.all++
	t.seen[i]++
	for _, c := range t.profile.entries[i] {
		if c.script != s {
			continue
		}
		t.scores[c.language] += c.weight
		t.hits[c.language]++
		if t.seen[i] == 1 {
			t.kinds[c.language]++
		}
	}
}

// best names the language with the highest score, if it is far enough ahead.
func (t *tally) best() string {
	first, second := 0, float32(0)
	for i := range t.profile.names {
		if t.scores[i] > t.scores[first] {
			first = i
		}
	}
	for i := range t.profile.names {
		if i != first {
			second = max(second, t.scores[i])
		}
	}
	if t.kinds[first] < minWords || float64(t.hits[first]) < minShare*float64(t.all) ||
		!ahead(t.scores[first], second) {
		return ""
	}
	return t.profile.names[first]
}

// ahead says whether a score is far enough before the next. Neighbours such as
// Danish and Norwegian share most words: there a few that only one has decide.
func ahead(first, second float32) bool {
	return first >= minDistance*second || first >= minRatio*second && first-second >= minAhead
}
