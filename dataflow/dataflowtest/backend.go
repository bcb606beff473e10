// Package dataflowtest checks that a backend keeps what dataflow.Backend promises.
package dataflowtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"ragserver/dataflow"
)

// Backend runs the checks. Open returns an empty backend, and a function that
// returns it as it is found after a restart; that function is nil if it keeps
// nothing.
func Backend(t *testing.T, open func(t *testing.T) (b dataflow.Backend, reopen func() dataflow.Backend)) {
	for name, check := range map[string]func(*testing.T, dataflow.Backend){
		"Get":         get,
		"Scan":        scan,
		"Ownership":   ownership,
		"Concurrency": concurrency,
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := open(t)
			check(t, b)
		})
	}
	t.Run("Restart", func(t *testing.T) {
		b, reopen := open(t)
		commit(t, b, put("a", "1"), put("b", "2"))
		commit(t, b, dataflow.Write{Key: []byte("a"), Delete: true}, put("c", "3"))
		if reopen == nil {
			return
		}
		want(t, reopen(), "", "b=2", "c=3")
	})
}

func put(key, value string) dataflow.Write {
	return dataflow.Write{Key: []byte(key), Value: []byte(value)}
}

func commit(t *testing.T, b dataflow.Backend, writes ...dataflow.Write) {
	t.Helper()
	if err := b.Commit(writes, true); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, b dataflow.Backend, prefix string, want ...string) {
	t.Helper()
	var got []string
	err := b.Scan([]byte(prefix), func(k, v []byte) error {
		got = append(got, fmt.Sprintf("%s=%s", k, v))
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Scan(%q) gives %q, %v, want %q", prefix, got, err, want)
	}
}

func get(t *testing.T, b dataflow.Backend) {
	commit(t, b, put("empty", ""), put("a", "1"), put("a\x00", "2"), put("gone", "3"))
	commit(t, b, put("a", "4"), dataflow.Write{Key: []byte("gone"), Delete: true}, dataflow.Write{Key: []byte("never"), Delete: true})
	for k, want := range map[string][]byte{"empty": {}, "a": []byte("4"), "a\x00": []byte("2"), "gone": nil, "never": nil} {
		got, err := b.Get([]byte(k))
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("Get(%q) gives %#v, %v, want %#v", k, got, err, want)
		}
	}
}

func scan(t *testing.T, b dataflow.Backend) {
	commit(t, b, put("b\xff\xff", "4"), put("b2", "2"), put("c", "5"), put("b", "1"), put("a", "0"), put("b\xff", "3"))
	want(t, b, "b", "b=1", "b2=2", "b\xff=3", "b\xff\xff=4")
	want(t, b, "b\xff", "b\xff=3", "b\xff\xff=4")
	want(t, b, "d")
	stop := errors.New("stop")
	n := 0
	err := b.Scan(nil, func(k, v []byte) error {
		n++
		if got, err := b.Get(k); err != nil || !bytes.Equal(got, v) {
			t.Errorf("Get(%q) in a scan gives %q, %v, want %q", k, got, err, v)
		}
		commit(t, b, put("x"+string(k), "new"))
		if n == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 3 {
		t.Errorf("Scan gives %v after %d keys, want the error of the third", err, n)
	}
	want(t, b, "x", "xa=new", "xb=new", "xb2=new")
}

func ownership(t *testing.T, b dataflow.Backend) {
	commit(t, b, put("a", "1"))
	got, err := b.Get([]byte("a"))
	if err != nil || len(got) != 1 {
		t.Fatalf("Get gives %q, %v", got, err)
	}
	got[0] = 'x'
	want(t, b, "a", "a=1")
}

// concurrency looks for commits that are seen by halves.
func concurrency(t *testing.T, b dataflow.Backend) {
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 50 {
				k := fmt.Sprintf("%d", i)
				if err := b.Commit([]dataflow.Write{put(k, fmt.Sprint(n)), put(k+"/copy", fmt.Sprint(n))}, false); err != nil {
					t.Error(err)
					return
				}
				if got, err := b.Get([]byte(k + "/copy")); err != nil || string(got) != fmt.Sprint(n) {
					t.Errorf("Get after Commit gives %q, %v, want %d", got, err, n)
				}
			}
		})
	}
	wg.Wait()
	want(t, b, "", "0=49", "0/copy=49", "1=49", "1/copy=49", "2=49", "2/copy=49", "3=49", "3/copy=49")
}
