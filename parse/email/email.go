// Package email parses messages and mailboxes.
package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/html"
)

// A Parser reads a message: its subject is the heading, then follow who wrote
// to whom and when, the body (plain text rather than HTML), and the names of the
// attachments.
type Parser struct{}

// New returns a parser of single messages.
func New() *Parser { return &Parser{} }

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{MediaType: "message/rfc822"}
	var out parse.Builder
	m, err := read(ctx, in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	m.write(&out)
	t.Title, t.Author, t.Warnings = m.subject, m.from, m.warnings
	return finish(t, &out)
}

func finish(t rag.Text, out *parse.Builder) (rag.Text, error) {
	t.Text, t.Sections = out.Result()
	if t.Text == "" {
		return rag.Text{}, fmt.Errorf("message without a body: %w", parse.ErrNoText)
	}
	return t, nil
}

// A message is what is kept of one.
type message struct {
	subject, from string
	head          string // the other headers, a line each
	plain         string
	page          rag.Text // of an HTML body
	attached      []string
	warnings      []string
}

func read(ctx context.Context, data []byte) (*message, error) {
	p := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.DisableTextConversion(true))
	e, err := p.ReadEnvelope(bytes.NewReader(bytes.TrimLeft(data, "\r\n")))
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	m := &message{subject: clean(e.GetHeader("Subject")), from: clean(e.GetHeader("From"))}
	var head []string
	for _, k := range []string{"From", "To", "Cc", "Date"} {
		if v := clean(e.GetHeader(k)); v != "" {
			head = append(head, k+": "+parse.Cut(v, 1000))
		}
	}
	m.head = strings.Join(head, "\n")
	if m.plain = e.Text; strings.TrimSpace(m.plain) == "" && e.HTML != "" {
		page, err := html.Text(ctx, strings.ToValidUTF8(e.HTML, "\uFFFD"))
		if err != nil && !errors.Is(err, parse.ErrNoText) {
			return nil, err
		}
		m.page = page
	}
	for _, part := range append(e.Attachments, e.Inlines...) {
		if name := clean(part.FileName); name != "" {
			m.attached = append(m.attached, name)
		}
	}
	for _, e := range e.Errors[:min(len(e.Errors), 5)] {
		if e.Severe {
			m.warnings = append(m.warnings, clean(e.Name+": "+e.Detail))
		}
	}
	return m, ctx.Err()
}

func (m *message) write(out *parse.Builder) {
	out.Heading(1, m.subject)
	out.Add(rag.Note, m.head)
	plain := strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m.plain), "\uFFFD")
	parse.Blocks(plain, func(start, end int) {
		out.Add(rag.Paragraph, plain[start:end])
	})
	for _, s := range m.page.Sections {
		if text := m.page.Text[s.Start:s.End]; s.Kind == rag.Heading {
			out.Heading(s.Level+1, text)
		} else {
			out.Add(s.Kind, text)
		}
	}
	if len(m.attached) > 0 {
		out.Add(rag.List, "Attachments: "+parse.Cut(strings.Join(m.attached, ", "), 4000))
	}
}

// clean makes a header one valid line.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}
