package bm25

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

func TestConfig(t *testing.T) {
	bad := map[string]Config{
		"K1":                   {K1: -1},
		"B is":                 {B: 1.1},
		"boost of the title":   {Boosts: Boosts{Title: 0.3}},
		"boost of the heading": {Boosts: Boosts{Heading: -1}},
		"boost of the body":    {Boosts: Boosts{Body: math.NaN()}},
		"klingon":              {Analyzer: "klingon"},
	}
	for want, c := range bad {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got error %v, want one that names %q", c, err, want)
		}
	}
	w, err := Config{Boosts: Boosts{Title: 2.5, Heading: 1.5}}.withDefaults().check()
	if want := (weights{[fields]uint32{5, 3, 2}, 2}); err != nil || w != want {
		t.Errorf("weights are %v, %v; want %v", w, err, want)
	}
}

// doneAfter is a context that is done when it was asked so often.
type doneAfter struct {
	context.Context
	left int
}

func (c *doneAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestAnApplyThatFailsLeavesNothing ends one in the middle, after chunks were
// added to the head that readers look at and to others.
func TestAnApplyThatFailsLeavesNothing(t *testing.T) {
	for _, n := range []int{100, maxHead + 500} {
		l, fresh := open(t, Config{}), open(t, Config{})
		defer l.Close()
		defer fresh.Close()
		var changes []index.Change
		for i := range n {
			changes = append(changes, indextest.Add(i, index.Row(i)))
		}
		apply(t, l, 1, changes[:20]...)
		err := l.Apply(&doneAfter{t.Context(), n / 64}, 2, changes[20:])
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Apply: %v, want it to be cancelled", err)
		}
		if got := l.Snapshot().Len(); got != 20 {
			t.Fatalf("Len = %d after it failed, want 20", got)
		}
		apply(t, fresh, 1, changes[:20]...)
		sameAnswers(t, l, fresh)
		apply(t, l, 2, changes[20:]...)
		apply(t, fresh, 2, changes[20:]...)
		sameAnswers(t, l, fresh)
		l.settle()
		sameAnswers(t, l, fresh)
	}
}

func sameAnswers(t *testing.T, a, b *Leg) {
	t.Helper()
	for _, text := range []string{"river mountain", "velvet umbrella anchor", "unique7q engine"} {
		x, errX := a.Snapshot().Search(t.Context(), index.Query{Text: text, K: 50})
		y, errY := b.Snapshot().Search(t.Context(), index.Query{Text: text, K: 50})
		if errX != nil || errY != nil || len(x) != len(y) || len(x) == 0 {
			t.Fatalf("%s: %d and %d results, %v, %v", text, len(x), len(y), errX, errY)
		}
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%s: result %d is %v and %v", text, i, x[i], y[i])
			}
		}
	}
}

// TestReadersBesideWriterAndMerges has snapshots that answer the same for as
// long as they are held, while chunks come and go, are merged and saved.
func TestReadersBesideWriterAndMerges(t *testing.T) {
	h := newHistory(t, Config{}, 6000)
	defer h.leg.Close()
	h.step(t, 3000)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := holdStill(h.leg, []string{"w1x w9x w100x", "w3x", `+w2x "w1x w1x"`}[i]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	last := ""
	for i := range 24 {
		h.step(t, []int{1, 3500, 30}[i%3])
		if i%8 == 7 {
			last = saved1(t, h.leg, last)
		}
	}
	close(done)
	wg.Wait()
	h.leg.settle()
	for range 5 {
		h.compare(t)
	}
}

func holdStill(l *Leg, text string) error {
	s := l.Snapshot()
	defer s.Close()
	q := index.Query{Text: text, K: 20, Syntax: true}
	first, err := s.Search(context.Background(), q)
	if err != nil {
		return err
	}
	for range 3 {
		rows := make([]index.Row, len(first))
		for i, f := range first {
			rows[i] = f.Row
		}
		again, scores, err := index.SearchScore(context.Background(), s, q, rows)
		if err != nil {
			return err
		}
		for i, f := range first {
			if i >= len(again) || again[i] != f || scores[i] != f.Score {
				return errors.New("a snapshot has changed")
			}
		}
	}
	return nil
}

func TestPlan(t *testing.T) {
	h := newHistory(t, Config{}, 600)
	h.step(t, 900)
	h.reload(t, Config{}, "")
	defer h.leg.Close()
	var p index.Plan
	s := h.leg.Snapshot()
	defer s.Close()
	if _, err := s.Search(t.Context(), index.Query{Text: "w0x w500x", K: 1, Plan: &p}); err != nil {
		t.Fatal(err)
	}
	if p.Method != "maxscore" || p.Scored == 0 || p.Scored > 600 {
		t.Errorf("the plan is %+v", p)
	}
}

func TestALongTextIsIndexed(t *testing.T) {
	l := open(t, Config{})
	defer l.Close()
	var b strings.Builder
	for n := range 100_000 {
		b.WriteString(indextest.Word(n))
		b.WriteByte(' ')
	}
	fill(t, l, index.Text{Body: b.String()}, index.Text{Body: strings.Repeat("river ", 100_000)}, index.Text{Body: "short"})
	for text, want := range map[string]index.Row{indextest.Word(99_999): 0, "river": 1, "short": 2} {
		if got := rowsOf(t, l, text); len(got) != 1 || got[0] != want {
			t.Errorf("%s: found %v, want %d", text, got, want)
		}
	}
	dir := saved1(t, l, "")
	l = load(t, dir)
	if got := rowsOf(t, l, `"unique77q unique78q"`); len(got) != 1 || got[0] != 0 {
		t.Errorf("a phrase in a long text: found %v", got)
	}
}
