package llmtest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
)

type object = map[string]any

func encode(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own values
	}
	return string(data)
}

// openAIChat answers /v1/chat/completions with server-sent events.
type openAIChat struct{}

func (openAIChat) answer(s *Server, b Behavior, body map[string]any) (string, []string) {
	event := func(choices []any, usage any) string {
		return "data: " + encode(object{"object": "chat.completion.chunk", "model": body["model"], "choices": choices, "usage": usage}) + "\n\n"
	}
	finish := map[Behavior]string{Filtered: "content_filter", Cut: "length"}[b]
	if finish == "" {
		finish = "stop"
	}
	pieces := []string{": a comment keeps the connection open\n\n", event([]any{object{"index": 0, "delta": object{"role": "assistant"}}}, nil)}
	for _, text := range s.Answer {
		pieces = append(pieces, event([]any{object{"index": 0, "delta": object{"content": text}}}, nil))
	}
	if b == Endless {
		return "text/event-stream", pieces[2:3]
	}
	pieces = append(pieces, event([]any{object{"index": 0, "delta": object{}, "finish_reason": finish}}, nil))
	if b != Truncated {
		pieces = append(pieces, event([]any{}, object{"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}))
	}
	return "text/event-stream", append(pieces, "data: [DONE]\n\n")
}

func (openAIChat) failure(message string) string {
	return "data: " + encode(object{"error": object{"message": message, "type": "server_error"}}) + "\n\n"
}

// ollamaChat answers /api/chat with lines of JSON.
type ollamaChat struct{}

func (ollamaChat) answer(s *Server, b Behavior, body map[string]any) (string, []string) {
	var pieces []string
	for _, text := range s.Answer {
		pieces = append(pieces, encode(object{"model": body["model"], "message": object{"role": "assistant", "content": text}, "done": false})+"\n")
	}
	if b == Endless {
		return "application/x-ndjson", pieces[:1]
	}
	reason := "stop"
	if b == Cut {
		reason = "length"
	}
	return "application/x-ndjson", append(pieces, encode(object{
		"model": body["model"], "message": object{"role": "assistant", "content": ""},
		"done": true, "done_reason": reason, "prompt_eval_count": 11, "eval_count": 7,
	})+"\n")
}

func (ollamaChat) failure(message string) string { return encode(object{"error": message}) + "\n" }

// openAIVectors answers /v1/embeddings, last text first.
type openAIVectors struct{}

func (openAIVectors) answer(_ *Server, b Behavior, body map[string]any) (string, []string) {
	var data []object
	vectors := vectors(b, body)
	for i := len(vectors) - 1; i >= 0; i-- {
		var v any = vectors[i]
		if body["encoding_format"] == "base64" && b != NoBase64 {
			raw := make([]byte, 0, 4*len(vectors[i]))
			for _, x := range vectors[i] {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
			}
			v = base64.StdEncoding.EncodeToString(raw)
		}
		data = append(data, object{"object": "embedding", "index": i, "embedding": v})
	}
	return "application/json", []string{encode(object{"object": "list", "data": data, "model": body["model"]})}
}

func (openAIVectors) failure(message string) string {
	return encode(object{"error": object{"message": message}})
}

// ollamaVectors answers /api/embed.
type ollamaVectors struct{}

func (ollamaVectors) answer(_ *Server, b Behavior, body map[string]any) (string, []string) {
	if b == NotNumbers {
		return "application/json", []string{`{"embeddings":[[1e99,0,0,0]]}`} // JSON has no infinity
	}
	return "application/json", []string{encode(object{"model": body["model"], "embeddings": vectors(b, body)})}
}

func (ollamaVectors) failure(message string) string { return encode(object{"error": message}) }

// vectors returns a vector of length 5 for each input, whose direction depends
// on the text.
func vectors(b Behavior, body map[string]any) [][]float32 {
	n := Dimensions
	if d, ok := body["dimensions"].(float64); ok {
		n = int(d)
	}
	if b == WrongSize {
		n++
	}
	var out [][]float32
	for _, text := range inputs(body) {
		v := make([]float32, n)
		v[len(text)%n] = 3
		v[(len(text)+1)%n] = 4
		if b == NotNumbers {
			v[0] = float32(math.Inf(1))
		}
		out = append(out, v)
	}
	if b == WrongCount && len(out) > 0 {
		out = out[1:]
	}
	return out
}

func inputs(body map[string]any) []string {
	var out []string
	list, _ := body["input"].([]any)
	for _, v := range list {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}

// longest returns the bytes of the longest text in a request.
func longest(body map[string]any) int {
	n := 0
	for _, s := range inputs(body) {
		n = max(n, len(s))
	}
	return n
}
