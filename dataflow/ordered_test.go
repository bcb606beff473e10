package dataflow

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// orderedOf returns an empty collection in the order of the times of events.
func orderedOf[V any](by func(V) Time) *ordered[Time, V] {
	c := CBOR[V]()
	return &ordered[Time, V]{kind: &orderedKind[Time, V]{by, tieOf(c), c, true}}
}

func (o *ordered[X, V]) list(view int) (list []V) {
	for p := (orderedPlace{}); o.get(p) != nil; p = o.next(p) {
		for range o.get(p).count(view) {
			list = append(list, o.get(p).value)
		}
	}
	return list
}

// Thousands of values, which split chunks and join them, are in order in both
// views, and are the same when they are read back.
func TestOrderedIsASortedList(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	o := orderedOf(eventTime)
	records := make(map[string][]byte)
	var model []event
	compare := func(a, b event) int {
		return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.K, b.K), cmp.Compare(a.N, b.N))
	}
	for epoch := range 60 {
		was := slices.Clone(model)
		grow := epoch%20 < 12
		for range 1 + r.IntN(1500) {
			if len(model) > 0 && r.IntN(4) > 0 != grow {
				i := r.IntN(len(model))
				o.add(model[i], -1)
				model = slices.Delete(model, i, i+1)
				continue
			}
			e := event{K: "k", N: r.IntN(3), T: Time(r.IntN(4000))}
			o.add(e, +1)
			i, _ := slices.BinarySearchFunc(model, e, compare)
			model = slices.Insert(model, i, e)
		}
		if !slices.Equal(o.list(viewOld), was) || !slices.Equal(o.list(viewNow), model) {
			t.Fatalf("seed %d, epoch %d: not what was put in", seed, epoch)
		}
		o.settle()
		checkChunks(t, o)
		if err := o.save(func(record, value []byte) {
			if records[string(record)] = value; value == nil {
				delete(records, string(record))
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	again := orderedOf(eventTime)
	for record, value := range records {
		if err := again.load([]byte(record), value); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(again.list(viewOld), model) || !slices.Equal(again.list(viewNow), model) {
		t.Fatalf("seed %d: not what was saved", seed)
	}
}

// checkChunks fails if a chunk is empty or too long, or if two could be one.
func checkChunks(t *testing.T, o *ordered[Time, event]) {
	t.Helper()
	n := 0
	for _, chunk := range o.chunks {
		n += len(chunk)
		if len(chunk) == 0 || len(chunk) > orderedMax {
			t.Fatalf("a chunk of %d", len(chunk))
		}
	}
	if most := 2 + 4*n/orderedMax; len(o.chunks) > most {
		t.Fatalf("%d values are in %d chunks, want at most %d", n, len(o.chunks), most)
	}
}

func TestOrderedShowsNoDebt(t *testing.T) {
	o := orderedOf(eventTime)
	o.add(event{"a", 1, 1}, -2)
	if short := o.settle(); !short || len(o.list(viewNow)) > 0 || o.empty() {
		t.Error("a retraction ahead of its value is not kept, is seen, or is not told")
	}
	o.add(event{"a", 1, 1}, +3)
	if short := o.settle(); short || len(o.list(viewNow)) != 1 {
		t.Errorf("after the value came it is %v", o.list(viewNow))
	}
	o.add(event{"a", 1, 1}, -1)
	if o.settle(); !o.empty() {
		t.Errorf("what is gone is still %v", o.list(viewNow))
	}
}

func TestBrokenRecordsAreErrors(t *testing.T) {
	for _, record := range [][2]string{{"\xa0", ""}, {"\xff", "\x02"}} {
		if err := orderedOf(eventTime).load([]byte(record[0]), []byte(record[1])); err == nil {
			t.Errorf("%q is read", record)
		}
	}
	s := timeSides[event, quote]{left: *orderedOf(eventTime), right: *orderedOf(quoteTime)}
	if err := s.load(nil, []byte{2}); err == nil {
		t.Error("a record of neither side is read")
	}
}

// tied has a field of every kind that tie looks into.
type tied struct {
	B bool
	I int8
	U uint16
	F float64
	C complex64
	S string
	T time.Time
	P *int
	A [2]int
	L []string
	n int // not exported
}

// Every step up makes another value, which is after those before.
func TestTiesAreInTheOrderOfTheFields(t *testing.T) {
	one, two := 1, 2
	values := []tied{
		{}, {n: 1}, {L: []string{}}, {L: []string{"a"}}, {L: []string{"a", ""}}, {L: []string{"b"}}, {A: [2]int{0, 1}}, {A: [2]int{1, 0}},
		{P: &one}, {P: &two}, {T: time.Unix(5, 0)}, {S: "a"}, {C: 1i}, {C: 1}, {F: 0.5}, {U: 1}, {I: 1}, {B: true},
	}
	order := tieOf(CBOR[tied]())
	for i := range values {
		for j := range values {
			if got, want := order(&values[i], &values[j]), cmp.Compare(i, j); got != want {
				t.Errorf("%+v and %+v compare as %d, want %d", values[i], values[j], got, want)
			}
		}
	}
	three := 1
	for _, same := range [][2]tied{
		{{P: &one}, {P: &three}}, {{F: math.NaN()}, {F: math.NaN()}}, {{F: 0}, {F: math.Copysign(0, -1)}},
		{{T: time.Unix(5, 0).UTC()}, {T: time.Unix(5, 0).In(time.FixedZone("", 3600))}},
	} {
		if order(&same[0], &same[1]) != 0 {
			t.Errorf("%+v is not %+v", same[0], same[1])
		}
	}
}

func TestTiesOfOpaqueValuesGoByTheEncoding(t *testing.T) {
	type node struct {
		Next *node
		M    map[string]int
	}
	order := tieOf(CBOR[node]())
	a, b := node{M: map[string]int{"a": 1, "b": 2}}, node{M: map[string]int{"b": 2, "a": 1}}
	c := node{Next: &node{M: map[string]int{"z": 1}}}
	if order(&a, &b) != 0 || order(&a, &c) == 0 || order(&a, &c) != -order(&c, &a) {
		t.Error("maps are not told apart by what they have")
	}
	type list struct{ Next *list }
	if opaque(reflect.TypeFor[list](), make(map[reflect.Type]bool)) {
		t.Error("a type that holds itself is opaque")
	}
}

// What is found by a place at the ends is nothing.
func TestOrderedEnds(t *testing.T) {
	o := orderedOf(eventTime)
	if o.get(o.from(0)) != nil || o.get(o.back(o.from(0))) != nil {
		t.Error("something is in an empty collection")
	}
	for i := range 3 * orderedMax {
		o.add(event{fmt.Sprint(i), 0, Time(i / 2)}, +1)
	}
	end := o.after(math.MaxInt64)
	if o.get(end) != nil || o.get(o.prev(end)).at != 3*orderedMax/2-1 || o.get(o.back(o.from(0))) != nil {
		t.Error("the ends are not where they should be")
	}
}
