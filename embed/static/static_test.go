package static_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"ragserver/embed"
	"ragserver/embed/embedtest"
	"ragserver/embed/static"
)

//go:embed model/golden.json
var golden []byte

func open(t testing.TB) *static.Embedder {
	t.Helper()
	e, err := static.New(static.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestConformance(t *testing.T) {
	embedtest.Run(t, func(t *testing.T) embed.Embedder { return open(t) })
}

func TestGolden(t *testing.T) {
	var want struct {
		Tolerance float64
		Cases     []struct {
			Text   string
			IDs    []uint32
			First8 []float64
		}
	}
	if err := json.Unmarshal(golden, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Cases) < 50 {
		t.Fatalf("got %d cases, want the model's 51", len(want.Cases))
	}
	e := open(t)
	for _, c := range want.Cases {
		if ids := slices.Collect(e.Tokenizer().Tokens(c.Text)); !slices.Equal(ids, c.IDs) {
			t.Errorf("%.60q: got tokens %d, want %d", c.Text, ids, c.IDs)
		}
		vectors, err := e.Embed(t.Context(), embed.Passage, []string{c.Text})
		if err != nil {
			t.Fatal(err)
		}
		got := vectors[0]
		if zero := !slices.ContainsFunc(c.First8, func(x float64) bool { return x != 0 }); zero != (got == nil) {
			t.Errorf("%.60q: got vector %v, want none: %t", c.Text, got, zero)
			continue
		}
		for i := range got[:min(8, len(got))] {
			if math.Abs(float64(got[i])-c.First8[i]) > want.Tolerance {
				t.Errorf("%.60q: dimension %d: got %v, want %v", c.Text, i, got[i], c.First8[i])
			}
		}
	}
}

func TestUnknownTextHasNoVector(t *testing.T) {
	vectors, err := open(t).Embed(t.Context(), embed.Query, []string{"", " \n", "\U0001F600\U0001F600", "[UNK]", strings.Repeat("x", 1000), "word"})
	if err != nil {
		t.Fatal(err)
	}
	for i, none := range []bool{true, true, true, false, true, false} {
		if (vectors[i] == nil) != none {
			t.Errorf("text %d: got a vector of %d dimensions, want none: %t", i, len(vectors[i]), none)
		}
	}
}

// TestRepeatedPunctuationCountsOnce also sees that a repeated word counts more.
func TestRepeatedPunctuationCountsOnce(t *testing.T) {
	vectors, err := open(t).Embed(t.Context(), embed.Passage, []string{"cat - dog", "cat - - - dog - -", "cat - dog dog"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(vectors[0], vectors[1]) {
		t.Error("repeated dashes changed the vector")
	}
	if slices.Equal(vectors[0], vectors[2]) {
		t.Error("a repeated word did not change the vector")
	}
}

func TestCancelledInTheMiddleOfAText(t *testing.T) {
	e := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	late := &lateContext{Context: ctx, cancel: cancel}
	if _, err := e.Embed(late, embed.Passage, []string{strings.Repeat("word ", 1<<17)}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	vectors, err := e.Embed(t.Context(), embed.Passage, []string{"cat", ""})
	if err != nil || vectors[1] != nil {
		t.Errorf("after it, an empty text: got %v, %v, want no vector: counts were left behind", vectors, err)
	}
}

// A lateContext ends when it is asked for the second time.
type lateContext struct {
	context.Context
	cancel func()
	asked  int
}

func (c *lateContext) Err() error {
	if c.asked++; c.asked == 2 {
		c.cancel()
	}
	return c.Context.Err()
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := static.New(static.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEmbed embeds chunks of 200 tokens of the model card.
func BenchmarkEmbed(b *testing.B) {
	e := open(b)
	texts := chunks(b, e, 200)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, err := e.Embed(b.Context(), embed.Passage, texts[n%len(texts):][:1]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "chunks/s")
}

func BenchmarkCount(b *testing.B) {
	e := open(b)
	texts := chunks(b, e, 200)
	n := 0
	for b.Loop() {
		e.Tokenizer().Count(texts[n%len(texts)])
		n++
	}
	b.ReportMetric(float64(200*n)/b.Elapsed().Seconds(), "tokens/s")
}

//go:embed model/MODEL_CARD.md
var card string

// chunks cuts the model card into texts of about n tokens.
func chunks(b *testing.B, e *static.Embedder, n int) []string {
	b.Helper()
	var texts []string
	from, count := 0, 0
	for i := 0; i < len(card); i++ {
		if card[i] != ' ' && card[i] != '\n' {
			continue
		}
		if count = e.Tokenizer().Count(card[from:i]); count >= n {
			texts = append(texts, card[from:i])
			from = i
		}
	}
	return texts
}
