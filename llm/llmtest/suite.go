package llmtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ragserver/llm"
	"ragserver/remote"
)

// Patience is the silence that Run's chats should bear.
const Patience = 300 * time.Millisecond

// Key is the API key that Run's chats should send.
const Key = "sk-secret-0123456789"

// Run tests a chat model that speaks to a Server. Open returns one with the key
// Key and Patience.
func Run(t *testing.T, open func(t *testing.T, s *Server) llm.Chat) {
	t.Run("answers", func(t *testing.T) { answers(t, open) })
	t.Run("failures", func(t *testing.T) { failures(t, open) })
	t.Run("cut answer", func(t *testing.T) {
		resp, err := ask(t, open(t, NewServer(t, Cut)))
		if err != nil || !resp.Truncated {
			t.Errorf("got %+v, %v, want it truncated", resp, err)
		}
	})
	t.Run("busy, then good", func(t *testing.T) {
		chat := open(t, NewServer(t, BusyNow, Broken, Good))
		var resp llm.Response
		err := remote.Retry(t.Context(), remote.Backoff{First: 1}, func(context.Context) (err error) {
			resp, err = ask(t, chat)
			return err
		})
		if err != nil || resp.Text != "The answer is 42 [1]." {
			t.Errorf("got %+v, %v", resp, err)
		}
	})
	t.Run("delta stops it", func(t *testing.T) {
		enough := errors.New("enough")
		_, err := open(t, NewServer(t, Endless)).Complete(t.Context(), question(), func(string) error { return enough })
		if !errors.Is(err, enough) {
			t.Errorf("got %v, want %v", err, enough)
		}
	})
	t.Run("cancelled", func(t *testing.T) { cancelled(t, open) })
	t.Run("nothing listens", func(t *testing.T) {
		s := NewServer(t)
		chat := open(t, s)
		s.http.Close()
		if _, err := ask(t, chat); !remote.Temporary(err) || !strings.Contains(err.Error(), "nothing listens") {
			t.Errorf("got %v, want a temporary error that says so", err)
		}
	})
}

func question() llm.Request {
	return llm.Request{Messages: []llm.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "What is \"it\"?"}}}
}

func ask(t *testing.T, chat llm.Chat) (llm.Response, error) {
	t.Helper()
	return chat.Complete(t.Context(), question(), func(string) error { return nil })
}

func answers(t *testing.T, open func(t *testing.T, s *Server) llm.Chat) {
	for _, b := range []Behavior{Good, Slow} {
		s := NewServer(t, b)
		chat := open(t, s)
		var pieces []string
		resp, err := chat.Complete(t.Context(), question(), func(s string) error {
			pieces = append(pieces, s)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const want = "The answer is 42 [1]."
		if resp.Text != want || strings.Join(pieces, "") != want || len(pieces) != 3 {
			t.Errorf("got %q in pieces %q, want %q", resp.Text, pieces, want)
		}
		if resp.Model != chat.Model() || resp.Usage != (llm.Usage{Prompt: 11, Completion: 7}) || resp.Truncated {
			t.Errorf("got %+v", resp)
		}
		r := s.Requests()[0]
		if got := r.Header.Get("Authorization"); got != "Bearer "+Key {
			t.Errorf("Authorization is %q", got)
		}
		messages, _ := r.Body["messages"].([]any)
		if len(messages) != 2 || messages[1].(map[string]any)["content"] != "What is \"it\"?" {
			t.Errorf("messages were %v", messages)
		}
	}
	s := NewServer(t, Good)
	r := question()
	r.Model = "other"
	resp, err := open(t, s).Complete(t.Context(), r, func(string) error { return nil })
	if err != nil || resp.Model != "other" || s.Requests()[0].Body["model"] != "other" {
		t.Errorf("got %+v, %v, want the model that was asked for", resp, err)
	}
}

func failures(t *testing.T, open func(t *testing.T, s *Server) llm.Chat) {
	for _, c := range []struct {
		name      string
		behavior  Behavior
		status    int
		temporary bool
		text      string
	}{
		{"busy", Busy, 429, true, "Rate limit reached"},
		{"broken", Broken, 500, true, "out of memory"},
		{"refused", Refused, 401, false, "Incorrect API key"},
		{"missing", Missing, 404, false, "model"},
		{"garbage", Garbage, 0, true, "cannot be used"},
		{"page", Page, 502, true, "502 Bad Gateway"},
		{"login page", LoginPage, 0, true, "cannot be used"},
		{"stall", Stall, 0, true, "silent for"},
		{"silent", Silent, 0, true, "silent for"},
		{"reset", Reset, 0, true, "closed in the middle"},
		{"truncated", Truncated, 0, true, "closed in the middle"},
		{"fails midway", FailsMidway, 0, true, "the model ran out of memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, err := ask(t, open(t, NewServer(t, c.behavior)))
			e, ok := errors.AsType[*remote.Error](err)
			if !ok {
				t.Fatalf("got %+v, %T %v, want a *remote.Error", resp, err, err)
			}
			if e.Status != c.status || e.Temporary != c.temporary || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %q, status %d, temporary %v; want %q, %d, %v", err, e.Status, e.Temporary, c.text, c.status, c.temporary)
			}
			if strings.Contains(err.Error(), Key) {
				t.Errorf("the key is in %q", err)
			}
			if c.behavior == Busy && e.RetryAfter() != time.Second {
				t.Errorf("RetryAfter is %v, want 1s", e.RetryAfter())
			}
		})
	}
}

func cancelled(t *testing.T, open func(t *testing.T, s *Server) llm.Chat) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := open(t, NewServer(t, Endless)).Complete(ctx, question(), func(string) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || remote.Temporary(err) {
		t.Errorf("got %v, want it cancelled", err)
	}
}
