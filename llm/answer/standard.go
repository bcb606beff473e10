package answer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ragserver/llm"
)

// A Config says how a model is asked.
type Config struct {
	K int // passages to read; 0 means 6
	// Prompt says what the model is and how it should speak. The rules for
	// documents, citations and what is not found always follow.
	Prompt string
	// ContextTokens is how many tokens question, passages and answer have
	// together; 0 means what the model is configured with, else 8,192.
	ContextTokens int
}

// leastContext is the fewest tokens in which rules, a question and a passage
// have room.
const leastContext = 1024

// Standard returns an answerer that reads the best passages once and has chat
// write the answer.
func Standard(chat llm.Chat, c Config) (Answerer, error) {
	if sized, ok := chat.(interface{ ContextTokens() int }); ok && c.ContextTokens == 0 {
		c.ContextTokens = sized.ContextTokens()
	}
	c.ContextTokens = cmp.Or(c.ContextTokens, 8192)
	c.K = cmp.Or(c.K, DefaultK)
	c.Prompt = cmp.Or(strings.TrimSpace(c.Prompt), persona)
	budget := c.ContextTokens - min(1024, c.ContextTokens/4) // the rest is for the answer
	switch {
	case c.K < 0:
		return nil, fmt.Errorf("answer: k: %d is negative", c.K)
	case c.ContextTokens < leastContext:
		return nil, fmt.Errorf("answer: context_tokens: %d is less than %d", c.ContextTokens, leastContext)
	case tokens(c.Prompt) > budget/3:
		return nil, fmt.Errorf("answer: prompt: about %d tokens leave too little room in %d", tokens(c.Prompt), c.ContextTokens)
	}
	return &standard{chat: chat, config: c, budget: budget}, nil
}

type standard struct {
	chat   llm.Chat
	config Config
	budget int // tokens of a prompt
}

// Answer implements Answerer.
func (s *standard) Answer(ctx context.Context, q Question, emit func(Event) error) (Answer, error) {
	passages, err := q.From.Retrieve(ctx, q.Text, cmp.Or(q.K, s.config.K))
	if err != nil {
		return Answer{}, err
	}
	p := compose(s.config.Prompt, q.Text, passages, s.budget)
	if err := emit(found(p.passages)); err != nil {
		return Answer{}, err
	}
	if len(p.passages) == 0 {
		a := Answer{Text: NotFound, Model: cmp.Or(q.Model, s.chat.Model())}
		return a, emit(Event{Delta: a.Text})
	}
	w := writer{marks: markFilter{passages: len(p.passages)}, emit: emit}
	resp, err := s.chat.Complete(ctx, llm.Request{Model: q.Model, Messages: p.messages}, w.write)
	if err != nil {
		return Answer{}, err
	}
	text, err := w.end()
	if err == nil && text == "" {
		text = NotFound
		err = emit(Event{Delta: text})
	}
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Text: text, Passages: p.passages, Model: resp.Model, Usage: resp.Usage}
	a.Citations = cited(text, p.passages)
	a.Found = !sentinel(text) || len(a.Citations) > 0
	return a, nil
}

// found is the event that says what an answer is made from. The slice is not
// nil even if it is empty, since that is what tells the event from a delta.
func found(passages []Passage) Event {
	if passages == nil {
		passages = []Passage{}
	}
	return Event{Passages: passages}
}

// sentinel tells an answer that says there is none. Models put it into quotes,
// or add an apology.
func sentinel(text string) bool {
	text = strings.ToLower(strings.TrimLeft(strings.TrimSpace(text), "\"'“*_`"))
	return strings.HasPrefix(text, strings.ToLower(strings.TrimSuffix(NotFound, ".")))
}

// cited returns the citations of text in the order of their numbers.
func cited(text string, passages []Passage) []Citation {
	said := claims(text, len(passages))
	var out []Citation
	for _, n := range slices.Sorted(maps.Keys(said)) {
		p := passages[n-1]
		start, end := support(p, strings.Join(said[n], " "))
		out = append(out, cite(n-1, p, start, end))
	}
	return out
}

// support returns the sentence of p that says most of what claim says, in
// bytes; the first one if none does.
func support(p Passage, claim string) (start, end int) {
	r := read([]Passage{p})
	if len(r.passages[0].sentences) == 0 {
		return 0, len(p.Chunk.Text)
	}
	best := 0
	if places := r.places(claim); len(places) > 0 {
		best = places[0].sentence
	}
	s := r.passages[0].sentences[best]
	return s.start, s.end
}

// A writer passes a model's answer on as it arrives.
type writer struct {
	thoughts thoughtFilter
	marks    markFilter
	emit     func(Event) error
	text     strings.Builder
}

func (w *writer) write(piece string) error { return w.put(w.marks.add(w.thoughts.add(piece))) }

func (w *writer) end() (string, error) {
	err := w.put(w.marks.add(w.thoughts.end()) + w.marks.end())
	return w.text.String(), err
}

func (w *writer) put(s string) error {
	if w.text.Len() == 0 {
		s = strings.TrimLeft(s, " \t\r\n")
	}
	if s == "" {
		return nil
	}
	w.text.WriteString(s)
	return w.emit(Event{Delta: s})
}
