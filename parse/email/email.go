// Package email parses messages and mailboxes.
package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/html"
	"ragserver/parse/parts"
)

// A Parser reads a message: its subject is the heading, then follow who wrote
// to whom and when, the body (plain text rather than HTML), invitations, and the
// names of the attachments, which become parts: pictures in the text and attached
// messages too.
type Parser struct{ attachments parse.Parser }

// New returns a parser of single messages, whose attachments are read by
// attachments: any format, or none if it is nil.
func New(attachments parse.Parser) *Parser { return &Parser{attachments} }

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{MediaType: "message/rfc822", Parser: "email"}
	m, err := read(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	var out parse.Builder
	c := parts.New(ctx, p.attachments)
	if err := errors.Join(m.write(ctx, &out), m.attach(c, "")); err != nil {
		return rag.Text{}, err
	}
	t.Title, t.Author, t.Created, t.Meta = m.subject, m.from, m.date, m.meta
	t.Parts, t.Warnings = c.Parts(), append(m.warnings, c.Warnings()...)
	return finish(ctx, t, &out)
}

func finish(ctx context.Context, t rag.Text, out *parse.Builder) (rag.Text, error) {
	t.Text, t.Sections = out.Result()
	if t.Text == "" {
		return rag.Text{}, fmt.Errorf("message without a body: %w", parse.ErrNoText)
	}
	return t, ctx.Err()
}

// A message is what is kept of one.
type message struct {
	subject, from string
	date          time.Time
	head          string // the other headers, a line each
	plain, html   string // the body
	notes         []string
	attached      []attachment
	meta          map[string]string
	warnings      []string
}

// write adds what the message says.
func (m *message) write(ctx context.Context, out *parse.Builder) error {
	out.Heading(1, m.subject)
	out.Add(rag.Note, m.head)
	plain := strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m.plain), "\uFFFD")
	parse.Blocks(plain, func(start, end int) {
		out.Add(rag.Paragraph, plain[start:end])
	})
	if strings.TrimSpace(plain) == "" && m.html != "" {
		page, err := html.Text(ctx, strings.ToValidUTF8(m.html, "\uFFFD"))
		if err != nil && !errors.Is(err, parse.ErrNoText) {
			return err
		}
		for _, s := range page.Sections {
			out.Put(rag.Section{Kind: s.Kind, Level: s.Level + 1, Links: s.Links}, page.Text[s.Start:s.End])
		}
	}
	for _, n := range m.notes {
		out.Add(rag.Note, n)
	}
	var names []string
	for _, a := range m.attached {
		names = append(names, a.name)
	}
	if len(names) > 0 {
		out.Add(rag.List, "Attachments: "+parse.Cut(strings.Join(names, ", "), 4000))
	}
	return ctx.Err()
}

// attach makes the attachments parts whose names begin with prefix.
func (m *message) attach(c *parts.Collector, prefix string) error {
	for _, a := range m.attached {
		if a.problem != nil {
			c.Refuse(prefix+a.name, int64(len(a.data)), a.problem)
			continue
		}
		if err := c.Add(prefix+a.name, a.mediaType, a.data); err != nil {
			return err
		}
	}
	return nil
}

// clean makes a header one valid line.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}
