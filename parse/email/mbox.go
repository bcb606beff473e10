package email

import (
	"bytes"
	"context"
	"fmt"

	rag "ragserver"
	"ragserver/parse"
)

// A Box parses a mailbox: messages one after the other, each begun by a line
// "From " after a blank line.
type Box struct{}

// NewBox returns a parser of mailboxes.
func NewBox() *Box { return &Box{} }

// Parse implements parse.Parser. A message that cannot be read is left out with
// a warning.
func (*Box) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	t := rag.Text{MediaType: "application/mbox"}
	var out parse.Builder
	n, bad := 0, 0
	for rest := in.Data; len(rest) > 0; n++ {
		if err := ctx.Err(); err != nil {
			return rag.Text{}, err
		}
		var one []byte
		one, rest = next(rest)
		m, err := read(ctx, one)
		if err != nil {
			bad++
			continue
		}
		m.write(&out)
		if len(t.Warnings) < 10 {
			t.Warnings = append(t.Warnings, m.warnings...)
		}
	}
	if bad > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d of %d messages cannot be read", bad, n))
	}
	return finish(t, &out)
}

// next cuts the first message off, without the line before it.
func next(data []byte) (one, rest []byte) {
	if bytes.HasPrefix(data, []byte("From ")) {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	for from := 0; ; {
		i := bytes.Index(data[from:], []byte("\nFrom "))
		if i < 0 {
			return data, nil
		}
		at := from + i
		if at == 0 || data[at-1] == '\n' || at > 1 && data[at-1] == '\r' && data[at-2] == '\n' {
			return data[:at], data[at+1:]
		}
		from = at + 1
	}
}
