// Package router chooses the parser of a document.
package router

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
)

// A Router is a parser that finds out the format of a document, by its bytes
// first and by its name second, and hands it to the parser of that format. Its
// parsers are added before the first Parse.
type Router struct {
	parsers map[string]parse.Parser
}

// New returns a router without parsers.
func New() *Router { return &Router{parsers: map[string]parse.Parser{}} }

// Handle makes p the parser of the media types.
func (r *Router) Handle(p parse.Parser, mediaTypes ...string) {
	for _, m := range mediaTypes {
		r.parsers[m] = p
	}
}

// Parse implements parse.Parser. An empty document gives an empty text. It
// turns a panic into an error that begins with "parser crashed", which helps
// where the stack and the heap are still whole.
func (r *Router) Parse(ctx context.Context, in parse.Input) (t rag.Text, err error) {
	in.MediaType = Detect(in)
	if len(in.Data) == 0 {
		return rag.Text{MediaType: in.MediaType}, nil
	}
	p := r.parsers[in.MediaType]
	if p == nil {
		return rag.Text{}, fmt.Errorf("%s: %w", in.MediaType, parse.ErrUnsupported)
	}
	defer func() {
		if v := recover(); v != nil {
			t, err = rag.Text{}, crash(v, debug.Stack())
		}
	}()
	t, err = p.Parse(ctx, in)
	if errors.Is(err, parse.ErrUnsupported) || errors.Is(err, parse.ErrNoText) {
		return rag.Text{}, err
	}
	if err != nil {
		return rag.Text{}, fmt.Errorf("parsing %s: %w", in.MediaType, err)
	}
	return t, check(t)
}

// crash names the place of a panic: the first function of this program below it.
func crash(v any, stack []byte) error {
	where := ""
	_, below, _ := strings.Cut(string(stack), "\npanic(")
	for line := range strings.Lines(below) {
		if file, ok := strings.CutPrefix(line, "\t"); ok && !strings.Contains(file, "/runtime/") {
			file, _, _ = strings.Cut(file, " +0x")
			where = " at " + file[strings.LastIndexByte(file, '/')+1:]
			break
		}
	}
	return fmt.Errorf("parser crashed: %s%s", firstLine(fmt.Sprint(v)), where)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return parse.Cut(strings.ToValidUTF8(s, "\uFFFD"), 300)
}

// check guards what all that follows relies on.
func check(t rag.Text) error {
	if strings.TrimSpace(t.Text) == "" {
		return fmt.Errorf("%s with nothing but white space or markup: %w", t.MediaType, parse.ErrNoText)
	}
	if !utf8.ValidString(t.Text) {
		return fmt.Errorf("%s: the parser gave invalid UTF-8", t.MediaType)
	}
	end := 0
	for _, s := range t.Sections {
		if s.Start < end || s.End < s.Start || s.End > len(t.Text) {
			return fmt.Errorf("%s: the parser gave a section at %d to %d after %d", t.MediaType, s.Start, s.End, end)
		}
		end = s.End
	}
	return nil
}
