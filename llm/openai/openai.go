// Package openai asks chat models behind OpenAI's HTTP interface, which many
// other servers speak too.
package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"

	"ragserver/llm"
	"ragserver/remote"
)

// A Config names a model and how it is asked.
type Config struct {
	BaseURL string // "" means OpenAI itself
	APIKey  string
	Model   string

	// Timeout is how long the model may be silent, before its answer and
	// between two pieces of it; 0 means 2 minutes.
	Timeout       time.Duration
	Temperature   *float64 // nil for the provider's default
	MaxTokens     int      // of an answer; 0 for the provider's default
	ContextTokens int      // of question and answer together; 0 if not known
}

// A Chat asks one server.
type Chat struct {
	config   Config
	provider string
	client   *openai.Client
}

// New returns a chat model. It does not call the server.
func New(c Config) (*Chat, error) {
	official := c.BaseURL == ""
	address, err := remote.ParseAddress("openai", cmp.Or(c.BaseURL, "https://api.openai.com/v1"))
	if err != nil {
		return nil, err
	}
	key, err := remote.CheckKey("openai", c.APIKey)
	if err != nil {
		return nil, err
	}
	if key == "" && official {
		return nil, errors.New("openai: api_key is missing")
	}
	if err := llm.Check("openai", c.Model, c.Timeout, c.Temperature, c.MaxTokens, c.ContextTokens); err != nil {
		return nil, err
	}
	config := openai.DefaultConfig(key)
	config.BaseURL = address.URL
	limits := remote.Limits{Silence: cmp.Or(c.Timeout, 2*time.Minute), Bytes: 32 << 20}
	config.HTTPClient = &wire{provider: address.Provider, client: remote.NewClient(address.Provider, limits)}
	return &Chat{config: c, provider: address.Provider, client: openai.NewClientWithConfig(config)}, nil
}

// Model implements llm.Chat.
func (c *Chat) Model() string { return c.config.Model }

// ContextTokens is how many tokens question and answer may have together; 0 if
// that is not known.
func (c *Chat) ContextTokens() int { return c.config.ContextTokens }

// Complete implements llm.Chat.
func (c *Chat) Complete(ctx context.Context, r llm.Request, delta func(string) error) (llm.Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.client.CreateChatCompletionStream(ctx, c.request(r))
	if err != nil {
		return llm.Response{}, c.refused(err)
	}
	defer stream.Close()
	a := answer{response: llm.Response{Model: cmp.Or(r.Model, c.config.Model)}}
	for {
		line, err := stream.RecvRaw()
		if err == io.EOF {
			return a.end(c.provider)
		}
		if err != nil {
			return llm.Response{}, remote.From(c.provider, err)
		}
		text, err := a.add(c.provider, line)
		if err != nil {
			return llm.Response{}, err
		}
		if text == "" {
			continue
		}
		if err := delta(text); err != nil {
			return llm.Response{}, err
		}
	}
}

// refused names what CreateChatCompletionStream returns: what it refuses before
// it calls the server will not be better next time.
func (c *Chat) refused(err error) error {
	err = remote.From(c.provider, err)
	if e, ok := errors.AsType[*remote.Error](err); ok && e.Status == 401 {
		e.Message = strings.TrimSuffix("api_key is not accepted: "+e.Message, ": ")
	}
	return err
}

func (c *Chat) request(r llm.Request) openai.ChatCompletionRequest {
	out := openai.ChatCompletionRequest{
		Model:         cmp.Or(r.Model, c.config.Model),
		StreamOptions: &openai.StreamOptions{IncludeUsage: true},
	}
	for _, m := range r.Messages {
		out.Messages = append(out.Messages, openai.ChatCompletionMessage{Role: m.Role, Content: m.Content})
	}
	tokens := cmp.Or(r.MaxTokens, c.config.MaxTokens)
	temperature := cmp.Or(r.Temperature, c.config.Temperature)
	if reasons(out.Model) {
		// These models refuse max_tokens, and any temperature but theirs.
		out.MaxCompletionTokens = tokens
		return out
	}
	//lint:ignore SA1019 Other servers than OpenAI's know this name only.
	out.MaxTokens = tokens
	if temperature != nil {
		out.Temperature = cmp.Or(float32(*temperature), zeroTemperature)
	}
	return out
}

// reasons tells OpenAI's reasoning models by name.
func reasons(model string) bool {
	model = model[strings.LastIndex(model, "/")+1:]
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5"} {
		if strings.HasPrefix(model, prefix) {
			return true
		}
	}
	return false
}

// An answer grows with each event of the stream.
type answer struct {
	text     strings.Builder
	response llm.Response
	finish   string
}

type event struct {
	Model   string `json:"model"`
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *llm.Usage `json:"usage"`
}

// add returns the text in an event.
func (a *answer) add(provider string, line []byte) (string, error) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return "", remote.Garbled(provider, err)
	}
	a.response.Model = cmp.Or(e.Model, a.response.Model)
	if e.Usage != nil {
		a.response.Usage = *e.Usage
	}
	if len(e.Choices) == 0 {
		return "", nil
	}
	choice := e.Choices[0]
	a.finish = cmp.Or(choice.FinishReason, a.finish)
	text := choice.Delta.Content + choice.Delta.Refusal
	a.text.WriteString(text)
	return text, nil
}

// end returns the whole answer, or why there is none.
func (a *answer) end(provider string) (llm.Response, error) {
	if a.finish == "content_filter" {
		return llm.Response{}, &remote.Error{
			Provider: provider, Code: a.finish,
			Message: "the provider's content filter stopped the answer",
		}
	}
	a.response.Text = a.text.String()
	a.response.Truncated = a.finish == "length"
	if a.response.Text == "" && a.response.Truncated {
		return llm.Response{}, &remote.Error{
			Provider: provider, Code: a.finish,
			Message: fmt.Sprintf("the answer's length limit was reached before its first word (%d tokens used)", a.response.Usage.Completion),
		}
	}
	return a.response, nil
}
