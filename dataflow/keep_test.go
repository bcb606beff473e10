package dataflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// keepSink records what it is told at start.
type keepSink struct {
	nothing[int]
	told []string
}

func (s *keepSink) Write(tx *Tx, _ Epoch, batch []Delta[int]) error {
	for _, d := range batch {
		tx.Put([]byte("sum"), fmt.Append(nil, d.Value))
	}
	return nil
}

func (s *keepSink) Recover(get func([]byte) ([]byte, error)) error {
	if get == nil {
		s.told = append(s.told, "nothing outlives this")
		return nil
	}
	b, err := get([]byte("sum"))
	s.told = append(s.told, string(b))
	return err
}

// keepRun runs a graph of a feed and a keepSink while do sends.
func keepRun(t *testing.T, b Backend, do func(context.Context, *Feed[int])) *keepSink {
	t.Helper()
	g, sink := New("keep"), new(keepSink)
	f := NewFeed[int](g, "in")
	To(f.Stream(), "out", sink)
	ran := make(chan error, 1)
	go func() { ran <- g.Run(t.Context(), Options{Backend: b, Workers: 2}) }()
	do(t.Context(), f)
	f.Close()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	return sink
}

func keepText(k, v string) Write { return Write{Key: []byte(k), Value: []byte(v)} }

func TestKeptWithTheDeltas(t *testing.T) {
	b := Memory()
	keepRun(t, b, func(ctx context.Context, f *Feed[int]) {
		for _, batch := range []Batch[int]{
			{Deltas: []Delta[int]{{7, 1}}, Keep: []Write{keepText("a1", "x"), keepText("b1", "z")}},
			{Keep: []Write{keepText("a2", "y")}},
			{Keep: []Write{{Key: []byte("b1"), Delete: true}}},
		} {
			if _, err := f.Send(ctx, batch); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if v, err := f.Kept([]byte("a2")); err != nil || string(v) != "y" {
			t.Errorf("after Flush a2 is %q, %v", v, err)
		}
	})
	sink := keepRun(t, b, func(_ context.Context, f *Feed[int]) {
		var got []string
		err := f.EachKept([]byte("a"), func(k, v []byte) error {
			got = append(got, string(k)+"="+string(v))
			return nil
		})
		if want := []string{"a1=x", "a2=y"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("kept %q, %v, want %q", got, err, want)
		}
		if v, err := f.Kept([]byte("b1")); err != nil || v != nil {
			t.Errorf("what was removed is %q, %v", v, err)
		}
		if durable, err := f.Durable(t.Context()); err != nil || !durable {
			t.Errorf("durable %v, %v", durable, err)
		}
	})
	if want := []string{"7"}; !slices.Equal(sink.told, want) {
		t.Errorf("the sink was told %q, want %q", sink.told, want)
	}
}

func TestNothingIsKeptWithoutBackend(t *testing.T) {
	sink := keepRun(t, nil, func(_ context.Context, f *Feed[int]) {
		if durable, err := f.Durable(t.Context()); err != nil || durable {
			t.Errorf("durable %v, %v", durable, err)
		}
	})
	if want := []string{"nothing outlives this"}; !slices.Equal(sink.told, want) {
		t.Errorf("the sink was told %q, want %q", sink.told, want)
	}
}

type keepRefuses struct{ nothing[int] }

func (*keepRefuses) Recover(func([]byte) ([]byte, error)) error { return errKilled }

func TestSinkThatCannotRecoverEndsRun(t *testing.T) {
	g := New("refuses")
	f := NewFeed[int](g, "in")
	To(f.Stream(), "out", Sink[int](new(keepRefuses)))
	if err := g.Run(t.Context(), Options{}); !errors.Is(err, errKilled) {
		t.Fatalf("Run returned %v", err)
	}
	if err := f.Flush(t.Context()); err != nil {
		t.Errorf("flushing nothing: %v", err)
	}
	if _, err := f.Insert(t.Context(), 1); !errors.Is(err, ErrEnded) {
		t.Errorf("sending to a graph that did not start: %v", err)
	}
}
