package answer

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestMarks(t *testing.T) {
	for in, want := range map[string]string{
		"a [1].":                   "a [1].",
		"a [1, 2] b":               "a [1][2] b",
		"a [1][2][1]":              "a [1][2][1]",
		"a [1-3]":                  "a [1][2][3]",
		"a [1 and 3]":              "a [1][3]",
		"a [2;9]":                  "a [2]",
		"a [9]. b":                 "a. b",
		"a [0] [4]":                "a",
		"a[^2]":                    "a[2]",
		"a【1†source】b":             "a[1]b",
		"in [2024] and [x] [":      "in [2024] and [x] [",
		"code `a[9]` [9] ":         "code `a[9]` ",
		"```\nx[9]\n``` [9]":       "```\nx[9]\n```",
		"[link](http://x) [1]":     "[link](http://x) [1]",
		"spaces   [":               "spaces   [",
		"[1":                       "[1",
		"\xe3\x80\x90\x31\xe3\x80": "\xe3\x80\x90\x31\xe3\x80",
	} {
		f := markFilter{passages: 3}
		if got := f.add(in) + f.end(); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestClaimsStandBeforeTheirMarks(t *testing.T) {
	got := claims("First. It opens at nine [1]. Films last a week. [2][1]", 2)
	want := map[int][]string{1: {"It opens at nine", "Films last a week."}, 2: {"Films last a week."}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzMarksDoNotDependOnPieces(f *testing.F) {
	f.Add("It is so [1, 2], and [9] `x[1]` 【1†a】.", 3)
	f.Add("x`0`0【0】0", 8)
	f.Add("[[1]] [1-999] \t [", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if size < 1 || len(text) > 2000 || !utf8.ValidString(text) {
			return
		}
		whole := markFilter{passages: 5}
		want := whole.add(text) + whole.end()
		pieces := markFilter{passages: 5}
		got := ""
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			got += pieces.add(rest[:n])
			rest = rest[n:]
		}
		if got += pieces.end(); got != want {
			t.Errorf("%q in pieces of %d became %q, at once %q", text, size, got, want)
		}
		for n := range claims(got, 5) {
			if n < 1 || n > 5 {
				t.Errorf("%q cites %d", got, n)
			}
		}
	})
}

func TestThoughtsAreLeftOut(t *testing.T) {
	for in, want := range map[string]string{
		"<think>a</think>b": "b", " \n<think>a": "", "<thin": "<thin", "b <think>a</think>": "b <think>a</think>", "<b>": "<b>", "": "",
	} {
		for size := 1; size < 9; size++ {
			var f thoughtFilter
			got := ""
			for rest := in; rest != ""; {
				n := min(size, len(rest))
				got += f.add(rest[:n])
				rest = rest[n:]
			}
			if got += f.end(); got != want {
				t.Errorf("%q in pieces of %d became %q, want %q", in, size, got, want)
			}
		}
	}
}
