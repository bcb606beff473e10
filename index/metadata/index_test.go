package metadata

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"
)

// A shelf is documents by slot; walked is called during a walk.
type shelf struct {
	mu     sync.Mutex
	docs   map[uint32]record
	walked func()
}

type record map[string]any

func (r record) Value(field string) any { return r[field] }
func (r record) Chunks() int            { return 2 }

func (s *shelf) Walk(ctx context.Context, visit func(uint32, Record)) error {
	s.mu.Lock()
	for slot, r := range s.docs {
		visit(slot, r)
	}
	s.mu.Unlock()
	if s.walked != nil {
		s.walked()
	}
	return ctx.Err()
}

func (s *shelf) set(x *Index, version uint64, slot uint32, r record) {
	s.mu.Lock()
	if r == nil {
		delete(s.docs, slot)
	} else {
		s.docs[slot] = r
	}
	s.mu.Unlock()
	c := Change{Slot: slot}
	if r != nil {
		c.Record = r
	}
	x.Apply(version, []Change{c})
}

func selected(t testing.TB, x *Index, e Expr) []uint32 {
	t.Helper()
	yes, open, err := x.Select(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if !open.IsEmpty() {
		t.Errorf("%v are left open", open)
	}
	return yes.ToArray()
}

// many returns n documents whose paths and numbers come in no order.
func many(n int) *shelf {
	s := &shelf{docs: map[uint32]record{}}
	for i := range n {
		scattered := uint32(i) * 2654435761 % 1_000_003
		s.docs[uint32(i)] = record{"path": fmt.Sprintf("d%d/%d.md", scattered%50, i), "n": float64(scattered), "tags": []any{fmt.Sprint(i % 7), "all"}}
	}
	return s
}

func hasPart(part string) Text {
	return Text{Field: "path", Parts: []string{part}, Match: func(s string) bool { return strings.Contains(s, part) }}
}

func hasPrefix(p string) Text {
	return Text{Field: "path", Prefix: p, Match: func(s string) bool { return strings.HasPrefix(s, p) }}
}

// With more values than are scanned, those that came with the build, those that
// came later, and those that are gone.
func TestManyValues(t *testing.T) {
	s := many(20_000)
	x := New(s)
	check := func(what string) {
		t.Helper()
		for _, tc := range []struct {
			name string
			e    Expr
			is   func(r record) bool
		}{
			{"part", hasPart("/123"), func(r record) bool { return strings.Contains(r["path"].(string), "/123") }},
			{"rare part", hasPart("/19999.md"), func(r record) bool { return strings.HasSuffix(r["path"].(string), "/19999.md") }},
			{"no part", hasPart("nowhere"), func(record) bool { return false }},
			{"short part", hasPart("/7"), func(r record) bool { return strings.Contains(r["path"].(string), "/7") }},
			{"prefix", hasPrefix("d7/"), func(r record) bool { return strings.HasPrefix(r["path"].(string), "d7/") }},
			{"wide prefix", Text{Field: "path", Prefix: "d", Parts: []string{"/12"}, Match: hasPart("/12").Match}, func(r record) bool { return strings.Contains(r["path"].(string), "/12") }},
			{"few", Compare{"n", Less, 500}, func(r record) bool { return r["n"].(float64) < 500 }},
			{"most", Compare{"n", GreaterEqual, 500}, func(r record) bool { return r["n"].(float64) >= 500 }},
			{"above one", Compare{"n", Greater, s.docs[5]["n"].(float64)}, func(r record) bool { return r["n"].(float64) > s.docs[5]["n"].(float64) }},
			{"up to one", Compare{"n", LessEqual, s.docs[5]["n"].(float64)}, func(r record) bool { return r["n"].(float64) <= s.docs[5]["n"].(float64) }},
			{"one", Equal{"n", s.docs[5]["n"]}, func(r record) bool { return r["n"] == s.docs[5]["n"] }},
			{"element", Contains{"tags", "3"}, func(r record) bool { return slices.Contains(r["tags"].([]any), "3") }},
		} {
			var want []uint32
			for slot, r := range s.docs {
				if tc.is(r) {
					want = append(want, slot)
				}
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, selected(t, x, tc.e), cmp.Transformer("text", func(v []uint32) string { return fmt.Sprint(v) })); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%.500s", what, tc.name, diff)
			}
		}
	}
	check("built")
	random := rand.New(rand.NewPCG(1, 1))
	for version := range uint64(3000) {
		slot := uint32(random.IntN(21_000))
		r := record(nil)
		if random.IntN(3) > 0 {
			r = record{"path": fmt.Sprintf("d%d/%d.md", random.IntN(50), random.IntN(100_000)), "n": float64(random.IntN(1000)), "tags": []any{"3"}}
		}
		if slot != 5 {
			s.set(x, version, slot, r)
		}
	}
	check("changed")
	if stats := x.Stats(); len(stats) != 3 || stats[1].Field != "path" || stats[1].Documents != len(s.docs) || stats[1].Bytes < 20_000 {
		t.Errorf("got %+v for %d documents", stats, len(s.docs))
	}
}

// A field most of whose values are gone is indexed anew: what it takes stays
// bounded.
func TestValuesThatAreGoneAreForgotten(t *testing.T) {
	s := &shelf{docs: map[uint32]record{}}
	x := New(s)
	for i := range 60_000 {
		s.set(x, uint64(i), uint32(i%10), record{"n": float64(i), "path": fmt.Sprint("p", i)})
		if i%1000 == 0 {
			for _, e := range []Expr{Equal{"n", float64(i)}, hasPart(fmt.Sprint("p", i))} {
				if got := selected(t, x, e); len(got) != 1 {
					t.Fatalf("change %d: got %v", i, got)
				}
			}
		}
	}
	for _, f := range x.Stats() {
		if f.Values > 12_000 || f.Documents != 10 {
			t.Errorf("got %+v", f)
		}
	}
}

func TestChangesDuringABuildAreKept(t *testing.T) {
	s := &shelf{docs: map[uint32]record{1: {"a": "x"}, 2: {"a": "x"}, 3: {"a": "x"}}}
	x := New(s)
	once := sync.OnceFunc(func() {
		s.set(x, 1, 1, record{"a": "y"})
		s.set(x, 1, 2, nil)
		s.set(x, 2, 4, record{"a": "x"})
		s.set(x, 3, 4, record{"a": "z"})
	})
	s.walked = once
	if got := selected(t, x, Equal{"a", "x"}); !slices.Equal(got, []uint32{3}) {
		t.Errorf("got %v, want [3]", got)
	}
	if got := selected(t, x, Not{Equal{"a", "x"}}); !slices.Equal(got, []uint32{1, 4}) {
		t.Errorf("got %v, want [1 4]", got)
	}
}

func TestABuildThatIsCanceledIsDoneByTheNext(t *testing.T) {
	s := many(10)
	x := New(s)
	ctx, cancel := context.WithCancel(t.Context())
	s.walked = cancel
	if _, _, err := x.Select(ctx, Equal{"n", 0.0}); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), `"n"`) {
		t.Errorf("got %v", err)
	}
	s.walked = nil
	if got := selected(t, x, Not{Equal{"n", nil}}); len(got) != 10 {
		t.Errorf("got %v", got)
	}
}

func TestFieldsAreBounded(t *testing.T) {
	x := New(many(10))
	for i := range 2 * maxFields {
		selected(t, x, And{Equal{"path", "x"}, Equal{fmt.Sprint("f", i), "x"}, Equal{"path", "x"}})
	}
	if stats := x.Stats(); len(stats) != maxFields || stats[len(stats)-1].Field != "path" {
		t.Errorf("%d fields are kept; the last is %s", len(stats), stats[len(stats)-1].Field)
	}
}

func TestTally(t *testing.T) {
	s := &shelf{docs: map[uint32]record{
		0: {"v": "a"}, 1: {"v": "b"}, 2: {"v": "b"}, 3: {"v": int64(2)}, 4: {"v": 2.0}, 5: {"v": true}, 6: {"v": nil}, 7: {},
		8: {"v": []any{"a", "c", "a"}}, 9: {"v": []any{"b", 2.0, 2.0, nil, map[string]any{}}}, 10: {"v": math.NaN()}, 11: {"v": "out"},
	}}
	x := New(s)
	tally, err := x.Tally(t.Context(), "v")
	if err != nil {
		t.Fatal(err)
	}
	slots := roaring.New()
	slots.AddRange(0, 11)
	slots.Add(99)
	s.set(x, 1, 1, record{"v": "late"}) // is not seen
	rest, err := tally.Add(t.Context(), slots)
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range rest.ToArray() {
		tally.AddRecord(s.docs[slot])
	}
	want := []Count{{2.0, 3, 6}, {"b", 3, 6}, {"a", 2, 4}, {true, 1, 2}, {"c", 1, 2}}
	top, total := tally.Top(4)
	if diff := cmp.Diff(want[:4], top); diff != "" || total != len(want) {
		t.Errorf("%d values (-want +got):\n%s", total, diff)
	}
}

func TestTopOfMany(t *testing.T) {
	s := &shelf{docs: map[uint32]record{}}
	for i := range 9000 {
		s.docs[uint32(i)] = record{"v": fmt.Sprintf("%04d", i%6000)} // the first half twice
	}
	x := New(s)
	tally, err := x.Tally(t.Context(), "v")
	if err != nil {
		t.Fatal(err)
	}
	all, err := x.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tally.Add(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	top, total := tally.Top(2)
	if want := []Count{{"0000", 2, 4}, {"0001", 2, 4}}; !slices.Equal(top, want) || total != 6000 {
		t.Errorf("got %v of %d, want %v of 6000", top, total, want)
	}
}
