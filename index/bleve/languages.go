package bleve

import (
	"slices"
	"strings"
	"sync/atomic"

	"ragserver/index"
	"ragserver/index/analyze"
)

// languages are those of the texts that were ever added, sorted. Queries read
// them while a change adds to them.
type languages struct{ list atomic.Pointer[[]string] }

// all returns the languages. They are not to be modified.
func (l *languages) all() []string {
	if list := l.list.Load(); list != nil {
		return *list
	}
	return nil
}

// with returns the languages and those of changes, and whether these are more.
func (l *languages) with(changes []index.Change) (list []string, more bool) {
	list = l.all()
	for _, c := range changes {
		if c.Diff < 0 {
			continue
		}
		base := analyze.Base(c.Text.Language)
		if i, ok := slices.BinarySearch(list, base); !ok {
			list, more = slices.Insert(slices.Clone(list), i, base), true
		}
	}
	return list, more
}

// encodeLanguages puts each language on a line of its own.
func encodeLanguages(list []string) []byte {
	var b []byte
	for _, l := range list {
		b = append(append(b, l...), '\n')
	}
	return b
}

func decodeLanguages(b []byte) []string {
	var list []string
	for line := range strings.Lines(string(b)) {
		list = append(list, strings.TrimSuffix(line, "\n"))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
