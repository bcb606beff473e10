package llmtest

import (
	"context"
	"strings"
	"sync"

	"ragserver/llm"
)

// A Script is a chat model that says what a test wants.
type Script struct {
	// Reply answers a request. Any goroutine may call it.
	Reply func(llm.Request) (string, error)
	// Piece is how many bytes a delta has; 0 means words.
	Piece int

	mu       sync.Mutex // guards requests
	requests []llm.Request
}

// Say returns a Script that always answers text.
func Say(text string) *Script {
	return &Script{Reply: func(llm.Request) (string, error) { return text, nil }}
}

// Model implements llm.Chat.
func (s *Script) Model() string { return "script" }

// Requests returns what the model was asked so far.
func (s *Script) Requests() []llm.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]llm.Request(nil), s.requests...)
}

// Complete implements llm.Chat.
func (s *Script) Complete(ctx context.Context, r llm.Request, delta func(string) error) (llm.Response, error) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	text, err := s.Reply(r)
	if err != nil {
		return llm.Response{}, err
	}
	for _, piece := range s.pieces(text) {
		if err := ctx.Err(); err != nil {
			return llm.Response{}, err
		}
		if err := delta(piece); err != nil {
			return llm.Response{}, err
		}
	}
	model := r.Model
	if model == "" {
		model = s.Model()
	}
	return llm.Response{Text: text, Model: model, Usage: llm.Usage{Prompt: 11, Completion: 7}}, nil
}

func (s *Script) pieces(text string) []string {
	if s.Piece == 0 {
		return strings.SplitAfter(text, " ")
	}
	var out []string
	for len(text) > s.Piece {
		out = append(out, text[:s.Piece])
		text = text[s.Piece:]
	}
	if text != "" {
		out = append(out, text)
	}
	return out
}
