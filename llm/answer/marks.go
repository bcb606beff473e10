package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mark finds [1], [1, 2], [1-3] and the like, with the white space before.
var mark = regexp.MustCompile(`[ \t]*(?:\[\^? {0,3}[0-9]{1,3}(?: {0,3}(?:[,;]|[-–]|and) {0,3}[0-9]{1,3}){0,9} {0,3}\]|【[0-9]{1,3}(?:†[^】\n]{0,40})?】)`)

// maybeMark tells a text that may become a mark when more of it comes.
var maybeMark = regexp.MustCompile(`[ \t]*(?:(?:\[[\^0-9 ,;\-–and]{0,128}|【[0-9]{0,3}(?:†[^】\n]{0,40})?)?)$`)

var markNumber = regexp.MustCompile(`[0-9]{1,3}`)

// A markFilter passes on an answer piece by piece with its marks in one form,
// [1][2], and without those that name no passage. Code between backquotes is
// left alone.
type markFilter struct {
	passages int
	held     string // may be the beginning of a mark
	code     bool
}

// add returns what is certain after the next piece.
func (f *markFilter) add(piece string) string {
	s := f.held + piece
	hold := wholeRunes(s)
	if loc := maybeMark.FindStringIndex(s[:hold]); loc != nil {
		hold = loc[0]
	}
	f.held = s[hold:]
	return f.rewrite(s[:hold])
}

// end returns what was held back.
func (f *markFilter) end() string {
	s := f.held
	f.held = ""
	return f.rewrite(s)
}

// wholeRunes returns how much of s does not end inside of a character.
func wholeRunes(s string) int {
	for i := len(s) - 1; i >= 0 && i >= len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				return i
			}
			break
		}
	}
	return len(s)
}

func (f *markFilter) rewrite(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '`')
		part := s
		if i >= 0 {
			part = s[:i]
		}
		if f.code {
			b.WriteString(part)
		} else {
			b.WriteString(mark.ReplaceAllStringFunc(part, f.one))
		}
		if i < 0 {
			return b.String()
		}
		n := i
		for n < len(s) && s[n] == '`' {
			n++
		}
		b.WriteString(s[i:n])
		f.code = f.code != ((n-i)%2 == 1)
		s = s[n:]
	}
}

// one rewrites one mark.
func (f *markFilter) one(m string) string {
	var b strings.Builder
	for _, n := range numbers(m) {
		if n >= 1 && n <= f.passages {
			b.WriteString("[" + strconv.Itoa(n) + "]")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return m[:len(m)-len(strings.TrimLeft(m, " \t"))] + b.String()
}

// numbers returns the distinct numbers of a mark, ranges written out.
func numbers(m string) []int {
	m, _, _ = strings.Cut(m, "†")
	var out []int
	end := 0
	for _, loc := range markNumber.FindAllStringIndex(m, -1) {
		n, _ := strconv.Atoi(m[loc[0]:loc[1]])
		if between := m[end:loc[0]]; len(out) > 0 && strings.ContainsAny(between, "-–") {
			for i := out[len(out)-1] + 1; i < n; i++ {
				out = append(out, i)
			}
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
		end = loc[1]
	}
	return out
}

// canonical finds the marks that a markFilter leaves.
var canonical = regexp.MustCompile(`\[([0-9]{1,3})\]`)

// claims returns, for each passage that text cites, what is said with it.
func claims(text string, passages int) map[int][]string {
	out := make(map[int][]string)
	for _, loc := range canonical.FindAllStringSubmatchIndex(text, -1) {
		n, _ := strconv.Atoi(text[loc[2]:loc[3]])
		if n < 1 || n > passages {
			continue // in code
		}
		before := text[max(0, loc[0]-2*longest):loc[0]]
		before = canonical.ReplaceAllString(strings.ToValidUTF8(before, ""), "")
		claim := ""
		if all := sentences(before); len(all) > 0 {
			last := all[len(all)-1]
			claim = before[last.start:last.end]
		}
		out[n] = append(out[n], claim)
	}
	return out
}
