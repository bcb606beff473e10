package retrieve

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index/metadata"
)

// A shelf is documents by slot.
type shelf map[uint32]record

type record map[string]any

func (r record) Value(field string) any { return r[field] }
func (r record) Chunks() int            { return 1 }

func (s shelf) Walk(ctx context.Context, visit func(uint32, metadata.Record)) error {
	for slot, r := range s {
		visit(slot, r)
	}
	return ctx.Err()
}

// generator makes conditions and documents of few words, so that they meet.
type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) word() string {
	return g.pick("", "a", "é", "docs", "docs/", "docs/a.md", "docs/sub/b.md", "b.md", "x/docs", "doc", "日本語", "\xff", "ab/ab/a.md")
}

func (g generator) field() string {
	return g.pick("path", "owner", "size", "tags", "when", "missing", "null", `"odd key"`)
}

func (g generator) number() string { return g.pick("0", "1", "-1", "2.5", "3", "1e3", "-0.0") }

func (g generator) literal() string {
	switch g.IntN(8) {
	case 0:
		return "null"
	case 1:
		return g.pick("`true`", "`false`")
	case 2:
		return g.pick("`[]`", "`{}`", "`[1]`", `to_number('3')`, "abs('x')", "to_number('x')")
	case 3, 4:
		return "`" + g.number() + "`"
	}
	return "'" + strings.ToValidUTF8(g.word(), "?") + "'"
}

func (g generator) glob() string {
	return g.pick("", "**", "*", "**/a.md", "**/*.md", "docs/**", "docs/*", "d?cs*", "{a,docs/*}", "[a-d]*", "docs/**/b.md", "[", "**/日*", "a*b*a.md", "*/")
}

func (g generator) operand() string {
	switch g.IntN(9) {
	case 0:
		return g.pick("@.path", "tags[0]", "length(path)", "nested.x", "lower(owner)", "tags[?@=='a']")
	case 1, 2, 3:
		return g.literal()
	}
	return g.field()
}

func (g generator) condition(depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		return g.leaf()
	}
	switch g.IntN(5) {
	case 0, 1:
		return "(" + g.condition(depth-1) + " && " + g.condition(depth-1) + ")"
	case 2, 3:
		return "(" + g.condition(depth-1) + " || " + g.condition(depth-1) + ")"
	}
	return "!" + g.pick("("+g.condition(depth-1)+")", g.field(), "("+g.condition(depth-1)+")")
}

func (g generator) leaf() string {
	switch g.IntN(10) {
	case 0, 1:
		return g.pick("contains", "starts_with", "ends_with") + "(" + g.field() + ", " + g.literal() + ")"
	case 2:
		return g.pick("contains", "starts_with", "ends_with") + "(" + g.operand() + ", " + g.operand() + ")"
	case 3:
		return "globmatch('" + g.glob() + "', " + g.operand() + ")"
	case 4:
		return g.pick("`true`", "`false`")
	case 5, 6:
		return g.field() + " " + g.pick("<", "<=", ">", ">=") + " `" + g.number() + "`"
	case 7:
		return g.literal() + " " + g.pick("<", "<=", ">", ">=", "==", "!=") + " " + g.field()
	}
	return g.operand() + " " + g.pick("<", "<=", ">", ">=", "==", "!=") + " " + g.operand()
}

func (g generator) value() any {
	switch g.IntN(16) {
	case 0:
		return nil
	case 1:
		return g.IntN(2) == 0
	case 2, 3:
		return int64(g.IntN(5) - 1)
	case 4:
		return []float64{0, math.Copysign(0, -1), 2.5, 3, 1000, math.NaN(), math.Inf(1)}[g.IntN(7)]
	case 5:
		return []any{g.word(), g.word()}
	case 6:
		return [](any){[]any{}, []any{int64(3), 3.0, nil, "a"}, []any{[]any{1.0}}, map[string]any{"x": "a"}, map[string]any{}, 7, strings.Repeat("a", 5000)}[g.IntN(7)]
	}
	return g.word()
}

func (g generator) record() record {
	r := record{}
	for _, field := range []string{"path", "owner", "size", "tags", "when", "odd key", "nested", "null"} {
		if g.IntN(6) > 0 && (field != "null" || g.IntN(20) == 0) {
			r[field] = g.value()
		}
	}
	return r
}

// The bitmaps say of each document what JMESPath says, after any history.
func TestExprIsWhatMatchIs(t *testing.T) {
	const histories, steps, conditions, slots = 20, 6, 40, 200 // more than are looked at one by one anyway
	decided, opened := 0, 0
	for seed := range uint64(histories) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		docs := shelf{}
		x := metadata.New(docs)
		for step := range steps {
			var changes []metadata.Change
			for range g.IntN(slots) {
				slot := uint32(g.IntN(slots))
				if g.IntN(5) == 0 {
					delete(docs, slot)
					changes = append(changes, metadata.Change{Slot: slot})
					continue
				}
				docs[slot] = g.record()
				changes = append(changes, metadata.Change{Slot: slot, Record: docs[slot]})
			}
			x.Apply(uint64(step), changes)
			for range conditions {
				filter, glob := g.condition(g.IntN(4)), ""
				if g.IntN(4) == 0 {
					glob = strings.TrimPrefix(g.glob(), "[")
				}
				c, err := NewCondition(filter, glob)
				if err != nil {
					continue // as an operand that is not a condition
				}
				d, o, err := compare(t.Context(), x, c, docs)
				if err != nil {
					t.Fatalf("seed %d, step %d, filter %q, glob %q: %v", seed, step, filter, glob, err)
				}
				decided, opened = decided+d, opened+o
			}
		}
	}
	if decided < 2*opened {
		t.Errorf("%d documents were decided by bitmaps and %d were left open", decided, opened)
	}
}

// compare checks what the index says of all documents. It returns how many it
// decided and how many it left open.
func compare(ctx context.Context, x *metadata.Index, c *Condition, docs shelf) (decided, opened int, err error) {
	yes, open, err := x.Select(ctx, c.Expr())
	if err != nil {
		return 0, 0, err
	}
	if both := roaring.And(yes, open); !both.IsEmpty() {
		return 0, 0, fmt.Errorf("%v are found and open", both)
	}
	for slot, r := range docs {
		want := c.Match(r)
		switch {
		case open.Contains(slot):
			opened++
		case yes.Contains(slot) != want:
			return 0, 0, fmt.Errorf("%v: got %v, want %v", r, !want, want)
		default:
			decided++
		}
		yes.Remove(slot)
		open.Remove(slot)
	}
	if !yes.IsEmpty() || !open.IsEmpty() {
		return 0, 0, fmt.Errorf("slots %v and %v have no document", yes, open)
	}
	return decided, opened, nil
}

// What people filter by is worked out without looking at more documents than
// are found.
func TestCommonConditionsLeaveLittleOpen(t *testing.T) {
	docs := shelf{}
	for slot := range uint32(200) {
		docs[slot+10] = record{"path": "docs/z", "size": int64(1), "owner": "z"}
	}
	for slot, r := range (shelf{0: {"path": "docs/a.md", "size": int64(3), "owner": nil, "tags": []any{"a"}}, 1: {"path": "b.txt", "size": int64(9), "owner": "x"}}) {
		docs[slot] = r
	}
	for filter, want := range map[string]string{
		"path == `docs/a.md`":                          "{0}",
		"owner == null":                                "{0}",
		"owner != null && size == 9":                   "{1}",
		"size > 3 && !(starts_with(path, 'docs'))":     "{1}",
		"modified_at >= to_number('1') || `5` <= size": "{1}",
		"contains(path, 'a.m') && contains(tags, 'a')": "{0}",
		"globmatch('**/*.txt', path) || owner == 'y'":  "{1}",
		"!owner && ends_with(path, '.md')":             "{0}",
	} {
		c, err := NewCondition(filter, "")
		if err != nil {
			t.Fatal(err)
		}
		x := metadata.New(docs)
		yes, open, err := x.Select(t.Context(), c.Expr())
		if err != nil || open.GetCardinality() > 1 || roaring.Or(yes, open).String() != want {
			t.Errorf("%s: got %v, open %v, %v; want %s", filter, yes, open, err, want)
		}
	}
}

func TestContainsComparesLists(t *testing.T) {
	c, err := NewCondition("contains(tags, `[1]`)", "")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Match(map[string]any{"tags": []any{[]any{1.0}}}) || c.Match(map[string]any{"tags": []any{[]any{2.0}}}) {
		t.Error("a list in a list is not found by its value")
	}
}

func FuzzExpr(f *testing.F) {
	f.Add("!(path == `x`) && size > `1`", "**/*.{a,b}", "a/b.a", int64(3))
	f.Add("contains(path, 'b') || !(size < `2`)", "", "abc", int64(1))
	f.Fuzz(func(t *testing.T, filter, glob, path string, size int64) {
		c, err := NewCondition(filter, glob)
		if err != nil {
			return
		}
		docs := shelf{0: {"path": path, "size": size}, 3: {"path": size}, 4: {"size": path, "path": []any{path}}, 5: {}}
		if _, _, err := compare(t.Context(), metadata.New(docs), c, docs); err != nil {
			t.Errorf("%q %q: %v", filter, glob, err)
		}
	})
}
