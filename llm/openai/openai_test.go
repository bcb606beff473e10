package openai_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ragserver/llm"
	"ragserver/llm/llmtest"
	"ragserver/llm/openai"
	"ragserver/remote"
)

func open(t *testing.T, s *llmtest.Server) llm.Chat {
	chat, err := openai.New(openai.Config{BaseURL: s.URL + "/v1", APIKey: llmtest.Key, Model: "test", Timeout: llmtest.Patience})
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

func TestChat(t *testing.T) { llmtest.Run(t, open) }

func TestZeroTemperatureIsSent(t *testing.T) {
	zero, some := 0.0, 0.5
	for _, c := range []struct {
		model                  string
		temperature            *float64
		want, limit, otherwise any
	}{
		{"test", nil, nil, 9.0, nil},
		{"test", &zero, 0.0, 9.0, nil},
		{"test", &some, 0.5, 9.0, nil},
		{"o3-mini", &zero, nil, nil, 9.0},
	} {
		s := llmtest.NewServer(t)
		chat, err := openai.New(openai.Config{BaseURL: s.URL + "/v1", Model: c.model, Temperature: c.temperature, MaxTokens: 9})
		if err != nil {
			t.Fatal(err)
		}
		r := llm.Request{Messages: []llm.Message{{Role: "user", Content: `,"temperature":1e-45`}}}
		if _, err := chat.Complete(t.Context(), r, func(string) error { return nil }); err != nil {
			t.Fatal(err)
		}
		body := s.Requests()[0].Body
		if body["temperature"] != c.want || body["max_tokens"] != c.limit || body["max_completion_tokens"] != c.otherwise {
			t.Errorf("%+v: sent %v", c, body)
		}
		if text, _ := json.Marshal(body["messages"]); !strings.Contains(string(text), "1e-45") {
			t.Errorf("the message was changed: %s", text)
		}
	}
}

func TestContentFilterIsAnError(t *testing.T) {
	_, err := open(t, llmtest.NewServer(t, llmtest.Filtered)).Complete(t.Context(), llm.Request{}, func(string) error { return nil })
	if e, ok := errors.AsType[*remote.Error](err); !ok || e.Code != "content_filter" || e.Temporary {
		t.Errorf("got %v", err)
	}
}

func TestConfig(t *testing.T) {
	hot := 3.0
	for want, c := range map[string]openai.Config{
		"openai: api_key is missing":                                 {Model: "m"},
		"openai: model is missing":                                   {BaseURL: "http://x"},
		"openai: temperature: 3 is not between 0 and 2":              {BaseURL: "http://x", Model: "m", Temperature: &hot},
		"openai: base_url: scheme \"ftp\" is neither http nor https": {BaseURL: "ftp://x", Model: "m"},
	} {
		if _, err := openai.New(c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
