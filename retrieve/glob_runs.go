package retrieve

import (
	"strings"
	"unicode/utf8"
)

// A globRun is a part of a pattern: a text that stands for itself after a gap.
type globRun struct {
	gap  globGap
	text string // "" only at the end
}

// A globGap is what may stand before a run.
type globGap int

const (
	noGap   globGap = iota
	star            // any characters
	folders         // "**/": any folders or none
	other           // sets, alternatives, single characters
)

// globRuns reads a pattern that globExpr has accepted. What stands in braces is
// part of a gap.
func globRuns(pattern string) []globRun {
	var runs []globRun
	now := globRun{}
	brk := func(gap globGap) {
		if now.text != "" {
			runs = append(runs, now)
			now = globRun{}
		}
		now.gap = joined(now.gap, gap)
	}
	depth := 0
	for i := 0; i < len(pattern); i++ {
		size := 1
		switch c := pattern[i]; {
		case c == '*' && depth == 0 && strings.HasPrefix(pattern[i:], "**/") && (i == 0 || pattern[i-1] == '/'):
			brk(folders)
			size = 3
		case c == '*' && depth == 0:
			brk(star)
		case c == '[':
			_, size, _ = globClass(pattern[i:])
			brk(other)
		case c == '{':
			depth++
			brk(other)
		case c == '}':
			depth--
		case c == '?':
			brk(other)
		default:
			if c == '\\' {
				i++
			}
			var r rune
			if r, size = utf8.DecodeRuneInString(pattern[i:]); depth > 0 || r == utf8.RuneError {
				brk(other) // U+FFFD in a pattern also stands for bytes that are not UTF-8
			} else {
				now.text += pattern[i : i+size]
			}
		}
		i += size - 1
	}
	if now.text != "" || now.gap != noGap {
		runs = append(runs, now)
	}
	return runs
}

// joined is two gaps without text between them.
func joined(a, b globGap) globGap {
	if a == noGap || a == b || a == folders && b == star {
		return b
	}
	return other
}

// matchRuns matches a path against runs whose gaps are stars and folders. The
// first place where a run fits is taken: a later one leaves less of the path to
// the runs after it, and never more ways to go on.
func matchRuns(runs []globRun, path string) bool {
	at := 0
	for i, run := range runs {
		rest := path[at:]
		last := i == len(runs)-1
		switch {
		case run.gap == noGap && last:
			return rest == run.text
		case run.gap == noGap:
			if !strings.HasPrefix(rest, run.text) {
				return false
			}
			at += len(run.text)
		case last:
			start := len(path) - len(run.text)
			return start >= at && path[start:] == run.text && (run.gap == star || folderStart(path, at, start))
		default:
			start := find(path, at, run)
			if start < 0 {
				return false
			}
			at = start + len(run.text)
		}
	}
	return at == len(path)
}

// find returns the first place of a run in path[at:], -1 if there is none.
func find(path string, at int, run globRun) int {
	for from := at; ; from++ {
		i := strings.Index(path[from:], run.text)
		if i < 0 {
			return -1
		}
		if from += i; run.gap == star || folderStart(path, at, from) {
			return from
		}
	}
}

// folderStart says whether "**/" at place at may stand for what is before place i.
func folderStart(path string, at, i int) bool { return i == at || i > 0 && path[i-1] == '/' }
