package vectors

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"ragserver/index"
)

// history returns a store of five slabs, of which two were never used, in
// which a third of the slots was emptied and some of these filled again.
func history(t testing.TB, c Config, dim int) *Store {
	t.Helper()
	r := rand.New(rand.NewPCG(15, 15))
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	var removed []Slot
	for i := range 700 {
		slot := Slot(i)
		if i >= 500 {
			slot = Slot(2*SlabSlots + 3*i)
		}
		if i%3 == 0 {
			removed = append(removed, slot)
		}
		entries = append(entries, Entry{Slot: slot, Row: uint32(7000 - i), Vector: random(r, dim, 3)})
	}
	s.Publish(s.Write(nil, entries))
	s.Publish(s.Write(removed, nil))
	s.Publish(s.Write(nil, []Entry{{Slot: removed[1], Row: 9999, Vector: random(r, dim, 3)}}))
	return s
}

// sameTable compares what two tables say.
func sameTable(t *testing.T, got, want *Table) {
	t.Helper()
	if got.Len() != want.Len() || got.Dim() != want.Dim() || got.Slots() != want.Slots() || got.Version() != want.Version() {
		t.Fatalf("got %d vectors of %d in %d slots, version %d, want %d of %d in %d, version %d", got.Len(), got.Dim(),
			got.Slots(), got.Version(), want.Len(), want.Dim(), want.Slots(), want.Version())
	}
	query := random(rand.New(rand.NewPCG(16, 16)), want.Dim(), 3)
	var a, b Probe
	if err := errors.Join(a.SetQuery(got, query), b.SetQuery(want, query)); err != nil {
		t.Fatal(err)
	}
	for slot := range Slot(want.Slots()) {
		if got.Sees(slot) != want.Sees(slot) {
			t.Fatalf("slot %d is seen: %v, want %v", slot, got.Sees(slot), want.Sees(slot))
		}
		if !want.Sees(slot) {
			continue
		}
		if got.Row(slot) != want.Row(slot) || !slices.Equal(got.Vector(slot), want.Vector(slot)) {
			t.Fatalf("slot %d: another row or vector", slot)
		}
		var x, y [1]float32
		a.Near(got, []Slot{slot}, x[:])
		b.Near(want, []Slot{slot}, y[:])
		if x != y || a.Score(got, slot) != b.Score(want, slot) {
			t.Fatalf("slot %d: near %v, want %v; score %v, want %v", slot, x, y, a.Score(got, slot), b.Score(want, slot))
		}
	}
	x, err := got.Scan(t.Context(), &a, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	y, err := want.Scan(t.Context(), &b, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x, y) {
		t.Fatalf("found %v, want %v", x, y)
	}
}

func save(t testing.TB, s *Store, table *Table, last string) string {
	t.Helper()
	dir := t.TempDir()
	if err := s.Save(t.Context(), table, dir, last); err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t testing.TB, c Config, dir string) *Store {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return s
}

// configs are the ways to keep vectors.
var configs = []Config{{}, {Metric: "l2"}, {Metric: "dot", Workers: 2}, {Precision: "float16"}, {Rows: "disk"}, {Rows: "disk", Precision: "float16", Metric: "l2"}}

func TestWhatIsSavedIsLoaded(t *testing.T) {
	for _, c := range configs {
		for _, dim := range []int{3, 64, 100} {
			s := history(t, c, dim)
			before := s.Table()
			dir := save(t, s, before, "")
			l := load(t, c, dir)
			sameTable(t, l.Table(), before)

			// Both go on, filling slots that the file has, too; and again.
			r := rand.New(rand.NewPCG(17, 17))
			added := []Entry{{Slot: 0, Row: 1, Vector: random(r, dim, 3)}, {Slot: 5000, Row: 2, Vector: random(r, dim, 3)}}
			for _, s := range []*Store{s, l} {
				s.Publish(s.Write([]Slot{1, 2, 2060}, added))
			}
			sameTable(t, l.Table(), s.Table())
			again := load(t, c, save(t, l, l.Table(), dir))
			sameTable(t, again.Table(), s.Table())
			sameTable(t, load(t, c, dir).Table(), before)
		}
	}
}

func TestNothingIsSavedAndLoaded(t *testing.T) {
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	l := load(t, Config{}, save(t, s, s.Table(), ""))
	if l.Table().Len() != 0 || l.Table().Dim() != 0 {
		t.Errorf("%d vectors of %d", l.Table().Len(), l.Table().Dim())
	}
	s = history(t, Config{}, 5)
	l.Publish(l.Write(nil, []Entry{{Vector: s.Table().Vector(1)}}))
	if l.Table().Len() != 1 {
		t.Errorf("%d vectors, want 1", l.Table().Len())
	}
}

// linked says for each of two groups whether two folders have the same file.
func linked(t *testing.T, a, b string) [2]bool {
	t.Helper()
	var same [2]bool
	for group := range same {
		x, err := os.Stat(groupPath(a, group))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.Stat(groupPath(b, group))
		if err != nil {
			t.Fatal(err)
		}
		same[group] = os.SameFile(x, y)
	}
	return same
}

// Only groups in which a slot was filled are written again; slots that are
// emptied change nothing in them.
func TestUnchangedGroupsAreLinked(t *testing.T) {
	const second = Slot(groupSlabs * SlabSlots)
	s := history(t, Config{}, 5)
	v := s.Table().Vector(1)
	s.Publish(s.Write(nil, []Entry{{Slot: second, Row: 5, Vector: v}}))
	first := save(t, s, s.Table(), "")
	s.Publish(s.Write([]Slot{1, 2}, []Entry{{Slot: second + 1, Row: 6, Vector: v}}))
	next := save(t, s, s.Table(), first)
	if got, want := linked(t, first, next), [2]bool{true, false}; got != want {
		t.Errorf("linked %v, want %v", got, want)
	}
	l := load(t, Config{}, next)
	sameTable(t, l.Table(), s.Table())

	// A loaded store knows where it comes from, and other folders are not its.
	l.Publish(l.Write(nil, []Entry{{Slot: 1, Row: 8, Vector: v}}))
	if got, want := linked(t, next, save(t, l, l.Table(), next)), [2]bool{false, true}; got != want {
		t.Errorf("after loading: linked %v, want %v", got, want)
	}
	sameTable(t, load(t, Config{}, save(t, l, l.Table(), next)).Table(), l.Table())
	s.Publish(s.Write([]Slot{4}, []Entry{{Slot: 1, Row: 77, Vector: v}}))
	foreign := save(t, s, s.Table(), next)
	if got, want := linked(t, foreign, save(t, l, l.Table(), foreign)), [2]bool{}; got != want {
		t.Errorf("from another's folder: linked %v, want %v", got, want)
	}
	damaged := save(t, s, s.Table(), "")
	if err := os.WriteFile(filepath.Join(damaged, headName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	sameTable(t, load(t, Config{}, save(t, s, s.Table(), damaged)).Table(), s.Table())
}

// broken loads dir, which is damaged, and checks that it is noticed.
func broken(t *testing.T, dir, what string) {
	t.Helper()
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), dir); !errors.Is(err, index.ErrCorrupt) {
		t.Fatalf("%s: got error %v, want one that matches ErrCorrupt", what, err)
	}
	if s.Table().Len() != 0 || s.Table().Slots() != 0 {
		t.Fatalf("%s: the store is not empty", what)
	}
}

// Every byte of the small parts, and some of the large one, are changed; then
// the files are cut.
func TestDamageIsNoticed(t *testing.T) {
	s := storeOf(t, Config{}, kernels()[0], [][]float32{{1, 0}, {0, 1}})
	dir := save(t, s, s.Table(), "")
	for _, name := range []string{headName, filepath.Base(groupPath("", 0))} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(whole); i++ {
			if _, err := f.WriteAt([]byte{whole[i] ^ 1<<(i%8)}, int64(i)); err != nil {
				t.Fatal(err)
			}
			broken(t, dir, name+" changed")
			if _, err := f.WriteAt(whole[i:i+1], int64(i)); err != nil {
				t.Fatal(err)
			}
			if i > 200 && i < len(whole)-tailSize-100 {
				i += 396
			}
		}
		sameTable(t, load(t, Config{}, dir).Table(), s.Table())
		for _, n := range []int{0, 1, 7, len(whole) / 2, len(whole) - 1} {
			if err := os.Truncate(path, int64(n)); err != nil {
				t.Fatal(err)
			}
			broken(t, dir, name+" cut")
		}
		if err := os.WriteFile(path, append(whole[:len(whole):len(whole)], 0), 0o644); err != nil {
			t.Fatal(err)
		}
		broken(t, dir, name+" too long")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		broken(t, dir, name+" missing")
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	other, err := New(Config{Metric: "l2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Load(t.Context(), dir); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("another metric: got error %v", err)
	}
}

func FuzzHead(f *testing.F) {
	s := storeOf(f, Config{}, portable(), [][]float32{{1, 0}})
	whole := s.headOf(s.Table()).encode()
	f.Add(whole)
	f.Add(whole[:60])
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := decodeHead(b); err == nil && !slices.Equal(h.encode(), b) {
			t.Errorf("%x is read as %x", b, h.encode())
		}
	})
}

// States are saved while the writer goes on, and each is what it was.
func TestSaveBesideWrites(t *testing.T) {
	const dim, n = 20, 3000
	for _, c := range configs {
		s := history(t, c, dim)
		r := rand.New(rand.NewPCG(18, 18))
		old, last := s.Table(), save(t, s, s.Table(), "")
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range n {
				// Slots that no table has seen yet: those that old sees stay.
				s.Publish(s.Write([]Slot{Slot(i)}, []Entry{{Slot: Slot(5000 + i), Row: uint32(i), Vector: random(r, dim, 3)}}))
			}
		})
		for range 5 {
			table := s.Table()
			dir := save(t, s, table, last)
			sameTable(t, load(t, c, dir).Table(), table)
			last = dir
		}
		wg.Wait()
		sameTable(t, load(t, c, save(t, s, old, "")).Table(), old)
		sameTable(t, load(t, c, save(t, s, s.Table(), last)).Table(), s.Table())
	}
}
