// Package ollama asks chat models that Ollama runs.
package ollama

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"ragserver/llm"
	"ragserver/remote"
	"ragserver/remote/ollama"
)

// A Config names a model and how it is asked.
type Config struct {
	BaseURL string // "" means http://localhost:11434
	APIKey  string // where a proxy asks for one
	Model   string

	// Timeout is how long the model may be silent, while it is loaded and
	// between two pieces of its answer; 0 means 5 minutes.
	Timeout     time.Duration
	Temperature *float64 // nil for the model's default
	MaxTokens   int      // of an answer; 0 for the model's default
	// ContextTokens is how many tokens question and answer may have
	// together; 0 means 8,192. Ollama's own default is so small that it
	// silently drops the beginning of what it is asked.
	ContextTokens int
}

// A Chat asks one server.
type Chat struct {
	config Config
	server *ollama.Server
}

// New returns a chat model. It does not call the server.
func New(c Config) (*Chat, error) {
	if err := llm.Check("ollama", c.Model, c.Timeout, c.Temperature, c.MaxTokens, c.ContextTokens); err != nil {
		return nil, err
	}
	c.ContextTokens = cmp.Or(c.ContextTokens, 8192)
	limits := remote.Limits{Silence: cmp.Or(c.Timeout, 5*time.Minute), Bytes: 32 << 20}
	server, err := ollama.New(c.BaseURL, c.APIKey, limits)
	if err != nil {
		return nil, err
	}
	return &Chat{config: c, server: server}, nil
}

// Model implements llm.Chat.
func (c *Chat) Model() string { return c.config.Model }

// ContextTokens is how many tokens question and answer may have together.
func (c *Chat) ContextTokens() int { return c.config.ContextTokens }

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type request struct {
	Model    string         `json:"model"`
	Messages []message      `json:"messages"`
	Stream   bool           `json:"stream"`
	Options  map[string]any `json:"options"`
}

// An event is one line of the answer.
type event struct {
	Model      string  `json:"model"`
	Message    message `json:"message"`
	Done       bool    `json:"done"`
	DoneReason string  `json:"done_reason"`
	Prompt     int     `json:"prompt_eval_count"`
	Completion int     `json:"eval_count"`

	Error json.RawMessage `json:"error"`
}

func (c *Chat) request(r llm.Request) request {
	out := request{
		Model: cmp.Or(r.Model, c.config.Model), Stream: true,
		Options: map[string]any{"num_ctx": c.config.ContextTokens},
	}
	for _, m := range r.Messages {
		out.Messages = append(out.Messages, message(m))
	}
	if t := cmp.Or(r.Temperature, c.config.Temperature); t != nil {
		out.Options["temperature"] = *t
	}
	if n := cmp.Or(r.MaxTokens, c.config.MaxTokens); n > 0 {
		out.Options["num_predict"] = n
	}
	return out
}

// Complete implements llm.Chat.
func (c *Chat) Complete(ctx context.Context, r llm.Request, delta func(string) error) (llm.Response, error) {
	req := c.request(r)
	resp, err := c.server.Post(ctx, "/api/chat", req.Model, req)
	if err != nil {
		return llm.Response{}, err
	}
	defer resp.Body.Close()
	var text strings.Builder
	lines := bufio.NewReader(resp.Body)
	for {
		e, err := c.next(lines)
		if err != nil {
			return llm.Response{}, err
		}
		if e.Message.Content != "" {
			text.WriteString(e.Message.Content)
			if err := delta(e.Message.Content); err != nil {
				return llm.Response{}, err
			}
		}
		if e.Done {
			return llm.Response{
				Text: text.String(), Model: cmp.Or(e.Model, req.Model), Truncated: e.DoneReason == "length",
				Usage: llm.Usage{Prompt: e.Prompt, Completion: e.Completion},
			}, nil
		}
	}
}

// next reads an event. The last one says that it is done, so that an end before
// it means that the rest was lost.
func (c *Chat) next(lines *bufio.Reader) (event, error) {
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return event{}, remote.From(c.server.Provider(), err)
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 {
			return c.read(line, err == io.EOF)
		}
		if err == io.EOF {
			return event{}, remote.From(c.server.Provider(), io.ErrUnexpectedEOF)
		}
	}
}

// read decodes a line; the last one may be cut off.
func (c *Chat) read(line []byte, last bool) (event, error) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		if last && line[0] == '{' {
			err = io.ErrUnexpectedEOF
		}
		return e, remote.Unreadable(c.server.Provider(), err)
	}
	if len(e.Error) > 0 {
		code, text := remote.Explain(line)
		return e, &remote.Error{
			Provider: c.server.Provider(), Code: code, Temporary: true,
			Message: fmt.Sprintf("in the middle of the answer: %s", text),
		}
	}
	return e, nil
}
