package rtf

import (
	"regexp"
	"strconv"
	"strings"

	rag "ragserver"
)

// A look is how a paragraph is set.
type look struct {
	style   int // -1 for none
	outline int // level of a heading, from 1; 0 if it is not said
	list    int // 0 if it is in none
	depth   int // in the list
	table   int // how deep in tables
}

// A style is one of the style sheet.
type style struct {
	name    string
	outline int
}

// styleNamed notes what the style sheet says of a style, whose name comes last.
func (r *reader) styleNamed(s string) {
	n := r.now.para.style
	if n < 0 || len(r.styles) > 10_000 {
		return
	}
	if r.styles[n] == nil {
		r.styles[n] = &style{}
	}
	if x := r.styles[n]; len(x.name) < 200 {
		x.name += strings.TrimSuffix(strings.TrimSpace(s), ";")
		x.outline = r.now.para.outline
	}
}

// bodyLevel is the outline level that means no heading, counted from 1.
const bodyLevel = 10

var headingName = regexp.MustCompile(`(?i)^(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek|заголовок|見出し|标题) ?([1-9])\b`)

// kind returns what a paragraph is, with the level of a heading.
func (r *reader) kind(l look) (kind rag.Kind, level int, title bool) {
	s := r.styles[l.style]
	if s == nil {
		s = &style{}
	}
	level = l.outline
	if level == 0 {
		level = s.outline
	}
	name := strings.ToLower(s.name)
	if m := headingName.FindStringSubmatch(name); level == 0 && m != nil {
		level, _ = strconv.Atoi(m[1])
	}
	switch {
	case level > 0 && level < bodyLevel:
		return rag.Heading, level, false
	case name == "title":
		return rag.Heading, 1, true
	case name == "caption":
		return rag.Caption, 0, false
	case strings.Contains(name, "preformatted") || strings.Contains(name, "source code"):
		return rag.Code, 0, false
	}
	return rag.Paragraph, 0, false
}

// endParagraph writes the paragraph, or keeps it in its cell or note.
func (r *reader) endParagraph() {
	switch {
	case r.now.skip:
		return
	case r.now.capture != nil:
		r.now.capture.WriteString("\n")
		return
	case r.wraps && len(r.flows) == 1:
		if !r.now.inWrap {
			r.page.WriteString("\r\n")
		}
		return
	}
	r.unpaired()
	f, l := r.flow(), r.now.para
	if l.table == 0 && f.rowIsOpen() {
		l.table = 1
	}
	if l.table > 0 {
		f.table(l.table).add(f)
		return
	}
	if !f.main {
		f.endTables()
		if line := f.line(); line != "" {
			f.lines = append(f.lines, line)
		}
		f.all, f.links = append(f.all, f.links...), nil
		for _, s := range f.after { // a note in a note
			f.lines = append(f.lines, s.text)
		}
		f.after = nil
		return
	}
	r.writeTables()
	r.write(l)
}

// line returns the paragraph as one that is in a cell or a note.
func (f *flow) line() string {
	text, label := clean(f.text.String()), mark(f.label)
	f.text.Reset()
	f.label = ""
	if text == "" {
		return ""
	}
	return label + text
}

// write writes a paragraph of the document.
func (r *reader) write(l look) {
	f := r.flow()
	raw, label := f.text.String(), mark(f.label)
	text := clean(raw)
	f.text.Reset()
	f.label = ""
	kind, level, title := r.kind(l)
	if kind != rag.Code || text == "" {
		r.endCode()
	}
	switch {
	case text == "":
	case kind == rag.Code:
		r.endList()
		r.code = append(r.code, strings.TrimRight(raw, " \t\r\n"))
	case kind == rag.Heading:
		r.endList()
		if title {
			r.shift = 0
		}
		r.put(kind, level+r.shift, strings.TrimPrefix(label, "- ")+strings.Join(strings.Fields(text), " "), f.links)
		if title {
			r.shift = 1
		}
	case label != "" || l.list > 0:
		if label == "" {
			label = "- "
		}
		if l.depth == 0 && r.items.size > maxList {
			r.endList()
		}
		r.items.add(strings.Repeat("  ", l.depth)+label+strings.Join(strings.Fields(text), " "), f.links)
	default:
		r.endList()
		r.put(kind, 0, text, f.links)
	}
	if text != "" {
		f.links = nil
	}
	r.rest()
}

// rest writes what has waited for the end of a block.
func (r *reader) rest() {
	f := r.flow()
	if len(f.after) == 0 {
		return
	}
	r.endCode()
	r.endList()
	for _, s := range f.after {
		r.put(s.kind, 0, s.text, s.links)
	}
	f.after = nil
}

// finish writes what is left at the end of the document.
func (r *reader) finish() {
	for len(r.flows) > 1 {
		r.flows = r.flows[:len(r.flows)-1]
	}
	r.now.skip, r.now.capture = false, nil
	r.endParagraph()
	r.writeTables()
	r.rest()
	r.endCode()
	r.endList()
}

func (r *reader) put(kind rag.Kind, level int, text string, links []string) {
	r.out.Put(rag.Section{Kind: kind, Level: level, Links: links}, text)
}

func (r *reader) endCode() {
	if len(r.code) > 0 {
		r.put(rag.Code, 0, strings.Join(r.code, "\n"), nil)
	}
	r.code = nil
}

// clean squeezes blanks, and drops lines at the edges that have none else.
func clean(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\uFEFF", "").Replace(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(squeeze(l))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// squeeze makes one of each run of blanks: a tab if there is one in it.
func squeeze(s string) string {
	var b strings.Builder
	var gap rune
	for _, c := range s {
		switch {
		case c == '\t' || c == ' ' && gap == 0:
			gap = c
		case c == ' ':
		default:
			if gap != 0 {
				b.WriteRune(gap)
			}
			gap = 0
			b.WriteRune(c)
		}
	}
	return b.String()
}
