package hybrid

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
	inverted "ragserver/index/metadata"
)

// A silent leg finds nothing: filters do not need one that does.
type silent struct{ index.Leg }

func (silent) Apply(context.Context, rag.Epoch, []index.Change) error { return nil }
func (silent) Snapshot() index.Snapshot                               { return silentSnapshot{} }
func (silent) Close() error                                           { return nil }

type silentSnapshot struct{ index.Snapshot }

func (silentSnapshot) Close() {}

func newFiltered(t testing.TB) *Index {
	t.Helper()
	x, err := New(Config{}, silent{}, silent{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A library changes an index at random.
type library struct {
	*rand.Rand
	index *Index
	docs  map[int][]int // document -> its chunks
	next  int           // chunk
	epoch rag.Epoch
}

func (l *library) metadata() map[string]any {
	m := map[string]any{"path": fmt.Sprintf("docs/%d/%d.md", l.IntN(4), l.IntN(30)), "size": int64(l.IntN(20))}
	if l.IntN(3) > 0 {
		m["owner"] = []any{nil, "ann", "bob", true, 2.5, []any{"ann", "ann", "eve"}, []any{"bob", int64(1), nil}}[l.IntN(7)]
	}
	return m
}

// step applies an epoch of n changes.
func (l *library) step(t testing.TB, n, docs int) {
	t.Helper()
	var b Batch
	for _, d := range l.Perm(docs)[:n] {
		chunks, known := l.docs[d]
		switch {
		case known && l.IntN(3) == 0:
			b.Documents = append(b.Documents, DocumentChange{URI: uri(d), Gone: true})
			delete(l.docs, d)
			continue
		case known && l.IntN(2) == 0 && len(chunks) > 0: // only a chunk less
			b.Chunks = append(b.Chunks, ChunkChange{ID: indextest.ID(chunks[0]), URI: uri(d), Diff: -1})
			l.docs[d] = chunks[1:]
			continue
		}
		b.Documents = append(b.Documents, DocumentChange{URI: uri(d), Metadata: l.metadata()})
		for range l.IntN(3) {
			b.Chunks = append(b.Chunks, ChunkChange{ID: indextest.ID(l.next), URI: uri(d), Diff: 1})
			chunks = append(chunks, l.next)
			l.next++
		}
		l.docs[d] = chunks
	}
	l.epoch++
	applyBatch(t, l.index, l.epoch, b)
}

// filter returns a random filter whose expression leaves nothing, something or
// all to Match.
func (l *library) filter() *Filter {
	limit, part := float64(l.IntN(21)), fmt.Sprintf("/%d.md", l.IntN(30))
	smaller := inverted.Compare{Field: "size", Op: inverted.Less, Number: limit}
	named := inverted.Text{Field: "path", Parts: []string{part}, Match: func(s string) bool { return strings.HasSuffix(s, part) }}
	isSmaller := func(m map[string]any) bool { return m["size"].(int64) < int64(limit) }
	isNamed := func(m map[string]any) bool { return strings.HasSuffix(m["path"].(string), part) }
	isAnn := func(m map[string]any) bool { return m["owner"] == "ann" }
	f := &Filter{}
	var is func(m map[string]any) bool
	switch l.IntN(5) {
	case 0:
		f.Key, f.Expr, is = fmt.Sprint("size", limit), smaller, isSmaller
	case 1:
		f.Key, f.Expr, is = "path"+part, named, isNamed
	case 2:
		f.Key, f.Expr = fmt.Sprint("or", limit, part), inverted.Or{inverted.Not{Expr: smaller}, named}
		is = func(m map[string]any) bool { return !isSmaller(m) || isNamed(m) }
	case 3:
		f.Key, f.Expr = fmt.Sprint("open", limit), inverted.And{inverted.Unknown, smaller}
		is = func(m map[string]any) bool { return isAnn(m) && isSmaller(m) }
	default:
		f.Key, f.Expr, is = "ann", inverted.Equal{Field: "owner", Value: "ann"}, func(m map[string]any) bool {
			s, ok := m["owner"].(string)
			return ok && s == "ann"
		}
	}
	if l.IntN(2) == 0 {
		f.Key += fmt.Sprint(l.Uint64()) // not from what is kept
	}
	f.Match = func(_ rag.URI, m map[string]any) (bool, error) { return is(m), nil }
	return f
}

// checkFilter compares a selection and its facets with what every document says.
func checkFilter(s *Snapshot, f *Filter, docs int) error {
	var want Facets
	var rows []index.Row
	counts := map[any]inverted.Count{}
	for d := range docs {
		doc := s.index.docs.find(uri(d))
		if doc == nil || doc.at(s.state.version) == nil {
			continue
		}
		r := doc.at(s.state.version)
		if ok, _ := f.Match(doc.uri, r.metadata.get()); !ok {
			continue
		}
		want.Documents++
		want.Chunks += len(r.rows)
		rows = append(rows, r.rows...)
		values, ok := r.metadata.get()["owner"].([]any)
		if !ok {
			values = []any{r.metadata.get()["owner"]}
		}
		seen := map[any]bool{nil: true}
		for _, v := range values {
			if n, ok := v.(int64); ok {
				v = float64(n)
			}
			if !seen[v] {
				seen[v] = true
				c := counts[v]
				counts[v] = inverted.Count{Value: v, Documents: c.Documents + 1, Chunks: c.Chunks + len(r.rows)}
			}
		}
	}
	got, err := s.index.rowsOf(context.Background(), s.state, f)
	if err != nil {
		return err
	}
	slices.Sort(rows)
	if diff := cmp.Diff(rows, got.ToArray(), cmp.Transformer("empty", func(r []index.Row) string { return fmt.Sprint(r) })); diff != "" {
		return fmt.Errorf("version %d, filter %s, rows (-want +got):\n%s", s.state.version, f.Key, diff)
	}
	facets, err := s.Facets(context.Background(), f, []string{"owner"}, 100)
	if err != nil {
		return err
	}
	for i, c := range facets.Fields[0].Values {
		if c != counts[c.Value] || i > 0 && c.Documents > facets.Fields[0].Values[i-1].Documents {
			return fmt.Errorf("version %d, filter %s: value %d is %+v, want %+v", s.state.version, f.Key, i, c, counts[c.Value])
		}
	}
	if facets.Documents != want.Documents || facets.Chunks != want.Chunks || len(counts) != facets.Fields[0].Total {
		return fmt.Errorf("version %d, filter %s: got %+v, want %+v and %d values", s.state.version, f.Key, facets, want, len(counts))
	}
	return nil
}

// After any history, a filter selects in every snapshot that is held what Match
// selects there.
func TestFiltersAreOfTheirSnapshot(t *testing.T) {
	const docs = 150
	for seed := range uint64(12) {
		x := newFiltered(t)
		l := &library{Rand: rand.New(rand.NewPCG(seed, 2)), index: x, docs: map[int][]int{}}
		var held []*Snapshot
		for range 25 {
			l.step(t, l.IntN(40), docs)
			held = append(held, x.Snapshot())
			if len(held) > 4 {
				i := l.IntN(len(held))
				held[i].Close()
				held = slices.Delete(held, i, i+1)
			}
			for range 3 {
				if err := checkFilter(held[l.IntN(len(held))], l.filter(), docs); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		for _, s := range held {
			s.Close()
		}
	}
}

// The same with readers beside the writer, while fields are being indexed.
func TestFiltersAreOfTheirSnapshotBesideTheWriter(t *testing.T) {
	const docs = 150
	for seed := range uint64(5) {
		x := newFiltered(t)
		l := &library{Rand: rand.New(rand.NewPCG(seed, 3)), index: x, docs: map[int][]int{}}
		done := make(chan struct{})
		var readers sync.WaitGroup
		for r := range uint64(3) {
			mine := &library{Rand: rand.New(rand.NewPCG(seed, r))}
			readers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					s := x.Snapshot()
					err := checkFilter(s, mine.filter(), docs)
					s.Close()
					if err != nil {
						t.Errorf("seed %d: %v", seed, err)
						return
					}
				}
			})
		}
		for range 100 {
			l.step(t, l.IntN(20), docs)
		}
		close(done)
		readers.Wait()
	}
}

func TestAnIndexedFilterAsksForFewDocuments(t *testing.T) {
	x := newFiltered(t)
	var b Batch
	for d := range 1000 {
		b.Documents = append(b.Documents, DocumentChange{URI: uri(d), Metadata: map[string]any{"n": int64(d)}})
	}
	applyBatch(t, x, 1, b)
	old := x.Snapshot()
	defer old.Close()
	applyBatch(t, x, 2, Batch{Documents: []DocumentChange{{URI: uri(7), Metadata: map[string]any{"n": int64(5000)}}}})
	for version, s := range []*Snapshot{old, x.Snapshot()} {
		asked := 0
		f := &Filter{
			Key: fmt.Sprint(version), Expr: inverted.Compare{Field: "n", Op: inverted.Less, Number: 10},
			Match: func(_ rag.URI, m map[string]any) (bool, error) { asked++; return m["n"].(int64) < 10, nil },
		}
		found, err := s.Facets(t.Context(), f, nil, 0)
		if want := 10 - version; err != nil || found.Documents != want || asked != 1-version {
			t.Errorf("version %d: %d documents, %d asked, %v; want %d, %d", version, found.Documents, asked, err, want, 1-version)
		}
		if version == 1 {
			s.Close()
		}
	}
}

// BenchmarkFilter works filters out anew over a million documents of one chunk.
func BenchmarkFilter(b *testing.B) {
	x := newFiltered(b)
	const docs, part = 1_000_000, 10_000
	for first := 0; first < docs; first += part {
		var batch Batch
		for d := first; d < first+part; d++ {
			m := map[string]any{"path": fmt.Sprintf("docs/project%04d/report_%07d.md", d/300, d), "size": int64(uint32(d) * 2654435761 % 5_000_000)}
			batch.Documents = append(batch.Documents, DocumentChange{URI: uri(d), Metadata: m})
			batch.Chunks = append(batch.Chunks, ChunkChange{ID: indextest.ID(d), URI: uri(d), Diff: 1})
		}
		applyBatch(b, x, rag.Epoch(first/part+1), batch)
	}
	s := x.Snapshot()
	defer s.Close()
	suffix := "/report_0123456.md"
	n := 0
	for _, c := range []struct {
		name string
		expr inverted.Expr
	}{
		{"one_by_glob", inverted.Text{Field: "path", Parts: []string{suffix}, Match: func(s string) bool { return strings.HasSuffix(s, suffix) }}},
		{"one_by_equal", inverted.Equal{Field: "path", Value: "docs/project0411/report_0123456.md"}},
		{"few_by_range", inverted.Compare{Field: "size", Op: inverted.Less, Number: 50}},
		{"tenth_by_range", inverted.Compare{Field: "size", Op: inverted.Less, Number: 500_000}},
		{"most_by_range", inverted.Compare{Field: "size", Op: inverted.Greater, Number: 50}},
	} {
		if _, _, err := x.meta.Select(b.Context(), c.expr); err != nil { // indexes the field
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				n++
				f := &Filter{Key: fmt.Sprint(n), Expr: c.expr, Match: func(rag.URI, map[string]any) (bool, error) { return false, nil }}
				rows, err := x.rowsOf(b.Context(), s.state, f)
				if err != nil || rows.IsEmpty() {
					b.Fatal(rows, err)
				}
			}
		})
	}
}
