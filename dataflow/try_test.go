package dataflow

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func half(e event) (int, error) {
	switch {
	case e.N == 4:
		panic("four")
	case e.N%2 != 0:
		return e.N, fmt.Errorf("%d is odd", e.N)
	}
	return e.N / 2, nil
}

func TestTryMapHasEveryValueOnOneSide(t *testing.T) {
	operatorTest[event, struct{}, string]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[string] {
			good, bad := TryMap(a, half)
			return Concat(
				Map(good, func(n int) string { return fmt.Sprint(n) }),
				Map(bad, func(f Failure[event]) string { return f.Value.K + ": " + f.Err }))
		},
		naive: func(h []moment[event, struct{}]) (list []string) {
			for _, e := range presentA(h) {
				switch e.N {
				case 0, 2:
					list = append(list, fmt.Sprint(e.N/2))
				case 4:
					list = append(list, e.K+": panic: four")
				default:
					list = append(list, fmt.Sprintf("%s: %d is odd", e.K, e.N))
				}
			}
			return list
		},
	}.check(t)
}

func TestTryMapCallsOnce(t *testing.T) {
	g := New("once")
	in := NewFeed[string](g, "in")
	calls := 0
	good, bad := TryMap(in.Stream(), func(s string) (string, error) {
		calls++
		if s == "" {
			return "", errors.New("empty")
		}
		return s, nil
	})
	results, failures := Collect(good, "good"), Collect(bad, "bad")
	s, err := startStepper(t.Context(), g, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.step(t.Context(), func() {
		deliver(t, in, Batch[string]{Deltas: []Delta[string]{{"x", +1}, {"", +1}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(results.Values(), failures.Values(), calls); got != "[x] [{ empty}] 2" {
		t.Errorf("results, failures and calls are %s", got)
	}
}

func TestTryMapWithoutAFunction(t *testing.T) {
	g := New("none")
	TryMap[string, string](NewFeed[string](g, "in").Stream(), nil)
	if err := g.Validate(); err == nil || !strings.Contains(err.Error(), "has no function") {
		t.Errorf("error %v", err)
	}
}
