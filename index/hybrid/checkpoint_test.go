package hybrid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// After any history with checkpoints, ends and kills at random, an index equals
// one that is made of what is there at the end; and no start but the first reads
// all documents.
func TestAnyHistoryWithRestartsEqualsAFreshIndex(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 5))
		legs := setup(seed) % setups
		m, dir := newMemory(), t.TempDir()
		x := legs.open(t, dir, files{})
		restore(t, x, m)
		for step := range 40 {
			b := m.step(r)
			if r.IntN(8) > 0 {
				applyBatch(t, x, m.epoch, b)
			} else { // it dies between the store and the index
				kill(t, x)
				x = legs.open(t, dir, files{})
				restore(t, x, m)
			}
			switch r.IntN(10) {
			case 0, 1:
				save(t, x)
			case 2:
				if err := x.Close(); err != nil {
					t.Fatal(err)
				}
				x = legs.open(t, dir, files{})
				restore(t, x, m)
				if s := x.Status(); s.Rebuilt != "" || s.Saved == 0 && len(m.docs) > 0 {
					t.Fatalf("seed %d, step %d: %+v after an end in order at epoch %d", seed, step, s, m.epoch)
				}
			}
		}
		save(t, x)
		kill(t, x)
		m.scans, m.read = 0, 0
		m.step(r)
		x = legs.open(t, dir, files{})
		restore(t, x, m)
		if m.scans > 0 || m.read > 40 {
			t.Errorf("seed %d: %d scans and %d texts were read to catch up", seed, m.scans, m.read)
		}
		same(t, fmt.Sprintf("seed %d", seed), m, x)
		m.step(r)
		if n := x.docs.list; len(n) > 100 {
			t.Errorf("seed %d: %d slots for 12 documents", seed, len(n))
		}
		kill(t, x)
	}
}

// filled returns a memory and a folder with a checkpoint of it, and one epoch
// more that is not in it.
func filled(t testing.TB, legs setup) (*memory, string) {
	m, dir := newMemory(), t.TempDir()
	r := rand.New(rand.NewPCG(7, 7))
	x := legs.open(t, dir, files{})
	restore(t, x, m)
	for range 30 {
		b := m.step(r)
		applyBatch(t, x, m.epoch, b)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	m.step(r)
	return m, dir
}

func TestEveryDamagedFileIsNoticed(t *testing.T) {
	for _, legs := range []setup{saversBoth, bm25Saved, hnswAndBM25} {
		m, whole := filled(t, legs)
		root := filepath.Join(whole, "checkpoint")
		r := rand.New(rand.NewPCG(3, 3))
		damaged := 0
		err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			damaged++
			name, err = filepath.Rel(root, name)
			for _, how := range []string{"flipped", "cut", "gone", "empty"} {
				t.Run(how+" "+filepath.Base(name), func(t *testing.T) {
					dir := t.TempDir()
					if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
						t.Fatal(err)
					}
					damage(t, r, filepath.Join(dir, "checkpoint", name), how)
					startsRebuilt(t, legs, m, dir)
				})
			}
			return err
		})
		if err != nil || damaged < 5 {
			t.Errorf("%d files, %v; want at least 5", damaged, err)
		}
	}
}

func damage(t *testing.T, r *rand.Rand, name, how string) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	switch how {
	case "flipped":
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	case "cut":
		b = b[:r.IntN(len(b))]
	case "empty":
		b = nil
	}
	if how == "gone" {
		err = os.Remove(name)
	} else {
		err = os.WriteFile(name, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startsRebuilt starts on a damaged folder twice: the second start is as usual.
func startsRebuilt(t *testing.T, legs setup, m *memory, dir string) {
	t.Helper()
	manifest := filepath.Join(dir, "checkpoint", manifestName)
	_, gone := os.Stat(manifest)
	for start := range 2 {
		x := legs.open(t, dir, files{})
		restore(t, x, m)
		if why := x.Status().Rebuilt; (why != "") != (start == 0 && gone == nil) {
			t.Errorf("start %d: rebuilt because %q", start, why)
		}
		if start == 0 {
			same(t, "after damage", m, x)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A text leg on disk gets new texts of chunks that it has, with or without a
// checkpoint.
func TestATextLegOnDiskIsRenewed(t *testing.T) {
	for _, gone := range []string{"", "checkpoint"} {
		m, dir := filled(t, flatAndBleve)
		n := slices.Min(slices.Collect(maps.Keys(m.chunk)))
		id := indextest.ID(n)
		m.texts[id] = index.Text{Body: "zebra"}
		m.epoch++
		m.touched[m.epoch] = Touched{Documents: []rag.URI{uri(m.chunk[n])}, Chunks: []rag.ChunkID{id}}
		if gone != "" {
			if err := os.RemoveAll(filepath.Join(dir, gone)); err != nil {
				t.Fatal(err)
			}
		}
		x := flatAndBleve.open(t, dir, files{})
		restore(t, x, m)
		hits := hitsOf(t, x, Query{Text: "zebra", K: 5, Mode: TextOnly})
		if len(hits) != 1 || hits[0].ID != id {
			t.Errorf("without %q: %+v, want chunk %v", gone, hits, id)
		}
		same(t, "renewed", m, x)
		kill(t, x)
	}
}

func TestACheckpointOfSomethingElseIsNotUsed(t *testing.T) {
	for name, other := range map[string]func(*memory, *Config){
		"store":        func(m *memory, _ *Config) { m.id = "another" },
		"legs":         func(_ *memory, c *Config) { c.Legs = "others" },
		"lost records": func(m *memory, _ *Config) { delete(m.touched, m.epoch) },
		"older store":  func(m *memory, _ *Config) { m.epoch -= 5 },
	} {
		t.Run(name, func(t *testing.T) {
			m, dir := filled(t, saversBoth)
			x := saversBoth.open(t, dir, files{}, func(c *Config) { other(m, c) })
			restore(t, x, m)
			if x.Status().Rebuilt == "" || m.scans != 2 {
				t.Errorf("%+v, %d scans; want it to be rebuilt", x.Status(), m.scans)
			}
			same(t, name, m, x)
			kill(t, x)
		})
	}
}

// Whatever call of the disk fails, and whether the process lives on or dies, the
// old or the new checkpoint is there.
func TestAFailingDiskLeavesTheOldOrTheNew(t *testing.T) {
	for _, lives := range []bool{true, false} {
		for calls, failed := 0, true; failed; calls++ {
			once := calls%2 == 1
			m, dir := filled(t, saversBoth)
			old := m.epoch - 1
			d := &failer{left: -1}
			x := saversBoth.open(t, dir, d)
			restore(t, x, m)
			d.left, d.once = calls/2, once
			err := x.Checkpoint(t.Context())
			failed = d.failed
			if err != nil && !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			if err != nil && x.Status().Trouble == nil {
				t.Error("the status does not tell")
			}
			if d.left = -1; lives {
				save(t, x)
				old = m.epoch
			}
			kill(t, x)
			m.scans = 0
			x = saversBoth.open(t, dir, files{})
			restore(t, x, m)
			if s := x.Status(); s.Rebuilt != "" || s.Saved != m.epoch && s.Saved != old || m.scans > 0 {
				t.Fatalf("%d calls, then lives: %v: %+v, want epoch %d or %d", calls/2, lives, s, old, m.epoch)
			}
			if calls%8 < 2 {
				same(t, "after a failure", m, x)
			}
			kill(t, x)
		}
	}
}

func TestACheckpointRunsBesideEpochs(t *testing.T) {
	for _, legs := range []setup{saversBoth, hnswAndBM25} {
		savesBesideEpochs(t, legs)
	}
}

func savesBesideEpochs(t *testing.T, legs setup) {
	m, dir := filled(t, legs)
	x := legs.open(t, dir, files{})
	restore(t, x, m)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		var err error
		for err == nil && ctx.Err() == nil {
			err = x.Checkpoint(context.WithoutCancel(ctx))
		}
		done <- err
	}()
	r := rand.New(rand.NewPCG(4, 4))
	for range 60 {
		b := m.step(r)
		applyBatch(t, x, m.epoch, b)
		hitsOf(t, x, ask(r.IntN(1200), 5))
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	kill(t, x)
	x = legs.open(t, dir, files{})
	restore(t, x, m)
	if why := x.Status().Rebuilt; why != "" {
		t.Errorf("rebuilt: %s", why)
	}
	same(t, "beside epochs", m, x)
	kill(t, x)
}

func TestRunSavesWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &failer{left: -1}
		x := saversBoth.openInMemory(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- x.Run(ctx) }()
		expect := func(after time.Duration, want rag.Epoch) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := x.Status().Saved; got != want {
				t.Errorf("epoch %d is saved, want %d", got, want)
			}
		}
		expect(time.Hour, 0) // nothing has changed
		applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 1)}})
		expect(9*time.Minute, 0)
		applyBatch(t, x, 2, Batch{Chunks: []ChunkChange{addChunk(1, 2)}})
		expect(time.Minute+time.Second, 2)
		d.after(0)
		applyBatch(t, x, 3, Batch{Chunks: []ChunkChange{addChunk(1, 3)}})
		expect(11*time.Minute, 2)
		d.after(-1)
		expect(11*time.Minute, 3)
		var many Batch
		for n := range saveChunks + 1 {
			many.Documents = append(many.Documents, aDocument(10+n, "a"))
		}
		applyBatch(t, x, 4, many)
		expect(time.Second, 4)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		kill(t, x)
	})
}

// openInMemory returns an index whose legs start no goroutines.
func (s setup) openInMemory(t testing.TB, d disk) *Index {
	x, err := New(Config{Dir: filepath.Join(t.TempDir(), "checkpoint")}, newSaver(&nothing{}, d), newSaver(&nothing{}, d))
	if err != nil {
		t.Fatal(err)
	}
	x.disk = d
	return x
}

// nothing is a leg that finds nothing.
type nothing struct{ index.Leg }

func (*nothing) Apply(context.Context, rag.Epoch, []index.Change) error { return nil }
func (*nothing) Snapshot() index.Snapshot                               { return nothingSeen{} }
func (*nothing) Close() error                                           { return nil }

type nothingSeen struct{ index.Snapshot }

func (nothingSeen) Len() int { return 0 }
func (nothingSeen) Close()   {}

func TestManifestIsRead(t *testing.T) {
	want := manifest{Format: manifestFormat, Folder: "12", Epoch: 12, Identity: "a\nb", Size: 5, Sum: 7, Text: true, Fields: []string{"path"}}
	b, err := want.encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeManifest(b); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, folder := range []string{"", "..", "a/b", "/tmp", "."} {
		bad := want
		bad.Folder = folder
		b, err := bad.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeManifest(b); err == nil || !strings.Contains(err.Error(), "folder") {
			t.Errorf("folder %q: %v", folder, err)
		}
	}
}
