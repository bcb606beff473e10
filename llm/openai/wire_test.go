package openai

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func stream(data string) *events {
	body := io.NopCloser(strings.NewReader(data))
	return &events{provider: "p", body: body, lines: bufio.NewReader(body), header: http.Header{"Content-Type": {"text/event-stream"}}}
}

func TestEventsKeepDataLines(t *testing.T) {
	for data, want := range map[string]string{
		": hi\r\n\r\ndata: {}\r\n\r\ndata: [DONE]\r\n":                "data: {}\n\ndata: [DONE]\n\n",
		"event: x\ndata:{\"choices\":[{\"finish_reason\":\"stop\"}]}": "data:{\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n",
	} {
		got, err := io.ReadAll(iotest.OneByteReader(stream(data)))
		if err != nil || string(got) != want {
			t.Errorf("%q became %q, %v, want %q", data, got, err, want)
		}
	}
}

func TestEventsFindErrors(t *testing.T) {
	for data, want := range map[string]string{
		"data: {}\n\ndata: {\"error\":\"no memory\"}\n\n":          "no memory",
		"data: {\"object\":\"error\",\"message\":\"no memory\"}\n": "no memory",
		"data: {\"id\":1,\"error\":{\"message\":\"no memory\"}}\n": "no memory",
		"data: {\"choices\":[]}\n":                                 "closed in the middle",
		"":                                                         "closed in the middle",
	} {
		if _, err := io.ReadAll(stream(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", data, err, want)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n"))
	f.Add([]byte("data:\n\n:\ndata: {\"error\":1}\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := io.ReadAll(stream(string(data)))
		for line := range bytes.Lines(got) {
			line = bytes.TrimSpace(line)
			if len(line) > 0 && !bytes.HasPrefix(line, []byte("data:")) {
				t.Errorf("%q let through", line)
			}
			var a answer
			a.add("p", bytes.TrimPrefix(line, []byte("data:")))
		}
	})
}
