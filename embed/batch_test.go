package embed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	rag "ragserver"
	"ragserver/embed"
)

func batch(t *testing.T, max int, wait time.Duration, e embed.Embedder) embed.Embedder {
	t.Helper()
	b, err := embed.Batch(max, wait, e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// together makes n calls of e at the same time, each with its own text, and
// returns their errors.
func together(ctx context.Context, e embed.Embedder, n int) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { _, errs[i] = e.Embed(ctx, embed.Passage, []string{fmt.Sprint("text", i)}) })
	}
	wg.Wait()
	return errs
}

func TestBatchJoinsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Second
		begun := time.Now()
		for _, err := range together(t.Context(), batch(t, 16, time.Hour, f), 12) {
			if err != nil {
				t.Error(err)
			}
		}
		if got, want := f.sizes(), []int{1, 11}; !slices.Equal(got, want) {
			t.Errorf("got calls of %d texts, want %d", got, want)
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("took %v, want that of two calls", took)
		}
	})
}

func TestFullBatchGoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Second
		begun := time.Now()
		together(t.Context(), batch(t, 4, time.Hour, f), 9)
		if got, want := f.sizes(), []int{1, 4, 4}; !slices.Equal(got, want) {
			t.Errorf("got calls of %d texts, want %d", got, want)
		}
		if took := time.Since(begun); took != time.Second {
			t.Errorf("took %v, want that of one call", took)
		}
	})
}

func TestBatchWaitsNoLongerThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Minute
		begun := time.Now()
		together(t.Context(), batch(t, 100, time.Second, f), 5)
		if took := time.Since(begun); took != time.Minute+time.Second {
			t.Errorf("took %v, want the wait and one call", took)
		}
	})
}

func TestBatchCutsALargeCall(t *testing.T) {
	f := newFake(t)
	texts := make([]string, 25)
	for i := range texts {
		texts[i] = fmt.Sprint("text", i)
	}
	got, err := batch(t, 10, 0, f).Embed(t.Context(), embed.Passage, texts)
	if err != nil {
		t.Fatal(err)
	}
	if n := slices.Max(f.sizes()); n > 10 {
		t.Errorf("got a call of %d texts, want at most 10", n)
	}
	want, err := f.Embedder.Embed(t.Context(), embed.Passage, texts)
	if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got other vectors than without the wrapper, error %v", err)
	}
}

func TestOneCallersEndDoesNotHarmTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Second
		e := batch(t, 10, time.Hour, f)
		go e.Embed(t.Context(), embed.Passage, []string{"first"})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		ended, others := make(chan error), make(chan error)
		go func() { _, err := e.Embed(ctx, embed.Passage, []string{"a"}); ended <- err }()
		synctest.Wait()
		go func() { _, err := e.Embed(t.Context(), embed.Passage, []string{"b"}); others <- err }()
		time.Sleep(time.Second + time.Millisecond) // the joined call is under way
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller that ended: got %v, want %v", err, context.Canceled)
		}
		if err := <-others; err != nil {
			t.Errorf("the other: %v", err)
		}
	})
}

// TestBatchEndsWithItsLastCaller would not end if the goroutine were left.
func TestBatchEndsWithItsLastCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Hour
		e := batch(t, 10, time.Second, f)
		for _, after := range []time.Duration{time.Millisecond, time.Minute} { // waiting, and under way
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), after)
			for _, err := range together(ctx, e, 3) {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
				}
			}
			cancel()
			if took := time.Since(begun); took != after {
				t.Errorf("took %v, want %v", took, after)
			}
		}
		f.delay = 0
		if errs := together(t.Context(), e, 3); errors.Join(errs...) != nil {
			t.Errorf("afterwards: %v", errs)
		}
	})
}

func TestBadTextCostsItsCallerOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Second
		refused := errors.New("refused")
		f.spoil = func(texts []string, v []rag.Vector) ([]rag.Vector, error) {
			if slices.Contains(texts, "text3") {
				return nil, refused
			}
			return v, nil
		}
		for i, err := range together(t.Context(), batch(t, 10, time.Second, f), 6) {
			if errors.Is(err, refused) != (i == 3) {
				t.Errorf("text %d: got error %v", i, err)
			}
		}
	})
}

func TestBatchChecksTheNumberOfVectors(t *testing.T) {
	f := newFake(t)
	f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) { return v[1:], nil }
	if v, err := batch(t, 3, 0, f).Embed(t.Context(), embed.Passage, make([]string, 3)); err == nil || v != nil || !strings.Contains(err.Error(), "expected 3 vectors, got 2") {
		t.Errorf("got %v, %v, want an error with both numbers", v, err)
	}
	if _, err := embed.Batch(0, 0, f); err == nil || !strings.Contains(err.Error(), "at most 0 texts") {
		t.Errorf("got %v, want an error that names the number", err)
	}
}
