package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// ExtractiveModel is the Model of answers that no model wrote.
const ExtractiveModel = "extractive"

// NotAnswered is what an extractive answer says when it found nothing.
const NotAnswered = "The documents do not answer this."

// An ExtractiveConfig sets how much is read and quoted.
type ExtractiveConfig struct {
	K         int // passages to read; 0 means 6
	Sentences int // to quote at most; 0 means 3
}

// Extractive returns an answerer without a model: it quotes the sentences that
// say most of what the question asks, or says that there are none. It never
// puts anything in words of its own.
func Extractive(c ExtractiveConfig) (Answerer, error) {
	if c.K < 0 || c.Sentences < 0 {
		return nil, fmt.Errorf("extractive: k and sentences must not be negative, got %d and %d", c.K, c.Sentences)
	}
	return extractive{k: cmp.Or(c.K, DefaultK), sentences: cmp.Or(c.Sentences, 3)}, nil
}

type extractive struct{ k, sentences int }

// Answer implements Answerer.
func (e extractive) Answer(ctx context.Context, q Question, emit func(Event) error) (Answer, error) {
	passages, err := q.From.Retrieve(ctx, q.Text, cmp.Or(q.K, e.k))
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Text: NotAnswered, Passages: passages, Model: ExtractiveModel}
	if err := emit(found(passages)); err != nil {
		return Answer{}, err
	}
	r := read(passages[:min(len(passages), mostRead)])
	if chosen := choose(r.places(q.Text), e.sentences); len(chosen) > 0 {
		a.Found = true
		a.Text, a.Citations = quote(passages, r, chosen)
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	if err := emit(Event{Delta: a.Text}); err != nil {
		return Answer{}, err
	}
	return a, nil
}

// mostRead bounds the work for a question that asks for thousands of passages;
// the best come first.
const mostRead = 50

// choose returns the places to quote, at most n, best first: the best one and
// those that are nearly as good. It returns none if the best is no evidence.
func choose(places []place, n int) []place {
	var out []place
	for _, p := range places {
		if !p.enough {
			continue
		}
		if len(out) > 0 && p.score < 0.75*out[0].score {
			break
		}
		if out = append(out, p); len(out) == n {
			break
		}
	}
	return out
}

// quote writes the answer: one line for each passage in the order of the best
// sentence, the sentences in the order of the text.
func quote(passages []Passage, r reading, chosen []place) (string, []Citation) {
	var order []int
	for _, p := range chosen {
		if !slices.Contains(order, p.passage) {
			order = append(order, p.passage)
		}
	}
	slices.SortStableFunc(chosen, func(a, b place) int { return cmp.Compare(a.sentence, b.sentence) })
	var text strings.Builder
	var citations []Citation
	for _, n := range order {
		if text.Len() > 0 {
			text.WriteString("\n\n")
		}
		fmt.Fprintf(&text, "From %s:", label(passages[n]))
		for _, p := range chosen {
			if p.passage != n {
				continue
			}
			s := r.passages[n].sentences[p.sentence]
			c := cite(n, passages[n], s.start, s.end)
			citations = append(citations, c)
			fmt.Fprintf(&text, " “%s” [%d]", oneLine(c.Quote), c.N)
		}
	}
	return text.String(), citations
}

// cite returns the citation of text[start:end] of passage n, counted from 0.
func cite(n int, p Passage, start, end int) Citation {
	before := utf8.RuneCountInString(p.Chunk.Text[:start])
	quote := p.Chunk.Text[start:end]
	return Citation{
		N: n + 1, Passage: p, Quote: quote,
		Start: p.Chunk.Start + before,
		End:   p.Chunk.Start + before + utf8.RuneCountInString(quote),
	}
}

// label names a passage's document for people.
func label(p Passage) string {
	return cmp.Or(oneLine(p.Title), oneLine(p.Path), string(p.Chunk.URI), "a document")
}

// oneLine joins the lines of a text that was wrapped.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
