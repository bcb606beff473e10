package answer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A sentence is a stretch of a text that can be quoted by itself: a sentence, a
// list item, a row of a table, a line of code. Start and end are bytes.
type sentence struct {
	start, end int
	heading    bool // of what follows; no answer by itself
}

// longest is how many bytes a quotation has at most; text without punctuation
// is cut between words.
const longest = 700

var (
	headingMark = regexp.MustCompile(`^#{1,6}[ \t]+`)
	itemMark    = regexp.MustCompile(`^(?:[-*+•‣◦]|\(?[0-9]{1,3}[.)])[ \t]+|^>[ \t]?`)
	ruler       = regexp.MustCompile(`^(?:[-=_*~+]{3,}|\|?[ \t]*:?-{2,}:?[ \t|:-]*|` + "```.*" + `|~~~.*)$`)
)

// sentences splits text. What lies between two sentences is white space or
// markup.
func sentences(text string) []sentence {
	var out []sentence
	prose := sentence{start: -1} // lines that belong together
	flush := func() {
		if prose.start >= 0 {
			out = appendProse(out, text, prose.start, prose.end)
		}
		prose.start = -1
	}
	fenced := false
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		l := line{text, start, end}.trim()
		fence := strings.HasPrefix(l.String(), "```") || strings.HasPrefix(l.String(), "~~~")
		switch kind := l.kind(fenced); {
		case kind == inner:
			if prose.start < 0 {
				prose.start = l.start
			}
			prose.end = l.end
		case kind == item:
			flush()
			prose = sentence{start: l.start + len(itemMark.FindString(l.String())), end: l.end}
		default:
			flush()
			out = kind.append(out, l)
		}
		fenced = fenced != fence
		start = end + 1
	}
	flush()
	return out
}

// A line is a part of a text.
type line struct {
	text       string
	start, end int
}

func (l line) String() string { return l.text[l.start:l.end] }

func (l line) trim() line {
	s := l.String()
	l.start += len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	l.end = l.start + len(strings.TrimSpace(s))
	return l
}

type lineKind int

const (
	inner lineKind = iota // goes on with the line before
	item                  // begins anew
	title
	alone // stands for itself
	empty
)

func (l line) kind(fenced bool) lineKind {
	s := l.String()
	switch {
	case s == "" || strings.IndexByte("-=_*~+|`:", s[0]) >= 0 && ruler.MatchString(s):
		return empty
	case fenced:
		return alone
	case headingMark.MatchString(s):
		return title
	case itemMark.MatchString(s):
		return item
	case s[0] == '|' || strings.Contains(s, "\t") || strings.Count(s, " | ") >= 2:
		return alone
	case l.start >= 4 && l.text[l.start-4:l.start] == "    ", l.start >= 1 && l.text[l.start-1] == '\t':
		return alone
	}
	return inner
}

func (k lineKind) append(out []sentence, l line) []sentence {
	switch k {
	case title:
		return append(out, sentence{l.start + len(headingMark.FindString(l.String())), l.end, true})
	case alone:
		return appendPieces(out, l.text, l.start, l.end)
	}
	return out
}

// appendProse adds the sentences of text[start:end].
func appendProse(out []sentence, text string, start, end int) []sentence {
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(text[i:end])
		i += size
		if !terminal(r) {
			continue
		}
		stop := closers(text[:end], i)
		if !endsSentence(text[start:end], i-size-start, i-start, stop-start, r) {
			continue
		}
		out = appendPieces(out, text, start, stop)
		start, i = stop, stop
	}
	return appendPieces(out, text, start, end)
}

func terminal(r rune) bool { return strings.ContainsRune(".!?。！？．…؟۔।॥", r) }

// closers returns where the quotation marks and brackets after i end.
func closers(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !terminal(r) && !strings.ContainsRune(`"')]»”’」』）*_`, r) {
			break
		}
		i += size
	}
	return i
}

var abbreviations = set(`mr mrs ms dr prof st sr jr vs etc eg ie e.g i.e al fig figs eq eqs sec no nos vol pp approx ca cf inc ltd co corp
	dept est gen gov sen rep rev hon capt lt col sgt jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n a.m p.m
	bzw usw ca evtl ggf nr vgl z d.h u.a z.b s str mio mrd m art op cit`)

// endsSentence decides about the mark r at text[mark:after]; what closes the
// sentence goes on to stop.
func endsSentence(text string, mark, after, stop int, r rune) bool {
	if strings.ContainsRune("。！？．", r) {
		return true
	}
	rest := text[stop:]
	next := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if rest == "" || next == "" {
		return true
	}
	if len(next) == len(rest) {
		return false // no space: 3.5, example.com, main.go
	}
	first, _ := utf8.DecodeRuneInString(next)
	if unicode.IsLower(first) {
		return false
	}
	if r != '.' || after != stop {
		return true
	}
	before := text[:mark]
	before = before[strings.LastIndexFunc(before, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`("'[`, r) })+1:]
	if utf8.RuneCountInString(before) == 1 && strings.ContainsFunc(before, unicode.IsUpper) {
		return false // an initial
	}
	return !abbreviations[strings.ToLower(before)]
}

// appendPieces adds text[start:end] without the white space around it, in
// pieces that are not too long.
func appendPieces(out []sentence, text string, start, end int) []sentence {
	for {
		l := line{text, start, end}.trim()
		if l.start == l.end {
			return out
		}
		if l.end-l.start <= longest {
			return append(out, sentence{start: l.start, end: l.end})
		}
		cut := l.start + longest
		for i := range utf8.UTFMax { // bytes that are no text have no such place
			if utf8.RuneStart(text[cut-i]) {
				cut -= i
				break
			}
		}
		if i := strings.LastIndexFunc(text[l.start:cut], unicode.IsSpace); i > longest/2 {
			cut = l.start + i
		}
		out = append(out, line{text, l.start, cut}.trim().sentence())
		start = cut
	}
}

func (l line) sentence() sentence { return sentence{start: l.start, end: l.end} }
