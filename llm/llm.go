// Package llm says how a chat model is asked.
package llm

import "context"

// A Chat is a chat model.
type Chat interface {
	// Complete asks the model and calls delta with each piece of its answer
	// as it arrives; the whole is in the Response too. If delta fails,
	// Complete stops and returns its error. A *remote.Error says what the
	// provider answered. Any goroutine may call it.
	Complete(ctx context.Context, r Request, delta func(text string) error) (Response, error)

	// Model is the name of the model that is asked when a Request names
	// none.
	Model() string
}

// A Request is a conversation to continue.
type Request struct {
	Model       string // "" for the configured one
	Messages    []Message
	MaxTokens   int      // 0: the provider's default
	Temperature *float64 // nil: the provider's default
}

// A Message is one turn of a conversation.
type Message struct {
	Role    string // "system", "user" or "assistant"
	Content string
}

// A Response is what the model answered.
type Response struct {
	Text  string
	Model string
	Usage Usage
	// Truncated is set when the answer was cut at a length limit.
	Truncated bool
}

// Usage counts tokens as the provider reports them; 0 if it does not.
type Usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
}
