// Package storetest tells whether a store keeps the promises of its contract.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"ragserver/store"
)

// Run checks a store. Open returns a new empty one. Reopen closes the store and
// opens what it left behind; it is nil for a store that leaves nothing.
func Run(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T, s store.Store) store.Store) {
	for _, c := range []struct {
		name string
		f    func(t *testing.T, s store.Store)
	}{
		{"MissingKeyIsNil", missingKeyIsNil},
		{"EmptyValueIsNotNil", emptyValueIsNotNil},
		{"LaterWriteOfABatchWins", laterWriteWins},
		{"DeleteRemoves", deleteRemoves},
		{"EmptyBatchIsCommitted", emptyBatch},
		{"ScanIsOrderedAndPrefixed", scanIsOrdered},
		{"ScanSeesOneState", scanSeesOneState},
		{"ScanStopsEarly", scanStopsEarly},
		{"SnapshotStays", snapshotStays},
		{"ResultsBelongToTheCaller", resultsBelongToCaller},
		{"CommitIsAtomicToReaders", commitIsAtomic},
		{"AnyBytes", anyBytes},
		{"ClosedStoreSaysSo", closedSaysSo},
		{"HistoryEqualsMap", historyEqualsMap},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
					t.Errorf("Close: %v", err)
				}
			})
			c.f(t, s)
		})
	}
	if reopen != nil {
		t.Run("ReopenedHoldsAll", func(t *testing.T) { reopenedHoldsAll(t, open(t), reopen) })
	}
}

func missingKeyIsNil(t *testing.T, s store.Store) {
	if v, err := s.Get([]byte("a")); v != nil || err != nil {
		t.Errorf("Get of a missing key = %q, %v; want nil, nil", v, err)
	}
}

func emptyValueIsNotNil(t *testing.T, s store.Store) {
	put(t, s, "nil", "")
	commit(t, s, func(b *store.Batch) { b.Put([]byte("empty"), nil) })
	for _, key := range []string{"nil", "empty"} {
		if v, err := s.Get([]byte(key)); v == nil || len(v) != 0 || err != nil {
			t.Errorf("Get(%q) = %#v, %v; want an empty slice", key, v, err)
		}
	}
}

func laterWriteWins(t *testing.T, s store.Store) {
	commit(t, s, func(b *store.Batch) {
		b.Put([]byte("a"), []byte("1"))
		b.Delete([]byte("a"))
		b.Put([]byte("b"), []byte("1"))
		b.Put([]byte("b"), []byte("2"))
	})
	wantAll(t, s, "", "b=2")
	commit(t, s, func(b *store.Batch) {
		b.Delete([]byte("b"))
		b.Put([]byte("b"), []byte("3"))
	})
	wantAll(t, s, "", "b=3")
}

func deleteRemoves(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "2")
	commit(t, s, func(b *store.Batch) { b.Delete([]byte("a")); b.Delete([]byte("missing")) })
	wantAll(t, s, "", "b=2")
	put(t, s, "a", "3")
	wantAll(t, s, "", "a=3 b=2")
}

func emptyBatch(t *testing.T, s store.Store) {
	commit(t, s, func(*store.Batch) {})
	wantAll(t, s, "", "")
}

func scanIsOrdered(t *testing.T, s store.Store) {
	put(t, s, "b", "3", "a\xff\xff", "2", "a", "1", "\xff\xffx", "5", "\xff", "4", "aa", "9")
	wantAll(t, s, "", "a=1 aa=9 a\xff\xff=2 b=3 \xff=4 \xff\xffx=5")
	wantAll(t, s, "a", "a=1 aa=9 a\xff\xff=2")
	wantAll(t, s, "a\xff", "a\xff\xff=2")
	wantAll(t, s, "\xff", "\xff=4 \xff\xffx=5")
	wantAll(t, s, "c", "")
}

func scanSeesOneState(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "1", "c", "1")
	got := ""
	for kv, err := range s.Scan(nil) {
		if err != nil {
			t.Fatal(err)
		}
		got += fmt.Sprintf("%s=%s ", kv.Key, kv.Value)
		put(t, s, "b", "2", "d", "2")
		commit(t, s, func(b *store.Batch) { b.Delete([]byte("c")) })
	}
	if want := "a=1 b=1 c=1 "; got != want {
		t.Errorf("scan = %q, want %q", got, want)
	}
	wantAll(t, s, "", "a=1 b=2 d=2")
}

func scanStopsEarly(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "1")
	for kv, err := range s.Scan(nil) {
		if err != nil || string(kv.Key) != "a" {
			t.Fatalf("first step = %q, %v", kv.Key, err)
		}
		break
	}
	wantAll(t, s, "", "a=1 b=1")
}

func snapshotStays(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "1")
	snap := s.Snapshot()
	put(t, s, "a", "2", "c", "2")
	commit(t, s, func(b *store.Batch) { b.Delete([]byte("b")) })
	later := s.Snapshot()
	put(t, s, "a", "3")
	wantAll(t, snap, "", "a=1 b=1")
	wantAll(t, later, "", "a=2 c=2")
	wantAll(t, s, "", "a=3 c=2")
	if err := snap.Close(); err != nil {
		t.Error(err)
	}
	if _, err := snap.Get([]byte("a")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get of a closed snapshot: %v, want ErrClosed", err)
	}
	wantAll(t, later, "", "a=2 c=2")
	if err := later.Close(); err != nil {
		t.Error(err)
	}
}

func resultsBelongToCaller(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	v, err := s.Get([]byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	v[0] = 'X'
	wantAll(t, s, "", "a=1")
}

func anyBytes(t *testing.T, s store.Store) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	big := bytes.Repeat(all, 8<<10) // 2 MB
	commit(t, s, func(b *store.Batch) { b.Put(all, big) })
	if v, err := s.Get(all); err != nil || !bytes.Equal(v, big) {
		t.Errorf("Get = %d bytes, %v; want %d bytes", len(v), err, len(big))
	}
}

func closedSaysSo(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	snap := s.Snapshot()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, getErr := s.Get([]byte("a"))
	_, snapErr := snap.Get([]byte("a"))
	_, lateErr := s.Snapshot().Get([]byte("a"))
	errs := map[string]error{"Get": getErr, "Snapshot.Get": snapErr, "late Snapshot.Get": lateErr,
		"Commit": s.Commit(&store.Batch{Ops: []store.Op{{Key: []byte("b")}}}, true), "Close": s.Close()}
	for kv, err := range s.Scan(nil) {
		errs["Scan"] = err
		if kv.Key != nil {
			t.Errorf("scan of a closed store yields %q", kv.Key)
		}
	}
	for op, err := range errs {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", op, err)
		}
	}
	if len(errs) != 6 {
		t.Error("scan of a closed store yields no error")
	}
}
