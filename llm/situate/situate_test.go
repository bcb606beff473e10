package situate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/llm"
	"ragserver/llm/llmtest"
	"ragserver/llm/situate"
)

// memory is a KV.
type memory struct {
	mu   sync.Mutex // guards rows
	rows map[string][]byte
	full error
}

func (m *memory) Get(key []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[string(key)], nil
}

func (m *memory) Put(key, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return m.full
	}
	if m.rows == nil {
		m.rows = make(map[string][]byte)
	}
	m.rows[string(key)] = value
	return nil
}

func split(t *testing.T, paragraphs []string) (rag.Text, []rag.Chunk) {
	t.Helper()
	s, err := chunk.New(chunk.Config{By: chunk.Sentence, Size: 32, MinSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	text := rag.Text{Text: strings.Join(paragraphs, "\n\n"), Title: "The <|title|>"}
	return text, s.Split("docs:a", text)
}

func paragraphs(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("Paragraph %d says this.", i)
	}
	return list
}

func situator(t *testing.T, c situate.Config) *situate.Situator {
	t.Helper()
	s, err := situate.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func situated(t *testing.T, s *situate.Situator, list []string) []rag.Chunk {
	t.Helper()
	text, chunks := split(t, list)
	if err := s.Situate(t.Context(), text, chunks); err != nil {
		t.Fatal(err)
	}
	return chunks
}

func TestContextIsSearchedAndNotQuoted(t *testing.T) {
	chat := llmtest.Say("<think>hm\nhm</think>\n It opens\nthe  report. ")
	_, plain := split(t, paragraphs(2))
	chunks := situated(t, situator(t, situate.Config{Chat: chat, KV: new(memory)}), paragraphs(2))
	for i, c := range chunks {
		if c.Context != "It opens the report." || c.Text != plain[i].Text || c.SearchText() != "It opens the report.\n"+c.Text || c.ReadText() != c.Text {
			t.Errorf("chunk %d: got %+v", i, c)
		}
		if c.ID == plain[i].ID || c.ID != c.NewID(0) {
			t.Errorf("chunk %d: the ID does not tell the context", i)
		}
	}
	for _, r := range chat.Requests() {
		if all := r.Messages[0].Content + r.Messages[1].Content; strings.Contains(all, "<|title|>") || !strings.Contains(all, "says this.") {
			t.Errorf("the model was asked %q", all)
		}
	}
}

func TestTheSameIsNotAskedTwice(t *testing.T) {
	chat := llmtest.Say("Said.")
	s := situator(t, situate.Config{Chat: chat, KV: new(memory), Around: 100})
	list := paragraphs(100)
	situated(t, s, list)
	if n := len(chat.Requests()); n != 100 {
		t.Fatalf("asked %d times for 100 chunks", n)
	}
	situated(t, s, list)
	list[50] = "Paragraph 50 says another thing."
	chunks := situated(t, s, list)
	if n := len(chat.Requests()) - 100; n < 2 || n > 8 {
		t.Errorf("an edit of one paragraph: asked %d times, want for those that see it", n)
	}
	for i, c := range chunks {
		if c.Context != "Said." {
			t.Errorf("chunk %d: got context %q", i, c.Context)
		}
	}
}

func TestChunksGoWithoutWhenTheModelFails(t *testing.T) {
	calls := 0
	chat := &llmtest.Script{Reply: func(r llm.Request) (string, error) {
		calls++
		if calls == 2 {
			return "", errors.New("busy")
		}
		if calls == 3 {
			return " \n", nil
		}
		return "Said.", nil
	}}
	kv := new(memory)
	s := situator(t, situate.Config{Chat: chat, KV: kv, Workers: 1})
	without := 0
	for _, c := range situated(t, s, paragraphs(6)) {
		if c.Context == "" {
			without++
			if c.ID != rag.NewChunkID(c.URI, c.Heading, c.Text, 0) {
				t.Error("a chunk without context has another ID than before")
			}
		}
	}
	if without != 2 || len(kv.rows) != 4 {
		t.Errorf("%d chunks went without, %d answers are kept, want 2 and 4", without, len(kv.rows))
	}
	calls = 0
	chat.Reply = func(llm.Request) (string, error) {
		if calls++; calls%2 == 0 {
			return "", errors.New("busy")
		}
		return "Said.", nil
	}
	situated(t, situator(t, situate.Config{Chat: chat, KV: new(memory), Workers: 1}), paragraphs(20))
	if calls != 20 {
		t.Errorf("a model that fails every other time was asked about %d chunks of 20, want all", calls)
	}
	down := &llmtest.Script{Reply: func(llm.Request) (string, error) { return "", errors.New("down") }}
	situated(t, situator(t, situate.Config{Chat: down, KV: new(memory), Workers: 1}), paragraphs(50))
	if n := len(down.Requests()); n != 3 {
		t.Errorf("a model that is down was asked %d times for a document, want 3", n)
	}
}

func TestCostIsBounded(t *testing.T) {
	chat := llmtest.Say(strings.Repeat("wörter und ", 200))
	chunks := situated(t, situator(t, situate.Config{Chat: chat, KV: new(memory), MaxChunks: 5, Around: 50}), paragraphs(40))
	if n := len(chat.Requests()); n != 5 || chunks[4].Context == "" || chunks[5].Context != "" {
		t.Errorf("asked about %d chunks of 40, want the first 5", n)
	}
	if n := len(chunks[0].Context); n < 500 || n > 600 || strings.HasSuffix(chunks[0].Context, " ") {
		t.Errorf("%d bytes of context, want what has room in 600: %q", n, chunks[0].Context)
	}
	for _, r := range chat.Requests() {
		if n := len(r.Messages[1].Content); n > 700 || r.MaxTokens == 0 {
			t.Errorf("a question of %d bytes, answer of at most %d tokens", n, r.MaxTokens)
		}
	}
}

// slow is a model that takes a minute.
type slow struct{ *llmtest.Script }

func (s slow) Complete(ctx context.Context, r llm.Request, delta func(string) error) (llm.Response, error) {
	select {
	case <-time.After(time.Minute):
		return s.Script.Complete(ctx, r, delta)
	case <-ctx.Done():
		return llm.Response{}, ctx.Err()
	}
}

func TestTimeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := situator(t, situate.Config{Chat: slow{llmtest.Say("Said.")}, KV: new(memory), Workers: 2, Timeout: 90 * time.Second})
		began, with := time.Now(), 0
		for _, c := range situated(t, s, paragraphs(10)) {
			if c.Context != "" {
				with++
			}
		}
		if took := time.Since(began); with != 2 || took != 90*time.Second {
			t.Errorf("%d chunks have a context after %v, want 2 after the 90 s that it may take", with, took)
		}
	})
}

func TestErrorsThatAreNotTheModels(t *testing.T) {
	text, chunks := split(t, paragraphs(3))
	full := errors.New("disk full")
	s := situator(t, situate.Config{Chat: llmtest.Say("Said."), KV: &memory{full: full}})
	if err := s.Situate(t.Context(), text, chunks); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Situate(ctx, text, chunks); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if _, err := situate.New(situate.Config{KV: new(memory)}); err == nil {
		t.Error("without a model: got no error")
	}
	if _, err := situate.New(situate.Config{Chat: llmtest.Say(""), MaxChunks: -1}); err == nil || !strings.Contains(err.Error(), "max_chunks -1") {
		t.Errorf("got %v, want an error that names the setting", err)
	}
}
