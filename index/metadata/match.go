package metadata

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// matching returns the numbers of the strings that match accepts. It reads
// strings that never change, without a lock.
func (f *field) matching(ctx context.Context, prefix string, parts []string, match func(string) bool) ([]uint32, error) {
	v := f.allTexts()
	m := matcher{ctx: ctx, view: v, match: match}
	if prefix != "" {
		sorted := f.byText.upTo(v.len(), func(a, b uint32) int { return cmp.Compare(m.view.text(a), m.view.text(b)) })
		v = f.allTexts() // another reader may have sorted more
		m.view = v
		within := withPrefix(v, sorted, prefix)
		if len(within) <= fewTexts || !selective(parts) {
			m.look(within)
			m.lookFrom(uint32(len(sorted)))
			return m.found, m.err
		}
	}
	parts = append(slices.Clone(parts), prefix)
	if v.len() < fewTexts || !selective(parts) {
		m.lookFrom(0)
		return m.found, m.err
	}
	blocks, rest := f.grams.blocksWith(v, parts)
	for _, block := range blocks.ToArray() {
		m.lookBetween(block*blockSize, min((block+1)*blockSize, v.len()))
	}
	m.lookFrom(rest * blockSize)
	return m.found, m.err
}

// allTexts returns the strings that there are by now.
func (f *field) allTexts() textView {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.texts.view
}

// withPrefix returns the part of sorted whose strings begin with prefix.
func withPrefix(v textView, sorted []uint32, prefix string) []uint32 {
	from, _ := slices.BinarySearchFunc(sorted, prefix, func(id uint32, p string) int { return cmp.Compare(v.text(id), p) })
	sorted = sorted[from:]
	end, _ := slices.BinarySearchFunc(sorted, prefix, func(id uint32, p string) int {
		if strings.HasPrefix(v.text(id), p) {
			return -1
		}
		return 1
	})
	return sorted[:end]
}

// A matcher collects the strings that match.
type matcher struct {
	ctx   context.Context
	view  textView
	match func(string) bool
	seen  int
	found []uint32
	err   error
}

func (m *matcher) try(id uint32) bool {
	if m.seen++; m.seen%batch == 0 && m.err == nil {
		m.err = m.ctx.Err()
	}
	if m.err != nil {
		return false
	}
	if m.match(m.view.text(id)) {
		m.found = append(m.found, id)
	}
	return true
}

func (m *matcher) look(ids []uint32) {
	for _, id := range ids {
		if !m.try(id) {
			return
		}
	}
}

func (m *matcher) lookBetween(from, to uint32) {
	for id := from; id < to && m.try(id); id++ {
	}
}

func (m *matcher) lookFrom(from uint32) { m.lookBetween(from, m.view.len()) }
