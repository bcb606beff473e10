// Package embedtest holds the tests that every embed.Embedder passes.
package embedtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	rag "ragserver"
	"ragserver/embed"
)

// Run tests the embedders that open returns. Each subtest opens its own; a
// server that it needs is closed by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) embed.Embedder) {
	for name, test := range map[string]func(*testing.T, embed.Embedder){
		"order":       testOrder,
		"unit length": testUnitLength,
		"stable":      testStable,
		"batches":     testBatches,
		"concurrency": testConcurrency,
		"no texts":    testNoTexts,
		"empty text":  testEmptyText,
		"huge text":   testHugeText,
		"any bytes":   testAnyBytes,
		"cancelled":   testCancelled,
		"space":       testSpace,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// texts are alike to no model.
var texts = []string{
	"The river rises in the mountains.",
	"A database commits a transaction.",
	"Bread is made of flour, water and salt.",
	"The court heard the appeal on Monday.",
	"Stars burn hydrogen into helium.",
}

func must(t *testing.T, e embed.Embedder, role embed.Role, texts ...string) []rag.Vector {
	t.Helper()
	vectors, err := e.Embed(t.Context(), role, texts)
	if err != nil {
		t.Fatalf("embedding %d texts: %v", len(texts), err)
	}
	if len(vectors) != len(texts) {
		t.Fatalf("got %d vectors for %d texts", len(vectors), len(texts))
	}
	return vectors
}

// same reports whether a and b are equal up to what the order of a sum may
// change.
func same(a, b rag.Vector) bool {
	if len(a) != len(b) {
		return false
	}
	var square float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		square += d * d
	}
	return square < 1e-6
}

func testOrder(t *testing.T, e embed.Embedder) {
	forth := must(t, e, embed.Passage, texts...)
	turned := slices.Clone(texts)
	slices.Reverse(turned)
	back := must(t, e, embed.Passage, turned...)
	for i, v := range forth {
		if !same(v, back[len(back)-1-i]) {
			t.Errorf("%q has another vector in another place", texts[i])
		}
		for j := range i {
			if same(v, forth[j]) {
				t.Errorf("%q and %q have one vector", texts[i], texts[j])
			}
		}
	}
}

func testUnitLength(t *testing.T, e embed.Embedder) {
	for _, role := range []embed.Role{embed.Passage, embed.Query} {
		for i, v := range must(t, e, role, texts...) {
			if err := unit(v); err != nil {
				t.Errorf("%q: %v", texts[i], err)
			}
		}
	}
}

func unit(v rag.Vector) error {
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if !(math.Abs(square-1) < 1e-4) {
		return fmt.Errorf("got a vector of length %v, want 1", math.Sqrt(square))
	}
	return nil
}

func testStable(t *testing.T, e embed.Embedder) {
	once, again := must(t, e, embed.Query, texts...), must(t, e, embed.Query, texts...)
	for i := range once {
		if !same(once[i], again[i]) {
			t.Errorf("%q has another vector the second time", texts[i])
		}
	}
}

func testBatches(t *testing.T, e embed.Embedder) {
	many := slices.Repeat(texts, 60) // more than providers take at once
	vectors := must(t, e, embed.Passage, many...)
	for i, text := range texts {
		alone := must(t, e, embed.Passage, text)[0]
		for j := i; j < len(many); j += len(texts) {
			if !same(vectors[j], alone) {
				t.Fatalf("%q: vector %d of %d is not the one it has alone", text, j, len(many))
			}
		}
	}
}

func testConcurrency(t *testing.T, e embed.Embedder) {
	want := must(t, e, embed.Passage, texts...)
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range texts {
				at := (g + i) % len(texts)
				got, err := e.Embed(t.Context(), embed.Passage, texts[at:at+1])
				if err != nil || len(got) != 1 || !same(got[0], want[at]) {
					t.Errorf("beside others: %q: got %d vectors and error %v, want the one it has alone", texts[at], len(got), err)
				}
			}
		})
	}
	wg.Wait()
}

func testNoTexts(t *testing.T, e embed.Embedder) {
	must(t, e, embed.Passage)
}

// fine fails the test unless each vector is nil or one of the space.
func fine(t *testing.T, e embed.Embedder, vectors []rag.Vector) {
	t.Helper()
	for i, v := range vectors {
		if v == nil {
			continue
		}
		if want := e.Space().Dimensions; len(v) != want {
			t.Errorf("vector %d: got %d dimensions, want %d", i, len(v), want)
		}
		if err := unit(v); err != nil {
			t.Errorf("vector %d: %v", i, err)
		}
	}
}

func testEmptyText(t *testing.T, e embed.Embedder) {
	want := must(t, e, embed.Passage, texts[0])[0]
	got := must(t, e, embed.Passage, "", texts[0], " \n\t", "")
	fine(t, e, got)
	if !same(got[1], want) {
		t.Errorf("%q has another vector between empty texts", texts[0])
	}
}

func testHugeText(t *testing.T, e embed.Embedder) {
	fine(t, e, must(t, e, embed.Passage, strings.Repeat(texts[0]+" ", 20_000), strings.Repeat("x", 100_000)))
}

func testAnyBytes(t *testing.T, e embed.Embedder) {
	fine(t, e, must(t, e, embed.Query, "\xff\xfe river", "\x00", "\xed\xa0\x80", "a\u0301\u200d\U0001F469\u200d\U0001F680 العربية 中文", "\ufffd"))
}

func testCancelled(t *testing.T, e embed.Embedder) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := e.Embed(ctx, embed.Passage, texts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %d vectors and error %v, want %v", len(v), err, context.Canceled)
	}
	must(t, e, embed.Passage, texts...) // the next call is not harmed
}

func testSpace(t *testing.T, e embed.Embedder) {
	before := e.Space()
	v := must(t, e, embed.Passage, texts[0])[0]
	after := e.Space()
	if before.ID == "" || before.ID != after.ID {
		t.Errorf("got the ID %q before and %q after a call, want one that stays", before.ID, after.ID)
	}
	if before.Dimensions != 0 && before.Dimensions != after.Dimensions {
		t.Errorf("got %d dimensions before and %d after a call", before.Dimensions, after.Dimensions)
	}
	if after.Dimensions != len(v) {
		t.Errorf("got %d dimensions in Space, want those of a vector, %d", after.Dimensions, len(v))
	}
	if after.Share < 0 || after.Share > 1 {
		t.Errorf("got share %v, want one from 0 to 1", after.Share)
	}
}
