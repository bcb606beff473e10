package layout

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ragserver/parse"
)

// Label cleans a title; many files have a path or nothing useful there.
func Label(s string) string {
	if !utf8.ValidString(s) {
		return ""
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == '\uFEFF' || r == '\uFFFD' }), " ")
	if strings.EqualFold(s, "untitled") {
		return ""
	}
	return parse.Cut(s, 500)
}

// Labels returns the names of pages, nil if each is only the page's number.
func Labels(list []string) []string {
	for i, s := range list {
		if s != "" && s != numbers([]int{i + 1}) {
			return list
		}
	}
	return nil
}

// Meta returns what the document information says besides title, author and
// times.
func Meta(value func(key string) string) map[string]string {
	var out map[string]string
	for _, key := range []string{"Subject", "Keywords", "Creator", "Producer"} {
		if s := Label(value(key)); s != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[strings.ToLower(key)] = s
		}
	}
	return out
}

// Time reads a time as PDF writes it, as in "D:20260102150405+01'00'"; zero if it
// is none.
func Time(s string) time.Time {
	s = strings.TrimPrefix(strings.TrimSpace(s), "D:")
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(s)
	}
	digits, zone := s[:end], strings.ReplaceAll(s[end:], "'", "")
	const full = "20060102150405"
	if !slices.Contains([]int{4, 6, 8, 10, 12, 14}, len(digits)) {
		return time.Time{}
	}
	if len(zone) == 5 && (zone[0] == '+' || zone[0] == '-') && len(digits) == len(full) {
		if t, err := time.Parse(full+"-0700", digits+zone); err == nil {
			return t.UTC()
		}
	}
	t, err := time.Parse(full[:len(digits)], digits)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Address returns a link's address, "" if it leads nowhere outside.
func Address(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, ""))
	if len(s) > 2000 || strings.HasPrefix(strings.ToLower(s), "javascript:") {
		return ""
	}
	return s
}
