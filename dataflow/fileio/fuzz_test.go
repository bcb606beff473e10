package fileio

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var fuzzSeeds = []string{
	"", "a,b\n1,2\n", "a\r\n\"x\ny\",\"\"\"\"\r\n\n", "\"a\"b,\"c\nd\"\n", "a\"b\n\"\n\"", ",\n,,\n", "\"", "\"\"\n", "\xef\xbb\xbfa\n\"b", "a\rb\r\r\n", "\"a\"\r\n\"a\r\n\"",
}

// FuzzCSV compares records and fields with encoding/csv.
func FuzzCSV(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		var r csvRecord
		list := layout{comma: ','}.records([]byte(text), 1)
		for {
			std := csv.NewReader(strings.NewReader(rest))
			std.FieldsPerRecord = -1
			want, wantErr := std.Read()
			rest = rest[std.InputOffset():]
			record, _, ok := list.next()
			if !ok || errors.Is(wantErr, io.EOF) {
				if ok || !errors.Is(wantErr, io.EOF) {
					t.Fatalf("%q: got record %q, %v, encoding/csv %q, %v", text, record, ok, want, wantErr)
				}
				return
			}
			err := r.cut(record, ',')
			if (err != nil) != (wantErr != nil) {
				t.Fatalf("%q: record %q: %v, encoding/csv: %v", text, record, err, wantErr)
			}
			var got []string
			for i := range r.ends {
				got = append(got, r.field(string(r.text), i))
			}
			if d := cmp.Diff(want, got); err == nil && d != "" {
				t.Fatalf("%q: record %q: %s", text, record, d)
			}
		}
	})
}

// FuzzCut cuts a file into blocks: they are the file, without what is unfinished,
// and have the records that it has uncut.
func FuzzCut(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s, uint8(4), uint8(30), true, true)
		f.Add(s, uint8(7), uint8(5), false, true)
		f.Add(s, uint8(1), uint8(1), true, false)
	}
	f.Fuzz(func(t *testing.T, text string, size, limit uint8, quotes, final bool) {
		l := layout{}
		if quotes {
			l.comma = ','
		}
		whole := cutAll(t, l, text, 1<<10, 1<<10, final)
		if at := lengthOf(whole); final && at != len(text) {
			t.Fatalf("%q: cut up to %d of %d", text, at, len(text))
		}
		pieces := cutAll(t, l, text, 1+int(size), 1+int(limit), final)
		at := 0
		for _, p := range pieces {
			if !p.gap && string(p.raw) != text[at:at+int(p.length)] {
				t.Fatalf("%q at %d: got %q", text, at, p.raw)
			}
			at += int(p.length)
			if !p.open && text[at-1] != '\n' {
				t.Fatalf("%q: cut at %d, which ends no line", text, at)
			}
		}
		if longest := longestRecord(l, text); longest > int(limit) {
			return // what is bad may be cut in other ways
		}
		if at != lengthOf(whole) {
			t.Fatalf("%q: cut up to %d, in one piece up to %d", text, at, lengthOf(whole))
		}
		if d := cmp.Diff(recordsOf(l, whole), recordsOf(l, pieces)); d != "" {
			t.Fatalf("%q: %s", text, d)
		}
	})
}

func cutAll(t *testing.T, l layout, text string, size, limit int, final bool) (list []piece) {
	c := &cutter{layout: l, size: size, limit: limit, final: final, from: strings.NewReader(text), spare: func() []byte { return make([]byte, 0, size) }}
	for {
		p, err := c.next()
		if errors.Is(err, io.EOF) {
			return list
		}
		must(t, err)
		if p.length == 0 {
			t.Fatalf("%q: an empty block", text)
		}
		list = append(list, p)
	}
}

func lengthOf(list []piece) (n int) {
	for _, p := range list {
		n += int(p.length)
	}
	return n
}

func recordsOf(l layout, list []piece) (out []string) {
	for _, p := range list {
		records := l.records(p.raw, 1)
		for b, _, ok := records.next(); ok; b, _, ok = records.next() {
			out = append(out, string(b))
		}
	}
	return out
}

func longestRecord(l layout, text string) (longest int) {
	for b := []byte(text); len(b) > 0; {
		n := l.record(b)
		if n < 0 {
			n = len(b)
		}
		longest = max(longest, n)
		b = b[n:]
	}
	return longest
}

// FuzzKept decodes what a damaged store may hold.
func FuzzKept(f *testing.F) {
	f.Add(block{length: 300, lines: 2, sum: 7, gap: true, open: true}.encode())
	f.Add((&file{head: []byte("a,b\n"), sure: true}).encode("rows"))
	f.Add(snapshotState{name: "7", missing: map[string]int{"a": -3}}.encode([]byte("text")))
	f.Fuzz(func(t *testing.T, in []byte) {
		if b, err := decodeBlock(in); err == nil {
			again, err := decodeBlock(b.encode())
			if err != nil || again != b {
				t.Errorf("%x: %+v became %+v, %v", in, b, again, err)
			}
		}
		if got, err := decodeFile("f", in, "rows"); err == nil && !bytes.HasSuffix(in, got.head) {
			t.Errorf("%x: head %q", in, got.head)
		}
		if s, err := decodeSnapshot(in); err == nil && s.missing == nil {
			t.Errorf("%x: %+v", in, s)
		}
	})
}
