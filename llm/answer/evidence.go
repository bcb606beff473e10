package answer

import (
	"math"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// A term is a word of a question and what it weighs.
type term struct {
	word
	weight float64
}

// A reading is passages taken apart to be searched for evidence.
type reading struct {
	passages []readPassage
	total    int // sentences
}

type readPassage struct {
	text      string
	sentences []readSentence
	around    []word // title and headings
}

type readSentence struct {
	sentence
	words []word
}

// A place is a sentence as evidence.
type place struct {
	passage, sentence int
	score             float64 // what the places are ordered by
	covered           float64 // share of the question's weight in the sentence, from 0 to 1
	near              float64 // the same of the sentence and what stands around it
	enough            bool    // to say that the question is answered here
}

// read takes passages apart.
func read(passages []Passage) reading {
	var r reading
	for _, p := range passages {
		rp := readPassage{text: p.Chunk.Text, around: words(p.Title + "\n" + strings.Join(p.Chunk.Heading, "\n"))}
		for _, s := range sentences(p.Chunk.Text) {
			rp.sentences = append(rp.sentences, readSentence{s, words(p.Chunk.Text[s.start:s.end])})
		}
		r.total += len(rp.sentences)
		r.passages = append(r.passages, rp)
	}
	return r
}

// terms returns the distinct words of question with their weights. A word that
// many sentences have tells them apart badly; names and numbers tell much.
func (r reading) terms(question string) []term {
	var out []term
	seen := map[string]bool{}
	for _, w := range words(question) {
		if seen[w.stem] || len(out) >= maxTerms {
			continue
		}
		seen[w.stem] = true
		out = append(out, term{w, prior(w) * (0.25 + 0.75*r.rarity(w))})
	}
	return out
}

// maxTerms bounds the work for a question that is a whole document.
const maxTerms = 64

func prior(w word) float64 {
	switch {
	case w.shape == number:
		return 1.2
	case w.shape == name:
		return 1.2
	case w.shape == pair:
		return 0.7
	case weak[w.stem]:
		return 0.5
	case utf8.RuneCountInString(w.stem) <= 3:
		return 0.7
	}
	return 1
}

// rarity is the inverse document frequency of w among the sentences, from 0 to 1.
func (r reading) rarity(w word) float64 {
	df := 0.0
	for _, p := range r.passages {
		for _, s := range p.sentences {
			df += match(w, s.words)
		}
	}
	n := float64(r.total)
	return math.Log(1+(n-df+0.5)/(df+0.5)) / math.Log(1+(n+0.5)/0.5)
}

// match is how well the best of words stands for w, from 0 to 1.
func match(w word, words []word) float64 {
	best := 0.0
	for _, o := range words {
		if w.shape == pair || w.shape == number {
			if w.stem == o.stem {
				return 1
			}
			continue
		}
		if best = max(best, alike(w.stem, o.stem)); best == 1 {
			break
		}
	}
	return best
}

// places scores each sentence that can be quoted as evidence for question, best
// first.
func (r reading) places(question string) []place {
	terms := r.terms(question)
	var whole, said float64
	for _, t := range terms {
		whole += t.weight
		said += prior(t.word)
	}
	least := leastEvidence * leniency(question, terms)
	if whole == 0 {
		return nil
	}
	wants := expected(question)
	var out []place
	for i, p := range r.passages {
		found := p.matches(terms)
		for j, s := range p.sentences {
			if s.heading {
				continue
			}
			pl := place{passage: i, sentence: j}
			for k, t := range terms {
				own := found[j][k]
				around := p.context(found, j, k)
				pl.covered += t.weight * own / whole
				pl.near += t.weight * max(own, around) / whole
			}
			pl.score = pl.covered + 0.4*(pl.near-pl.covered) + pl.kind(wants, p, s) - 0.01*float64(i)
			pl.enough = pl.covered+2*pl.near-1.5/max(said, 1) >= least
			out = append(out, pl)
		}
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].score > out[b].score })
	return out
}

// leastEvidence is what a place must have to be quoted: of the question's weight
// the share in the sentence, and twice the share around it; 3 would be all. A
// question of few words must be met more fully, as these meet by chance.
const leastEvidence = 1.25

// leniency makes up for what our stemming does not see: forms of words in other
// languages than English, and pairs of characters that only happen to touch.
func leniency(question string, terms []term) float64 {
	pairs := 0
	for _, t := range terms {
		if t.shape == pair {
			pairs++
		}
	}
	if 2*pairs > len(terms) {
		return 0.5
	}
	ours, foreign := 0, 0
	for _, w := range strings.FieldsFunc(strings.ToLower(question), func(r rune) bool { return class(r) == other }) {
		switch first, _ := utf8.DecodeRuneInString(w); {
		case inEnglish[w]:
			ours++
		case stopped[w] || first >= 0x250:
			foreign++
		}
	}
	if foreign > ours {
		return 0.65
	}
	return 1
}

// matches returns for each sentence, and last for the title and headings, how
// well each term is matched.
func (p readPassage) matches(terms []term) [][]float64 {
	out := make([][]float64, 0, len(p.sentences)+1)
	row := func(words []word) {
		m := make([]float64, len(terms))
		for k, t := range terms {
			m[k] = match(t.word, words)
		}
		out = append(out, m)
	}
	for _, s := range p.sentences {
		row(s.words)
	}
	row(p.around)
	return out
}

// vicinity is how many sentences before and after one are looked at with it.
const vicinity = 12

// context is how well term k is matched around sentence j: what stands nearer
// is more likely about the same.
func (p readPassage) context(found [][]float64, j, k int) float64 {
	best := 0.9 * found[len(p.sentences)][k]
	for i := max(0, j-vicinity); i < min(len(p.sentences), j+vicinity+1); i++ {
		nearness := 1 / (1 + 0.2*math.Abs(float64(i-j)))
		if i > j {
			nearness *= 0.8
		}
		best = max(best, nearness*found[i][k])
	}
	return best
}

// The kinds of answers that a question's words ask for.
var (
	asksNumber = regexp.MustCompile(`(?i)\bhow (many|much|long|old|far|tall|large|big|high|often)\b|\bwhat (percent|percentage|number|amount|year|date|age)\b|\b(wie ?viele?|combien|cu[aá]nt[oa]s?|quant[iea])\b|сколько|كم|多少|几|幾`)
	asksTime   = regexp.MustCompile(`(?i)\bwhen\b|\b(what|which|in what) (year|date|day|month|decade|century)\b|\b(wann|quand|cu[aá]ndo)\b|когда|متى|何时|何時|哪一年`)
	asksName   = regexp.MustCompile(`(?i)\b(who|whom|whose|where)\b|\b(what|which) (\w+ )?(person|man|woman|city|country|state|company|team|player|name|place|town|university)\b|\b(wer|wen|wem|wo|qui|où|quién|dónde)\b|кто|где|谁|誰|哪里|哪裡|من هو|أين`)
	digits     = regexp.MustCompile(`[0-9０-９٠-٩]|(?i)\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|thousand|million|billion|half|once|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)\b|[一二三四五六七八九十百千万亿]`)
	times      = regexp.MustCompile(`\b[12][0-9]{3}s?\b|(?i)\b(january|february|march|april|may|june|july|august|september|october|november|december|century|januar|februar|märz|mai|juni|juli|oktober|dezember)\b|[0-9٠-٩]+\s*(年|月|世纪)|[٠-٩0-9]{3,4}`)
)

// expected returns which kinds of answers question asks for.
func expected(question string) (wants struct{ number, time, name bool }) {
	question = question[:min(len(question), 2000)]
	wants.number = asksNumber.MatchString(question)
	wants.time = asksTime.MatchString(question)
	wants.name = asksName.MatchString(question)
	return wants
}

// kind is the bonus of a sentence that has what such an answer consists of.
func (pl place) kind(wants struct{ number, time, name bool }, p readPassage, s readSentence) float64 {
	const bonus = 0.12
	if pl.covered < 0.1 {
		return 0 // a number by itself is no evidence
	}
	text := p.text[s.start:s.end]
	switch {
	case wants.time && times.MatchString(text):
		return bonus
	case wants.number && (strings.ContainsAny(text, "0123456789") || digits.MatchString(text)):
		return bonus
	case wants.name && names(s.words) > 0:
		return bonus / 2
	}
	return 0
}

// names counts the capitalised words after the first.
func names(words []word) int {
	n := 0
	for _, w := range words[min(1, len(words)):] {
		if w.shape == name {
			n++
		}
	}
	return n
}
