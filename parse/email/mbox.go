package email

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
)

// A Box parses a mailbox: messages one after the other, each begun by a line
// "From " after a blank line. All messages are in one text, each below its
// subject, so that a mailbox may have more of them than a document may have
// parts; what is attached to the n-th is a part whose name begins with "n/".
type Box struct{ attachments parse.Parser }

// NewBox returns a parser of mailboxes whose attachments are read by attachments:
// any format, or none if it is nil.
func NewBox(attachments parse.Parser) *Box { return &Box{attachments} }

// maxBox bounds the text of a mailbox, in bytes: some ten thousand messages.
const maxBox = 40 << 20

// Parse implements parse.Parser. A message that cannot be read is left out with
// a warning.
func (p *Box) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	t := rag.Text{MediaType: "application/mbox", Parser: "email/mbox"}
	var out parse.Builder
	c := parts.New(ctx, p.attachments)
	n, bad := 0, 0
	for rest := in.Data; len(rest) > 0; {
		if err := ctx.Err(); err != nil {
			return rag.Text{}, err
		}
		if out.Len() > maxBox {
			t.Warnings = append(t.Warnings, fmt.Sprintf("the mailbox has more than %d MiB of text: what follows its first %d messages was left out", maxBox>>20, n))
			break
		}
		var one []byte
		one, rest = next(rest)
		if n++; len(bytes.TrimSpace(one)) == 0 {
			n--
			continue
		}
		m, err := read(unquote(one))
		if err != nil {
			bad++
			continue
		}
		m.subject = cmp.Or(m.subject, "(no subject)")
		if err := errors.Join(m.write(ctx, &out), m.attach(c, fmt.Sprintf("%d/", n))); err != nil {
			return rag.Text{}, err
		}
		if len(t.Warnings) < 10 {
			t.Warnings = append(t.Warnings, m.warnings...)
		}
	}
	if bad > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d of %d messages cannot be read", bad, n))
	}
	t.Meta = map[string]string{"messages": fmt.Sprint(n - bad)}
	t.Parts, t.Warnings = c.Parts(), append(t.Warnings, c.Warnings()...)
	return finish(ctx, t, &out)
}

// unquote takes back the mark that keeps a line "From " of a message from
// beginning another one.
func unquote(one []byte) []byte { return bytes.ReplaceAll(one, []byte("\n>From "), []byte("\nFrom ")) }

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
