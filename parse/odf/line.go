package odf

import (
	"strings"
	"unicode"

	rag "ragserver"
)

// A line collects the text of one paragraph.
type line struct {
	d      *document
	flat   bool // what is in frames and notes becomes a part of the text
	b      strings.Builder
	space  bool // white space before may swallow white space
	links  []string
	after  []later
	breaks int // pages that begin within
}

// line reads a paragraph. A flat one has all that is in it as its text.
func (d *document) line(n *node, flat bool) *line {
	l := &line{d: d, flat: flat, space: true}
	l.walk(n)
	return l
}

// String returns the text with each run of blanks as one.
func (l *line) String() string {
	lines := strings.Split(l.b.String(), "\n")
	for i, s := range lines {
		lines[i] = strings.TrimSpace(squeeze(s))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// verbatim returns the text with all its blanks.
func (l *line) verbatim() string { return strings.TrimRight(l.b.String(), " \t\n") }

// squeeze makes one of each run of blanks: a tab if there is one in it.
func squeeze(s string) string {
	var b strings.Builder
	var gap rune
	for _, r := range s {
		switch {
		case r == '\t' || r == ' ' && gap == 0:
			gap = r
		case r == ' ':
		default:
			if gap != 0 {
				b.WriteRune(gap)
			}
			gap = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (l *line) walk(n *node) {
	for _, k := range n.kids {
		l.node(k)
	}
}

func (l *line) node(n *node) {
	switch n.name {
	case "":
		l.text(n.text)
	case "text:s":
		l.write(strings.Repeat(" ", n.number("text:c", 1, maxSpaces)))
	case "text:tab", "text:tab-stop":
		l.write("\t")
	case "text:line-break":
		l.write("\n")
		l.space = true
	case "text:soft-page-break":
		l.turn()
	case "text:a", "draw:a":
		l.link(n.attr("xlink:href"))
		l.walk(n)
	case "text:note", "text:footnote", "text:endnote":
		l.note(n)
	case "office:annotation":
		l.comment(n)
	case "text:span":
		if !l.d.styles.hides("text", n.attr("text:style-name")) {
			l.walk(n)
		} else if n.words() != "" {
			l.d.hidden++
		}
	case "text:hidden-text", "text:hidden-paragraph":
		if n.attr("text:is-hidden") == "true" {
			l.d.hidden++
			return
		}
		l.walk(n)
	case "text:ruby-text":
		if text := n.words(); text != "" {
			l.write("(" + text + ")")
		}
	case "text:p", "text:h", "text:list", "table:table": // in shapes of old files
		l.block(n)
	default:
		if !skipped[n.name] && !l.d.shape(n, l) {
			l.walk(n)
		}
	}
}

// text adds characters: white space in XML is one space, and none where a line
// begins.
func (l *line) text(s string) {
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			if !l.space {
				l.b.WriteByte(' ')
			}
			l.space = true
		case unicode.IsControl(r) || r == 0xFFFC: // where an object was
		default:
			l.b.WriteRune(r)
			l.space = false
		}
	}
}

func (l *line) write(s string) {
	l.b.WriteString(s)
	l.space = false
}

// turn notes that a page begins here: before the paragraph, or after its first
// words.
func (l *line) turn() {
	if strings.TrimSpace(l.b.String()) == "" {
		l.d.turn()
		return
	}
	l.breaks++
}

// maxSpaces is how many blanks one element stands for at most.
const maxSpaces = 64

// maxLink is the length of an address, in bytes, that is still one.
const maxLink = 2000

func (l *line) link(href string) {
	href = strings.TrimSpace(href)
	if href == "" || strings.HasPrefix(href, "#") || len(href) > maxLink {
		return
	}
	l.links = append(l.links, strings.ToValidUTF8(href, "\uFFFD"))
}

// note adds the mark of a footnote or endnote, as in "[1]", and the note after
// the paragraph.
func (l *line) note(n *node) {
	kind := strings.TrimPrefix(n.name, "text:")
	mark := n.child("text:" + kind + "-citation").words()
	body := n.child("text:" + kind + "-body")
	if body == nil {
		return
	}
	if mark == "" {
		mark = "*"
	}
	text, links := l.d.flatten(body)
	l.write("[" + mark + "]")
	l.later(later{kind: rag.Note, text: "[" + mark + "] " + text, links: links})
}

func (l *line) comment(n *node) {
	who := n.child("dc:creator").words()
	var lines []string
	for _, k := range n.kids {
		if k.name == "text:p" || k.name == "text:list" {
			lines = append(lines, l.d.plain(k))
		}
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return
	}
	if who != "" {
		text = "Comment by " + who + ": " + text
	} else {
		text = "Comment: " + text
	}
	l.later(later{kind: rag.Note, text: text})
}

// later keeps what follows the paragraph.
func (l *line) later(x later) {
	if strings.TrimSpace(x.text) == "" && x.frame == nil {
		return
	}
	if l.flat {
		l.d.after = append(l.d.after, x)
		return
	}
	l.after = append(l.after, x)
}

// block takes a block as a part of the text.
func (l *line) block(n *node) {
	if l.b.Len() > 0 {
		l.write("\n")
		l.space = true
	}
	text, links := l.d.flatten(&node{kids: []*node{n}})
	l.write(text)
	l.links = append(l.links, links...)
}
