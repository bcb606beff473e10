package code

import (
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A mark is where a section begins, and the path of what is declared there. It
// goes on to the next mark.
type mark struct {
	start int
	path  []string
	named bool // a declaration of its own, not what stands between others
}

// maxName bounds a name in a path, in bytes.
const maxName = 120

// below returns path with name at its end, in new memory. No name adds nothing.
func below(path []string, name string) []string {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return path
	}
	return append(slices.Clip(path), parse.Cut(name, maxName))
}

// cut makes sections of marks, which are in order. There are none if nothing is
// declared.
func cut(src string, marks []mark) (out []rag.Section) {
	if !slices.ContainsFunc(marks, func(m mark) bool { return m.named }) {
		return nil
	}
	if strings.TrimSpace(src[:marks[0].start]) != "" {
		marks = append([]mark{{}}, marks...)
	}
	for i, m := range marks {
		end := len(src)
		if i+1 < len(marks) {
			end = marks[i+1].start
		}
		start, end := trim(src, m.start, end)
		if start < end {
			out = append(out, rag.Section{Kind: rag.Code, Start: start, End: end, Heading: m.path})
		}
	}
	return out
}

// trim leaves out blank lines at the start and white space at the end.
func trim(src string, start, end int) (int, int) {
	end = start + len(strings.TrimRight(src[start:end], " \t\r\n\f\v\u0085\u00A0\u2028\u2029"))
	for start < end {
		_, next := parse.Line(src, start)
		if next >= end || strings.TrimSpace(src[start:next]) != "" {
			break
		}
		start = next
	}
	if strings.TrimSpace(src[start:end]) == "" {
		return end, end
	}
	return start, end
}
