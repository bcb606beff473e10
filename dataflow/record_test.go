package dataflow

import (
	"bytes"
	"reflect"
	"testing"
	"time"
)

func FuzzRecords(f *testing.F) {
	f.Add((&liveRecord{seq: 3, n: 1, in: []byte("in"), memo: "m", result: []byte("r")}).encode())
	f.Add((&pendingRecord{seq: 1 << 40, n: 2, seen: time.Unix(1, 2), partition: "p", in: []byte("in")}).encode())
	f.Add([]byte{})
	f.Add([]byte{1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := decodeLive(b); err == nil {
			again, err := decodeLive(r.encode())
			if err != nil || !reflect.DeepEqual(r, again) {
				t.Errorf("%+v comes back as %+v, %v", r, again, err)
			}
		}
		if r, err := decodePending(b); err == nil {
			again, err := decodePending(r.encode())
			if err != nil || !reflect.DeepEqual(r, again) {
				t.Errorf("%+v comes back as %+v, %v", r, again, err)
			}
		}
	})
}

func TestTxReadsItsOwnWrites(t *testing.T) {
	b := Memory()
	if err := b.Commit([]Write{{Key: []byte("old"), Value: []byte("1")}}, true); err != nil {
		t.Fatal(err)
	}
	tx := newTx(b, 0)
	key := []byte("new")
	tx.Put(key, []byte("2"))
	key[0] = 'x' // the key is the caller's
	tx.Put([]byte("empty"), nil)
	tx.Delete([]byte("old"))
	tx.Put([]byte("gone"), []byte("3"))
	tx.Delete([]byte("gone"))
	for k, want := range map[string][]byte{"new": []byte("2"), "empty": {}, "old": nil, "gone": nil, "never": nil} {
		got, err := tx.Get([]byte(k))
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%s is %q, %v, want %q", k, got, err, want)
		}
	}
	if len(tx.writes) != 4 {
		t.Errorf("%d writes, want one for each key", len(tx.writes))
	}
}
