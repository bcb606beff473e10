package chunk

import rag "ragserver"

// A Strategy says what a chunk is made of. Whatever it is, a chunk has at most
// Size tokens, a text is only cut as far as that needs, and source code is cut
// between its declarations.
type Strategy string

// The strategies.
const (
	// Recursive joins what belongs together most: sentences to paragraphs,
	// paragraphs of one heading, small sections beside each other.
	Recursive Strategy = "recursive"
	// Heading makes a chunk of what stands under a heading, however small.
	Heading Strategy = "heading"
	// Sentence makes a chunk of a sentence; short ones are joined until they
	// have MinSize tokens. Overlap and Parent give them their surroundings.
	Sentence Strategy = "sentence"
	// Page makes a chunk of a page, slide or sheet. Where there are no pages,
	// it is Recursive.
	Page Strategy = "page"
	// Declaration makes a chunk of each block of code; small ones beside each
	// other are joined. Other text is cut as Recursive does.
	Declaration Strategy = "declaration"
)

func strategies() []Strategy { return []Strategy{Recursive, Heading, Sentence, Page, Declaration} }

// isCode reports whether a text is source code and nothing else.
func isCode(sections []rag.Section) bool {
	for _, s := range sections {
		if s.Kind != rag.Code {
			return false
		}
	}
	return len(sections) > 0
}

// boundary returns the level between two sections that follow each other.
func (s Strategy) boundary(a, b rag.Section) level {
	l := between(a, b)
	switch {
	case s == Heading && l == nearTopics:
		return never
	case s == Page && l >= nearTopics && a.Page == b.Page && a.Page > 0:
		return inPage
	case s == Declaration && (a.Kind == rag.Code || b.Kind == rag.Code) && l == inTopic:
		return nearTopics
	}
	return l
}

// parts reports whether a section is taken apart by ways even if it has room in
// one chunk.
func (s Strategy) parts(k rag.Kind, ways []cut) bool {
	return s == Sentence && k != rag.Code && k != rag.Table && k != rag.Heading && len(ways) > 0 && ways[0].level >= inParagraph
}

// apart reports whether two runs that could share a chunk do not, because of the
// tokens that they have.
func (s Strategy) apart(l level, left, right, least int) bool {
	switch {
	case l == nearTopics:
		return left >= least || right >= least
	case s == Sentence && l >= inParagraph:
		return left >= least && right >= least
	}
	return false
}
