package chunk_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/chunk"
)

func equal(a, b rag.Chunk) bool {
	return a.ID == b.ID && a.Start == b.Start && a.End == b.End && a.Text == b.Text
}

// TestEditChangesFewChunks edits a paragraph of 1,000 in every way.
func TestEditChangesFewChunks(t *testing.T) {
	for _, size := range []int{100, 256, 400} {
		r := rand.New(rand.NewPCG(3, uint64(size)))
		s := splitter(t, chunk.Config{Size: size})
		var paragraphs []string // without a heading, at which any splitter would find back
		for range 1000 {
			paragraphs = append(paragraphs, paragraph(r))
		}
		before := split(s, paragraphs)
		tokens := s.Count(strings.Join(paragraphs, "\n\n"))
		fill := float64(tokens) / float64(len(before)*size)
		var changed []int
		for range 40 {
			changed = append(changed, fresh(before, split(s, edit(r, paragraphs))))
		}
		slices.Sort(changed)
		t.Logf("size %d: %d chunks, %.0f %% full; an edit makes %d new chunks in the middle, %d in nine of ten, %d at most",
			size, len(before), 100*fill, changed[len(changed)/2], changed[len(changed)*9/10], changed[len(changed)-1])
		if changed[len(changed)/2] > 1 || changed[len(changed)*9/10] > 3 || changed[len(changed)-1] > 8 {
			t.Errorf("size %d: an edit makes up to %d new chunks, %d in the middle", size, changed[len(changed)-1], changed[len(changed)/2])
		}
		if fill < 0.6 {
			t.Errorf("size %d: chunks are %.0f %% full, want 60 %%", size, 100*fill)
		}
	}
}

func split(s *chunk.Splitter, paragraphs []string) []rag.Chunk {
	return s.Split("docs:a", structured(strings.Join(paragraphs, "\n\n")))
}

// edit returns paragraphs with one inserted, deleted, replaced, or changed by a
// word.
func edit(r *rand.Rand, paragraphs []string) []string {
	i := r.IntN(len(paragraphs))
	edited := slices.Clone(paragraphs)
	switch r.IntN(4) {
	case 0:
		return slices.Insert(edited, i, paragraph(r))
	case 1:
		return slices.Delete(edited, i, i+1)
	case 2:
		edited[i] = paragraph(r)
	case 3:
		words := strings.Fields(edited[i])
		words[r.IntN(len(words))] = "other"
		edited[i] = strings.Join(words, " ")
	}
	return edited
}

// fresh returns how many chunks of after are not in before: what is embedded.
func fresh(before, after []rag.Chunk) int {
	old := map[rag.ChunkID]bool{}
	for _, c := range before {
		old[c.ID] = true
	}
	n := 0
	for _, c := range after {
		if !old[c.ID] {
			n++
		}
	}
	return n
}

// TestEditOfALongLine inserts a character into a long text without a line break,
// which is packed in several windows.
func TestEditOfALongLine(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, text := range map[string]string{
		"words":      strings.ReplaceAll(document(r, 3000), "\n\n", " "),
		"no spaces":  strings.NewReplacer("\n", "", " ", "", "!", "").Replace(document(r, 3000)),
		"tiny lines": strings.ReplaceAll(document(r, 2000), " ", "\n"),
	} {
		s := splitter(t, chunk.Config{Size: 64})
		before := s.Split("docs:a", plain(text))
		for range 3 {
			at := r.IntN(len(text))
			after := s.Split("docs:a", plain(text[:at]+"x"+text[at:]))
			if n := fresh(before, after); n > 20 {
				t.Errorf("%s: a character at %d of %d makes %d of %d chunks new", name, at, len(text), n, len(after))
			}
		}
	}
}
