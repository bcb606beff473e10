package chunk

import (
	"slices"

	rag "ragserver"
)

// A level says what lies between two stretches of text: the lower it is, the
// more they belong together, and the earlier they are joined.
type level uint8

const (
	underHeading level = iota // a heading, and what it is above of
	inWord                    // characters without a space
	inClause                  // words
	inSentence                // clauses
	inLine                    // lines of a paragraph
	inParagraph               // sentences, or lines of code, rows of a table
	inSection                 // what blank lines separate
	inTopic                   // sections under the same heading
	nearTopics                // sections under headings that belong together
	inPage                    // other sections of one page
	never                     // what must not share a chunk
)

// between returns the level between two sections that follow each other. A
// chunk does not cross pages, because it is cited with one.
func between(a, b rag.Section) level {
	switch {
	case a.Page != b.Page:
		return never
	case a.Kind == rag.Heading && begins(b.Heading, a.Heading):
		return underHeading
	case b.Kind != rag.Heading && slices.Equal(a.Heading, b.Heading):
		return inTopic
	case related(a.Heading, b.Heading):
		return nearTopics
	}
	return never
}

// begins reports whether path begins with head.
func begins(path, head []string) bool {
	return len(head) <= len(path) && slices.Equal(path[:len(head)], head)
}

// related reports whether heading b is the child or the sibling of a.
func related(a, b []string) bool {
	return len(b) > 0 && begins(a, b[:len(b)-1]) && len(a) <= len(b)
}
