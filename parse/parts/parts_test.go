package parts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
)

// nest reads "N rest" as a document with N copies of rest inside.
type nest struct{ read int }

func (p *nest) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	p.read++
	var n int
	if _, err := fmt.Sscanf(string(in.Data), "%d", &n); err != nil {
		return rag.Text{}, errors.New("no number")
	}
	_, rest, _ := strings.Cut(string(in.Data), " ")
	c := parts.New(ctx, p)
	for range n {
		if err := c.Add("part.txt", "", []byte(rest)); err != nil {
			return rag.Text{}, err
		}
	}
	return rag.Text{Text: in.Name, Parts: c.Parts(), Warnings: c.Warnings()}, nil
}

func TestPartsOfParts(t *testing.T) {
	got, err := new(nest).Parse(t.Context(), parse.Input{Name: "all", Data: []byte("2 1 x")})
	if err != nil || len(got.Parts) != 2 || len(got.Warnings) != 0 {
		t.Fatalf("got %+v, error %v", got, err)
	}
	second := got.Parts[1]
	if second.Name != "part (2).txt" || second.Size != 3 || len(second.Text.Parts) != 1 || second.Text.Parts[0].Problem != "no number" {
		t.Errorf("the second part is %+v", second)
	}
}

// TestQuine unpacks what holds itself ten times.
func TestQuine(t *testing.T) {
	p := new(nest)
	got, err := p.Parse(t.Context(), parse.Input{Data: []byte(strings.Repeat("10 ", 100))})
	if err != nil || p.read > 6000 || len(got.Warnings) == 0 && !anyWarning(got) {
		t.Errorf("%d documents were read, error %v", p.read, err)
	}
}

func anyWarning(t rag.Text) bool {
	return len(t.Warnings) > 0 || slices.ContainsFunc(t.Parts, func(p rag.Part) bool { return anyWarning(p.Text) })
}

func TestLimitOfBytesHoldsForAll(t *testing.T) {
	p := new(nest)
	c := parts.New(t.Context(), p)
	data := make([]byte, 100<<20)
	for range 4 {
		if err := c.Add("a", "", data); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.Parts()) != 2 || len(c.Warnings()) != 1 || c.Room() >= 100<<20 {
		t.Errorf("%d parts, warnings %q, room for %d", len(c.Parts()), c.Warnings(), c.Room())
	}
}

// long reads all as a text of 20 MiB.
type long struct{}

func (long) Parse(context.Context, parse.Input) (rag.Text, error) {
	return rag.Text{Text: strings.Repeat("x", 20<<20)}, nil
}

func TestLimitOfTextHoldsForAll(t *testing.T) {
	c := parts.New(t.Context(), long{})
	for range 4 {
		if err := c.Add("a", "", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	got := c.Parts()
	if len(got) != 3 || got[1].Problem != "" || !strings.Contains(got[2].Problem, "MiB of text") || got[2].Text.Text != "" || len(c.Warnings()) != 1 || c.Room() != 0 {
		t.Errorf("%d parts, warnings %q, room for %d", len(got), c.Warnings(), c.Room())
	}
}

func TestNamesLeadNowhere(t *testing.T) {
	c := parts.New(t.Context(), nil)
	given := []string{"../../etc/passwd", `C:\x\y.txt`, "/abs", "a//b", "a//b", "", "..", "\xff\x00.pdf", "a/b", strings.Repeat("é", 600) + ".docx"}
	for _, name := range given {
		c.Refuse(name, 1, errors.New("locked"))
	}
	seen := make(map[string]bool)
	for i, p := range c.Parts() {
		if p.Name == "" || seen[p.Name] || strings.Contains(p.Name, "..") || strings.Contains(p.Name, "//") || strings.HasPrefix(p.Name, "/") ||
			!utf8.ValidString(p.Name) || len(p.Name) > 600 || p.Problem != "locked" {
			t.Errorf("%q became %+v", given[i], p)
		}
		seen[p.Name] = true
	}
	if !strings.HasSuffix(c.Parts()[len(given)-1].Name, ".docx") {
		t.Error("a long name lost its extension")
	}
}

func TestEndOfTheContextIsNoProblemOfAPart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := parts.New(ctx, new(nest)).Add("a", "", []byte("0")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
