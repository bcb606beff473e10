// Package parsetest checks that a parser keeps the contract of parse.Parser.
package parsetest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
)

// Run checks p with each of the documents, which it must read, with damaged
// copies of them, and with bytes that are no document at all.
func Run(t *testing.T, p parse.Parser, documents ...parse.Input) {
	t.Helper()
	for _, in := range documents {
		t.Run("reads "+in.Name, func(t *testing.T) { reads(t, p, in) })
		t.Run("stops "+in.Name, func(t *testing.T) { stops(t, p, in) })
		t.Run("damaged "+in.Name, func(t *testing.T) {
			for _, data := range damaged(in.Data) {
				Survives(t, p, parse.Input{Name: in.Name, Data: data})
			}
		})
	}
	t.Run("no document", func(t *testing.T) {
		for _, data := range nonsense() {
			Survives(t, p, parse.Input{Name: "nonsense", Data: data})
		}
	})
}

func reads(t *testing.T, p parse.Parser, in parse.Input) {
	before := bytes.Clone(in.Data)
	first, err := p.Parse(t.Context(), in)
	if err != nil {
		t.Fatalf("parsing %s: %v", in.Name, err)
	}
	Check(t, first)
	if !bytes.Equal(in.Data, before) {
		t.Error("the parser changed its input")
	}
	again, err := p.Parse(t.Context(), in)
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Errorf("a second parse gave another result, error %v", err)
	}
	if strings.TrimSpace(first.Text) != "" && len(first.Sections) == 0 {
		t.Error("text without sections")
	}
	if first.MediaType == "" || first.Parser == "" {
		t.Errorf("media type %q, parser %q: want both", first.MediaType, first.Parser)
	}
	for i := range in.Data {
		in.Data[i] = 'x'
	}
	if !reflect.DeepEqual(first, again) {
		t.Error("the result changed with the input: the parser kept it")
	}
	copy(in.Data, before)
}

func stops(t *testing.T, p parse.Parser, in parse.Input) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Parse(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}

// Survives checks that p gives a sound text or an error for in.
func Survives(t testing.TB, p parse.Parser, in parse.Input) {
	t.Helper()
	got, err := p.Parse(context.Background(), in)
	if err != nil {
		if err.Error() == "" {
			t.Error("an error without a word")
		}
		return
	}
	Check(t, got)
}

// Check checks what every result must keep: valid UTF-8, and sections in order
// that do not overlap, are not blank, and begin and end on characters.
func Check(t testing.TB, got rag.Text) {
	t.Helper()
	if !utf8.ValidString(got.Text) {
		t.Error("the text is not valid UTF-8")
	}
	end := 0
	for i, s := range got.Sections {
		if s.Start < end || s.End <= s.Start || s.End > len(got.Text) {
			t.Fatalf("section %d is at %d to %d of %d, after %d", i, s.Start, s.End, len(got.Text), end)
		}
		end = s.End
		if !boundary(got.Text, s.Start) || !boundary(got.Text, s.End) {
			t.Errorf("section %d, %d to %d, cuts a character", i, s.Start, s.End)
		}
		checkSection(t, i, s)
	}
}

func checkSection(t testing.TB, i int, s rag.Section) {
	t.Helper()
	if s.Kind == "" {
		t.Errorf("section %d has no kind", i)
	}
	if (s.Kind == rag.Heading) != (s.Level > 0) {
		t.Errorf("section %d is a %s of level %d", i, s.Kind, s.Level)
	}
	if s.Kind == rag.Heading && len(s.Heading) == 0 {
		t.Errorf("section %d is a heading without a path", i)
	}
	for _, h := range s.Heading {
		if !utf8.ValidString(h) {
			t.Errorf("section %d: heading %q is not valid UTF-8", i, h)
		}
	}
}

func boundary(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

// damaged returns copies of data that are cut short, have bytes changed, or have
// parts repeated and left out. They are the same in every run.
func damaged(data []byte) [][]byte {
	r := rand.New(rand.NewPCG(1, uint64(len(data))))
	var out [][]byte
	for range 20 {
		if len(data) < 2 {
			break
		}
		out = append(out, data[:r.IntN(len(data))])
		c := bytes.Clone(data)
		for range 1 + r.IntN(8) {
			c[r.IntN(len(c))] = byte(r.IntN(256))
		}
		i, j := r.IntN(len(c)), r.IntN(len(c))
		out = append(out, c, append(c[:i:i], c[j:]...))
	}
	return out
}

func nonsense() [][]byte {
	r := rand.New(rand.NewPCG(2, 3))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(r.IntN(256))
	}
	var out [][]byte
	for _, s := range []string{"", "\x00", "\xFF", "\xFF\xFE", "\xFE\xFF\x00", "\xEF\xBB\xBF", "\r", "\n\n", "\u00A0\u2028", "---\n", "\"", "{", "[", "<", "<a", "%PDF-", "From ", "a:\n"} {
		out = append(out, []byte(s))
	}
	for _, s := range []string{"(", "[", "{\"a\":", "<b>", "> ", "- ", "\"", ",", "&", "\x00", "\n", "*a ", "`", "|", "  "} {
		out = append(out, bytes.Repeat([]byte(s), 3000))
	}
	return append(out, noise)
}
