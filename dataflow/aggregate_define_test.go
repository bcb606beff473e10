package dataflow

import (
	"slices"
	"strings"
	"testing"
)

func TestAggregatorsWithoutTheirFunctionsAreRefused(t *testing.T) {
	all := Count[event]()
	for name, define := range map[string]func(Stream[event]){
		"sum":            func(s Stream[event]) { GroupBy(s, "", eventKey, Sum[event, int](nil)) },
		"avg":            func(s Stream[event]) { GroupBy(s, "", eventKey, Avg[event, int](nil)) },
		"min":            func(s Stream[event]) { GroupBy(s, "", eventKey, Min[event, int](nil)) },
		"max":            func(s Stream[event]) { GroupBy(s, "", eventKey, Max[event, int](nil)) },
		"minby":          func(s Stream[event]) { GroupBy(s, "", eventKey, MinBy[event, int](nil)) },
		"maxby":          func(s Stream[event]) { GroupBy(s, "", eventKey, MaxBy[event, int](nil)) },
		"topk":           func(s Stream[event]) { GroupBy(s, "", eventKey, TopK(0, eventByTime)) },
		"sorted":         func(s Stream[event]) { GroupBy(s, "", eventKey, SortedTuple[event, int](nil)) },
		"sortedfunc":     func(s Stream[event]) { GroupBy(s, "", eventKey, SortedFunc[event](nil)) },
		"distinct":       func(s Stream[event]) { GroupBy(s, "", eventKey, CountDistinct[event, int](nil)) },
		"precision":      func(s Stream[event]) { GroupBy(s, "", eventKey, CountDistinctApprox(7, eventN)) },
		"fold":           func(s Stream[event]) { GroupBy(s, "", eventKey, Fold[event, int, int](0, nil, nil)) },
		"foldall":        func(s Stream[event]) { GroupBy(s, "", eventKey, FoldAll[event, int](nil)) },
		"statefulmany":   func(s Stream[event]) { GroupBy(s, "", eventKey, StatefulMany[event, int](nil)) },
		"statefulsingle": func(s Stream[event]) { GroupBy(s, "", eventKey, StatefulSingle[event, int](nil)) },
		"combine":        func(s Stream[event]) { GroupBy(s, "", eventKey, Combine2[event, int, int, int](all, all, nil)) },
		"deduplicate":    func(s Stream[event]) { Deduplicate(KeyBy(s, eventKey), "", nil) },
		"no aggregator":  func(s Stream[event]) { GroupBy(s, "", eventKey, Aggregator[event, int]{}) },
	} {
		g := New("bad")
		define(NewFeed[event](g, "in").Stream())
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// What is missing inside of a combination is what is reported.
func TestCombinationsNameWhatIsMissing(t *testing.T) {
	g := New("bad")
	in := NewFeed[event](g, "in").Stream()
	three := Combine3(Count[event](), Sum[event, int](nil), Min(eventN), func(a, b, c int) int { return a + b + c })
	GroupBy(in, "", eventKey, three)
	if err := g.Validate(); err == nil || !strings.Contains(err.Error(), "sum of int needs a function") {
		t.Errorf("the error is %v", err)
	}
}

func TestNothingIsMadeOfTheZeroStream(t *testing.T) {
	if s := Distinct(Stream[int]{}, "d"); s.n != nil {
		t.Error("Distinct of nothing is something")
	}
	if s := Deduplicate(Stream[Keyed[string, int]]{}, "d", nil); s.n != nil {
		t.Error("Deduplicate of nothing is something")
	}
	if s := DistinctBy(Stream[int]{}, "d", itself[int]); s.n != nil {
		t.Error("DistinctBy of nothing is something")
	}
}

// The planner takes two aggregators for one only if they do the same.
func TestAggregatorsAreEqualIfTheyDoTheSame(t *testing.T) {
	largest := func(e event) int { return e.N }
	concat := func(a, b int) int { return a + b }
	if a, b := Sum(eventN), Sum(eventN); !slices.Equal(a.same, b.same) {
		t.Error("two sums of the same are not equal")
	}
	three := func() Aggregator[event, int] {
		return Combine2(Count[event](), Max(largest), concat)
	}
	if a, b := three(), three(); !slices.Equal(a.same, b.same) {
		t.Error("two combinations of the same are not equal")
	}
	different := []Aggregator[event, int]{
		Sum(eventN), Sum(largest), Min(eventN), Max(eventN), CountDistinct(eventN),
		CountDistinctApprox(10, eventN), CountDistinctApprox(11, eventN), Count[event](), three(),
		Combine2(Max(largest), Count[event](), concat),
	}
	for i, a := range different {
		for _, b := range different[:i] {
			if slices.Equal(a.same, b.same) {
				t.Errorf("%s and %s are taken for one", a.name, b.name)
			}
		}
	}
}
