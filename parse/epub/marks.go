package epub

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// Places in a chapter are marked with characters of Unicode's private use area
// before it is parsed, so that they can be found again in its text: markFrom, the
// number of the mark, markTo.
const (
	markFrom = '\uF8F0'
	markTo   = '\uF8F1'
)

// A spot is what is marked.
type spot struct {
	entry *entry // begins here
	page  bool   // a printed page begins here
	label string // of the page
	note  bool   // a footnote begins here
	start bool   // found before any text of its section
}

// A marked is a chapter with marks.
type marked struct {
	page  string
	spots []spot
	title *entry // of the whole chapter
	depth int    // of the highest entry; 0 if there is none
}

var (
	closed    = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9:]*)((?:\s[^<>]*)?)/>`)
	element   = regexp.MustCompile(`<[A-Za-z][^<>]*?\s(?:id|name|epub:type|role)\s*=[^<>]*>`)
	idOf      = regexp.MustCompile(`\s(?:id|name)\s*=\s*["']([^"'<>]*)["']`)
	kindOf    = regexp.MustCompile(`\s(?:epub:type|role)\s*=\s*["']([^"'<>]*)["']`)
	labelOf   = regexp.MustCompile(`\s(?:title|aria-label)\s*=\s*["']([^"'<>]*)["']`)
	pageBreak = regexp.MustCompile(`(<(span|div|a|p|hr)\b[^<>]*(?:pagebreak)[^<>]*>)[^<]{0,20}(</(?:span|div|a|p)>)`)
	mark      = regexp.MustCompile(`\x{F8F0}(\d{1,7})\x{F8F1}`)
)

var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "param": true, "source": true, "track": true, "wbr": true,
}

// opened gives elements that are closed as XML closes them an end as in HTML, for
// which "<title/>" is the beginning of a title.
func opened(page string) string {
	page = strings.Map(func(r rune) rune {
		if r == markFrom || r == markTo {
			return -1
		}
		return r
	}, page)
	return closed.ReplaceAllStringFunc(page, func(tag string) string {
		m := closed.FindStringSubmatch(tag)
		if void[strings.ToLower(m[1])] {
			return tag
		}
		return "<" + m[1] + m[2] + "></" + m[1] + ">"
	})
}

// mark returns the page of a file with marks where entries of the table of
// contents, printed pages and notes begin.
func (b *book) mark(file, page string) *marked {
	m := &marked{}
	places := make(map[string]*entry)
	for _, e := range b.entries[file] {
		if m.depth == 0 || e.depth < m.depth {
			m.depth = e.depth
		}
		if e.place == "" && m.title == nil {
			m.title = &e
		} else if places[e.place] == nil {
			places[e.place] = &e
		}
	}
	printed := b.printed[file]
	if label, ok := printed[""]; ok {
		m.add(spot{page: true, label: label})
	}
	page = pageBreak.ReplaceAllString(page, "$1$3") // the number of a page is no text
	body := strings.Index(page, "<body")
	m.page = element.ReplaceAllStringFunc(page, func(tag string) string {
		s := describe(tag, places, printed)
		if s.entry == nil && !s.page && !s.note {
			return tag
		}
		return tag + m.add(s)
	})
	if _, ok := printed[""]; ok && body >= 0 {
		if end := strings.IndexByte(m.page[body:], '>'); end >= 0 {
			m.page = m.page[:body+end+1] + sign(0) + m.page[body+end+1:]
		}
	}
	return m
}

func describe(tag string, places map[string]*entry, printed map[string]string) (s spot) {
	if id := idOf.FindStringSubmatch(tag); id != nil {
		s.entry = places[id[1]]
		s.label, s.page = printed[id[1]]
	}
	kind := ""
	for _, k := range kindOf.FindAllStringSubmatch(tag, 3) {
		kind += " " + k[1] + " "
	}
	if strings.Contains(kind, "pagebreak ") {
		s.page = true
		if label := labelOf.FindStringSubmatch(tag); label != nil && s.label == "" {
			s.label = squeeze(html.UnescapeString(label[1]))
		}
	}
	for _, note := range []string{"footnote ", "endnote ", "rearnote "} {
		s.note = s.note || strings.Contains(kind, note)
	}
	return s
}

func (m *marked) add(s spot) string {
	m.spots = append(m.spots, s)
	return sign(len(m.spots) - 1)
}

func sign(n int) string { return string(markFrom) + strconv.Itoa(n) + string(markTo) }

// take returns the text of a section without marks, and the spots in it.
func (m *marked) take(text string) (string, []spot) {
	if !strings.ContainsRune(text, markFrom) {
		return text, nil
	}
	var at []spot
	for _, x := range mark.FindAllStringSubmatchIndex(text, -1) {
		n, err := strconv.Atoi(text[x[2]:x[3]])
		if err != nil || n >= len(m.spots) {
			continue
		}
		s := m.spots[n]
		s.start = x[0] < 200 && strings.Trim(mark.ReplaceAllString(text[:x[0]], ""), " \n\t-|") == ""
		at = append(at, s)
	}
	return mark.ReplaceAllString(text, ""), at
}
