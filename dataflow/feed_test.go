package dataflow

import (
	"context"
	"errors"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"
)

// fromFeed runs a graph of one feed until the feed is closed, and returns what
// came in.
func fromFeed(t *testing.T, o Options, send func(ctx context.Context, f *Feed[int]) error) []int {
	t.Helper()
	g := New("feed")
	f := NewFeed[int](g, "numbers")
	all := Collect(f.Stream(), "all")
	work, ctx := errgroup.WithContext(t.Context())
	work.Go(func() error { return g.Run(ctx, o) })
	work.Go(func() error {
		defer f.Close()
		return send(ctx, f)
	})
	check(t, work.Wait())
	return slices.Sorted(slices.Values(all.Values()))
}

func TestFeedTakesChannelsAndIterators(t *testing.T) {
	var want []int
	for i := range 5000 {
		want = append(want, i)
	}
	for _, static := range []bool{false, true} {
		o := Options{Static: static}
		got := fromFeed(t, o, func(ctx context.Context, f *Feed[int]) error {
			ch := make(chan int)
			go func() {
				defer close(ch)
				for _, v := range want {
					ch <- v
				}
			}()
			return f.Consume(ctx, ch)
		})
		if !slices.Equal(got, want) {
			t.Errorf("of a channel %d numbers came in, want %d", len(got), len(want))
		}
		got = fromFeed(t, o, func(ctx context.Context, f *Feed[int]) error {
			return f.InsertAll(ctx, slices.Values(want))
		})
		if !slices.Equal(got, want) {
			t.Errorf("of an iterator %d numbers came in, want %d", len(got), len(want))
		}
	}
}

func TestFeedStopsWithItsContext(t *testing.T) {
	fromFeed(t, Options{}, func(ctx context.Context, f *Feed[int]) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		if err := f.Consume(ctx, make(chan int)); !errors.Is(err, context.Canceled) {
			t.Errorf("Consume returns %v, want that its context was cancelled", err)
		}
		return nil
	})
}

func TestFeedPassesNoZeros(t *testing.T) {
	got := fromFeed(t, Options{Static: true}, func(ctx context.Context, f *Feed[int]) error {
		_, err := f.Send(ctx, Batch[int]{Deltas: []Delta[int]{{1, 0}, {2, +1}}})
		return err
	})
	if !slices.Equal(got, []int{2}) {
		t.Errorf("got %v, want [2]", got)
	}
}

func TestNothingIsSentToAClosedFeed(t *testing.T) {
	fromFeed(t, Options{}, func(ctx context.Context, f *Feed[int]) error {
		f.Close()
		if _, err := f.Insert(ctx, 1); err == nil {
			t.Error("a closed feed takes a value")
		}
		return nil
	})
}
