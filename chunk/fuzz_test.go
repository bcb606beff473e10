package chunk_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ragserver/chunk"
)

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"# A\n\nOne. Two.\n\n## B\n\n| a | b |\n| c | d |\n\n\tcode\n\n\tmore",
		"\U0001F469\u200d\U0001F469\u200d\U0001F467\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7 \U0001F44D\U0001F3FD",
		"e\u0301\u0302 \u0301x. \u0301y \u0600 z\u0600",
		"각각\u1100\u1161\u11a8 \u1100\u1100\u1161",
		"一行\r\n二行\r\n\r\n\r\n三。四！五，六、七",
		"مرحبا بالعالم؟ كيف الحال، اليوم",
		"क्षि क्ष्म\u200d त्र ज्ञ। हाँ",
		strings.Repeat("\u0301", 300), strings.Repeat("ab", 300), strings.Repeat("a ", 300), strings.Repeat("中", 300),
		"| a | b |\n|---|:-:|\n| c | d |\n| e | f |\n\n| a |\n|-|\n| e | f | g | h | i | j | k |",
		"\r\r\n\n\r", "\xff\xfe\xc3", "",
	} {
		f.Add(seed, uint8(0), uint8(0), uint8(0))
		f.Add(strings.Repeat(seed+" ", 20), uint8(20), uint8(5), uint8(len(seed)))
	}
	f.Fuzz(func(t *testing.T, text string, size, overlap, by uint8) {
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\ufffd")
		}
		c := chunk.Config{Size: 8 + int(size), MinSize: 4}
		c.Overlap = min(int(overlap), c.Size/2)
		c.By = []chunk.Strategy{"", chunk.Heading, chunk.Sentence, chunk.Page, chunk.Declaration}[by%5]
		if by/5%2 == 1 {
			c.Parent = 3 * c.Size
		}
		s := splitter(t, c)
		whole, parts := plain(text), structured(text)
		check(t, s, whole, s.Split("docs:a", whole))
		check(t, s, parts, s.Split("docs:a", parts))
		once, again := s.Split("docs:a", parts), s.Split("docs:a", parts)
		if !slices.EqualFunc(once, again, equal) {
			t.Error("the same text has other chunks the second time")
		}
	})
}

// FuzzBytes only has to end: a text should be UTF-8, but may not be.
func FuzzBytes(f *testing.F) {
	f.Add("\xff\xfe. \xc3, \xe4\xb8", 1, 4)
	f.Add(strings.Repeat("\xe4", 1000), 0, 1000)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		doc := plain(text)
		doc.Sections[0].Start, doc.Sections[0].End = start, end
		s := splitter(t, chunk.Config{Size: 8, Overlap: 4})
		for _, c := range s.Split("docs:a", doc) {
			if c.Text == "" {
				t.Error("got an empty chunk")
			}
		}
	})
}
