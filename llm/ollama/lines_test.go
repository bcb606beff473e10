package ollama

import (
	"bufio"
	"bytes"
	"errors"
	"testing"

	"ragserver/remote"
)

func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"message\":{\"content\":\"a\"}}\n\n{\"done\":true}\n"))
	f.Add([]byte("{\"error\":\"x\"}\n[1]\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := New(Config{Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(bytes.NewReader(data))
		for {
			_, err := c.next(lines)
			if _, ok := errors.AsType[*remote.Error](err); err != nil && !ok {
				t.Fatalf("got %T %v", err, err)
			}
			if err != nil {
				return
			}
		}
	})
}
