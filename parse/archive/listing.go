package archive

import (
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

const (
	maxListed = 10_000 // members that the text names
	maxLine   = 600    // bytes of one of them
	maxList   = 1500   // bytes of a section: about one chunk
)

// A listing is the list of members that is the text of an archive.
type listing struct {
	lines   []string
	members int
	bytes   int64
}

// add notes a member, with why it is not read, if it is not.
func (l *listing) add(name string, size int64, problem string) {
	l.members++
	l.bytes += max(size, 0)
	if len(l.lines) >= maxListed {
		return
	}
	line := "- " + oneLine(name)
	if size >= 0 {
		line += " (" + amount(size) + ")"
	}
	if problem != "" {
		line += ": " + oneLine(problem)
	}
	l.lines = append(l.lines, line)
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	return parse.Cut(s, maxLine)
}

// compose returns the text of an archive of the named form.
func (l *listing) compose(form string) (string, []rag.Section) {
	var out parse.Builder
	title := fmt.Sprintf("%s archive, %d files, %s unpacked", strings.ToUpper(form), l.members, amount(l.bytes))
	if l.members == 1 {
		title = strings.Replace(title, "1 files", "1 file", 1)
	}
	out.Add(rag.Paragraph, title)
	for lines := l.lines; len(lines) > 0; {
		size, n := 0, 0
		for n < len(lines) && (n == 0 || size+len(lines[n]) < maxList) {
			size += len(lines[n]) + 1
			n++
		}
		out.Add(rag.List, strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	if more := l.members - len(l.lines); more > 0 {
		out.Add(rag.Note, fmt.Sprintf("and %d more", more))
	}
	return out.Result()
}

// amount returns a number of bytes as people write it.
func amount(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
