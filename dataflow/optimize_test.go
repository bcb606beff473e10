package dataflow

import (
	"fmt"
	"strings"
	"testing"
)

// planned is a graph in which everything that the optimiser does can be done.
func planned(a, b Stream[event]) Stream[string] {
	even := func(e event) bool { return e.N%2 == 0 }
	all := Concat(a, Negate(b), b)
	first := Reduce(KeyBy(Filter(all, even), eventKey), "", Count[event]())
	again := Reduce(KeyBy(Filter(all, even), eventKey), "", Count[event]())
	counts := FilterKey(first, func(k string) bool { return k != "c" })
	text := func(c Keyed[string, int]) string { return fmt.Sprint(c.Key, c.Value) }
	Map(again, text) // nothing reads it
	late := Filter(Concat(a, b), func(e event) bool { return e.T > 10 })
	return Concat(Map(counts, text), Map(again, text), Map(late, func(e event) string { return e.K }))
}

func TestOptimisedPlanGivesTheSame(t *testing.T) {
	for _, literal := range []bool{false, true} {
		o := operatorTest[event, event, string]{
			a: randomEvent, b: randomEvent, literal: literal,
			build: planned,
			naive: func(h []moment[event, event]) []string {
				n := make(map[string]int)
				var list []string
				for _, e := range presentA(h) {
					if e.N%2 == 0 {
						n[e.K]++
					}
				}
				for _, e := range append(presentA(h), presentB(h)...) {
					if e.T > 10 {
						list = append(list, e.K)
					}
				}
				for k, n := range n {
					list = append(list, fmt.Sprint(k, n))
					if k != "c" {
						list = append(list, fmt.Sprint(k, n))
					}
				}
				return list
			},
		}
		o.check(t)
	}
}

func TestExplainShowsTheGraphBeforeAndAfter(t *testing.T) {
	g := New("shop")
	a, b := NewFeed[event](g, "a"), NewFeed[event](g, "b")
	Collect(planned(a.Stream(), b.Stream()), "out")
	perKey := Reduce(KeyBy(Concat(b.Stream(), a.Stream()), eventKey), "sizes", Count[event]())
	Collect(FilterKey(perKey, func(k string) bool { return k == "a" }), "size of a")
	const want = `runs:
  feed "a"
  feed "b"
  filter#5 <- feed "a"
  filter#5 | negate#3 <- feed "b"
  filter#5 <- feed "b"
  concat#4 <- filter#5, negate#3, filter#5
  keyby#6 <- concat#4
  reduce#7 <- keyby#6
  filterkey#11 | map#15 <- reduce#7
  map#16 <- reduce#7
  filter#14 <- feed "a"
  filter#14 <- feed "b"
  concat#13 <- filter#14, filter#14
  map#17 <- concat#13
  concat#18 <- map#15, map#16, map#17
  sink "out" <- concat#18
  filter#23 <- feed "b"
  filter#23 <- feed "a"
  concat#20 <- filter#23, filter#23
  keyby#21 <- concat#20
  reduce "sizes" <- keyby#21
  sink "size of a" <- reduce "sizes"
`
	defined, runs, _ := strings.Cut(g.Explain(), "runs:\n")
	if runs = "runs:\n" + runs; runs != want {
		t.Errorf("got\n%swant\n%s", runs, want)
	}
	for _, line := range []string{"dataflow shop\ndefined:\n", "  reduce#10 <- keyby#9\n", "  map#12 <- reduce#10\n", "  filterkey#23 <- reduce \"sizes\"\n"} {
		if !strings.Contains(defined, line) {
			t.Errorf("the definition is without %q:\n%s", line, defined)
		}
	}
}
