package hybrid

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var oddMetadata = map[string]any{
	"": nil, "path": "a/ü\x00.md", "size": int64(-1), "big": int64(1) << 62, "share": 0.1,
	"yes": true, "no": false, "list": []any{"a", 1.5}, "map": map[string]any{"x": nil},
}

func TestMetadataSurvivesEncoding(t *testing.T) {
	for _, m := range []map[string]any{nil, {}, oddMetadata} {
		b, err := newMetadata(m).appendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		loaded := &metadata{encoded: string(b)}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if diff := cmp.Diff(newMetadata(m).get(), loaded.get()); diff != "" {
					t.Errorf("(-before +after)\n%s", diff)
				}
			})
		}
		wg.Wait()
		again, err := loaded.appendTo(nil)
		if err != nil || string(again) != string(b) {
			t.Errorf("encoded again: %q, %v; want %q", again, err, b)
		}
	}
}

func TestMetadataThatCannotBeEncodedIsAnError(t *testing.T) {
	if _, err := newMetadata(map[string]any{"f": func() {}}).appendTo(nil); err == nil {
		t.Error("a function was encoded")
	}
}

func FuzzMetadata(f *testing.F) {
	b, err := appendMetadata(nil, oddMetadata)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add("\xff\xff\xff\xff\x0f")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := decodeMetadata(s)
		if err != nil {
			return
		}
		b, err := appendMetadata(nil, m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeMetadata(string(b))
		if err != nil || len(again) != len(m) {
			t.Errorf("%q: %v, %v; want %v", s, again, err, m)
		}
	})
}
