package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"ragserver/store"
)

// commitIsAtomic writes the same value to two keys again and again, while
// readers look for a difference.
func commitIsAtomic(t *testing.T, s store.Store) {
	put(t, s, "x", "0", "y", "0")
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				if err := equalXY(s); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 200 {
		v := fmt.Sprint(i)
		put(t, s, "x", v, "y", v)
	}
	close(done)
	readers.Wait()
}

func equalXY(s store.Store) error {
	snap := s.Snapshot()
	defer snap.Close()
	x, err := snap.Get([]byte("x"))
	if err != nil {
		return err
	}
	y, err := snap.Get([]byte("y"))
	if err != nil {
		return err
	}
	if string(x) != string(y) {
		return fmt.Errorf("x = %q and y = %q in one snapshot", x, y)
	}
	return nil
}

// historyEqualsMap applies a random history to the store and to a map.
func historyEqualsMap(t *testing.T, s store.Store) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	model := randomHistory(t, s, rand.New(rand.NewPCG(seed, 1)), map[string]string{})
	wantAll(t, s, "", render(model, ""))
	wantAll(t, s, "k1", render(model, "k1"))
}

// reopenedHoldsAll applies histories with the store opened again in between.
func reopenedHoldsAll(t *testing.T, s store.Store, reopen func(t *testing.T, s store.Store) store.Store) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 2))
	model := map[string]string{}
	for range 4 {
		model = randomHistory(t, s, rnd, model)
		s = reopen(t, s)
		wantAll(t, s, "", render(model, ""))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// randomHistory commits random batches to s and returns model with the same
// writes.
func randomHistory(t *testing.T, s store.Store, rnd *rand.Rand, model map[string]string) map[string]string {
	t.Helper()
	for range 60 {
		b := new(store.Batch)
		for range rnd.IntN(12) {
			key, value := fmt.Sprintf("k%d", rnd.IntN(60)), fmt.Sprint(rnd.IntN(1000))
			if rnd.IntN(3) == 0 {
				b.Delete([]byte(key))
				delete(model, key)
				continue
			}
			b.Put([]byte(key), []byte(value))
			model[key] = value
		}
		if err := s.Commit(b, rnd.IntN(8) == 0); err != nil {
			t.Fatal(err)
		}
	}
	return model
}

// render writes the pairs of m with prefix as wantAll does.
func render(m map[string]string, prefix string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(k, prefix) {
			pairs = append(pairs, k+"="+m[k])
		}
	}
	return strings.Join(pairs, " ")
}

// wantAll compares what r holds under prefix with "key=value key=value".
func wantAll(t *testing.T, r store.Reader, prefix, want string) {
	t.Helper()
	var pairs []string
	for kv, err := range r.Scan([]byte(prefix)) {
		if err != nil {
			t.Fatalf("Scan(%q): %v", prefix, err)
		}
		pairs = append(pairs, string(kv.Key)+"="+string(kv.Value))
		if v, err := r.Get(kv.Key); err != nil || string(v) != string(kv.Value) {
			t.Errorf("Get(%q) = %q, %v; Scan says %q", kv.Key, v, err, kv.Value)
		}
	}
	if got := strings.Join(pairs, " "); got != want {
		t.Errorf("Scan(%q) = %q, want %q", prefix, got, want)
	}
}

// put commits pairs of key and value.
func put(t *testing.T, s store.Store, pairs ...string) {
	t.Helper()
	commit(t, s, func(b *store.Batch) {
		for i := 0; i < len(pairs); i += 2 {
			b.Put([]byte(pairs[i]), []byte(pairs[i+1]))
		}
	})
}

func commit(t *testing.T, s store.Store, fill func(b *store.Batch)) {
	t.Helper()
	b := new(store.Batch)
	fill(b)
	if err := s.Commit(b, false); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}
