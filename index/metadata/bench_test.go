package metadata

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// A million is synthetic documents: path, size, modified_at and owner.
type million struct{ n int }

type row struct{ i int }

func (r row) Chunks() int { return 10 }

func (r row) Value(field string) any {
	scattered := uint32(r.i) * 2654435761
	switch field {
	case "path":
		return fmt.Sprintf("docs/team%02d/project%04d/report_%07d.md", r.i%97, r.i/300, r.i)
	case "size":
		return int64(scattered % 5_000_000)
	case "modified_at":
		return int64(1_700_000_000) + int64(scattered%100_000_000)
	case "owner":
		return fmt.Sprintf("user%04d", scattered%2000)
	}
	return nil
}

func (m million) Walk(ctx context.Context, visit func(uint32, Record)) error {
	for i := range m.n {
		visit(uint32(i), row{i})
	}
	return ctx.Err()
}

// suffix is as "**/name.md" compiles to.
func suffix(field, s string) Text {
	return Text{Field: field, Parts: []string{s}, Match: func(v string) bool { return strings.HasSuffix(v, s) }}
}

// BenchmarkSelect works each condition out anew.
func BenchmarkSelect(b *testing.B) {
	x := New(million{1_000_000})
	one := row{123_456}.Value("path").(string)
	for _, c := range []struct {
		name string
		expr Expr
	}{
		{"equal", Equal{"path", one}},
		{"glob", suffix("path", "/report_0123456.md")},
		{"contains", Contains{"path", "ort_0123456"}},
		{"starts_with", Text{Field: "path", Prefix: one[:30], Match: func(s string) bool { return strings.HasPrefix(s, one[:30]) }}},
		{"range", And{Compare{"modified_at", GreaterEqual, 1_700_500_000}, Compare{"modified_at", Less, 1_700_500_100}}},
		{"owner and range", And{Equal{"owner", "user0007"}, Compare{"size", Less, 40_000}}},
		{"not", And{Not{Equal{"owner", "user0007"}}, Equal{"path", one}}},
		{"half by range", Compare{"modified_at", Greater, 1_750_000_000}},
		{"nearly all by range", Compare{"modified_at", Greater, 1_700_000_100}},
		{"all by glob", suffix("path", ".md")},
		{"short part", Contains{"path", "77"}},
	} {
		if _, _, err := x.Select(b.Context(), c.expr); err != nil { // indexes the field
			b.Fatal(err)
		}
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				yes, open, err := x.Select(b.Context(), c.expr)
				if err != nil || yes.IsEmpty() && open.IsEmpty() {
					b.Fatalf("%v, %v", yes, err)
				}
			}
		})
	}
	for _, s := range x.Stats() {
		b.Logf("%s: %d documents, %d values, %.1f bytes a document", s.Field, s.Documents, s.Values, float64(s.Bytes)/float64(s.Documents))
	}
	b.Run("tally_owner", func(b *testing.B) {
		all, err := x.All(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			t, err := x.Tally(b.Context(), "owner")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := t.Add(b.Context(), all); err != nil {
				b.Fatal(err)
			}
			if _, n := t.Top(20); n != 2000 {
				b.Fatalf("%d owners", n)
			}
		}
	})
}

// BenchmarkBuild indexes the field of a million documents, all it needs.
func BenchmarkBuild(b *testing.B) {
	for field, expr := range map[string]Expr{
		"path":               Equal{"path", "x"},
		"path_with_trigrams": And{suffix("path", "/report_0123456.md")},
		"path_with_order":    Text{Field: "path", Prefix: "docs/z", Match: func(string) bool { return true }},
		"owner":              Equal{"owner", "x"},
		"modified_at":        Compare{"modified_at", Less, 0},
	} {
		b.Run(field, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := New(million{1_000_000}).Select(b.Context(), expr); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkApply changes one document of a million whose fields are indexed.
func BenchmarkApply(b *testing.B) {
	x := New(million{1_000_000})
	if err := x.Warm(b.Context(), "path", "owner", "modified_at"); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		x.Apply(uint64(n), []Change{{Slot: uint32(n % 1_000_000), Record: row{1_000_000 + n}}})
	}
}
