package rtf

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"ragserver/parse"
	"ragserver/parse/parts"
)

// maxDepth is how deep groups are told apart; deeper ones share the state of the
// one around.
const maxDepth = 2000

// A state is what a group inherits and gives back at its end.
type state struct {
	star    bool             // the next word is an optional destination
	skip    bool             // the destination has no text of the document
	capture *strings.Builder // takes the text, if it is not of the document
	end     func()           // runs at the end of the group; not inherited
	field   *field

	font       int
	uc         int // bytes that stand in for a \u
	hidden     bool
	deleted    bool
	inWrap     bool // only for programs that do not know the HTML inside
	para       look
	fontTable  bool
	styleTable bool
}

// A reader holds a document that is being read.
type reader struct {
	now   state
	stack []state
	over  int // groups that are too deep
	ended bool

	bytes   []byte // text that waits to be decoded
	skipped int    // bytes of text that stand in for a \u
	high    rune   // the first half of a surrogate pair

	codepage int
	shift    int          // what a title adds to the levels of headings
	charsets map[int]bool // code pages that fonts ask for
	fonts    map[int]*font
	styles   map[int]*style
	language string
	info     map[string]*strings.Builder
	times    map[string]*[5]int
	stamp    *[5]int // the time that is read now

	wraps bool            // the document wraps HTML
	page  strings.Builder // that HTML

	flows   []*flow // of the document, and of notes inside it
	items   list
	code    []string
	margins []string // of headers and footers
	notes   int      // footnotes so far
	author  string   // of the next comment
	objects int

	out     parse.Builder
	parts   *parts.Collector
	hidden  int
	damaged int
	lost    []string
}

func newReader(c *parts.Collector) *reader {
	return &reader{
		now: state{uc: 1, font: -1, para: look{style: -1}}, codepage: 1252, charsets: make(map[int]bool), fonts: make(map[int]*font), styles: make(map[int]*style),
		info: make(map[string]*strings.Builder), times: make(map[string]*[5]int), flows: []*flow{{main: true}}, parts: c,
	}
}

func (r *reader) push() {
	r.flush()
	r.skipped = 0
	if len(r.stack) >= maxDepth {
		r.over++
		return
	}
	r.stack = append(r.stack, r.now)
	r.now.end, r.now.star = nil, false
}

func (r *reader) pop() {
	r.flush()
	r.skipped = 0
	switch {
	case r.over > 0:
		r.over--
		return
	case len(r.stack) == 0:
		r.ended = true
		return
	}
	if end := r.now.end; end != nil {
		end()
	}
	r.now = r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	r.ended = len(r.stack) == 0
}

// raw takes bytes of text in the code page of the font.
func (r *reader) raw(b []byte) {
	n := min(r.skipped, len(b))
	r.skipped -= n
	if b = b[n:]; !r.now.skip {
		r.bytes = append(r.bytes, b...)
	}
}

// symbol takes a character that has a name.
func (r *reader) symbol(s string) {
	r.flush()
	if r.skipped > 0 {
		r.skipped--
		return
	}
	r.text(s)
}

// flush decodes the bytes that wait.
func (r *reader) flush() {
	if len(r.bytes) == 0 {
		return
	}
	r.unpaired()
	r.text(r.decode(r.bytes))
	r.bytes = r.bytes[:0]
}

// unicode takes a \u, a unit of UTF-16.
func (r *reader) unicode(n int) {
	r.skipped = r.now.uc
	if n < 0 {
		n += 1 << 16
	}
	c := rune(min(max(n, 0), 1<<21))
	switch {
	case r.high != 0 && c >= 0xDC00 && c < 0xE000:
		c, r.high = utf16.DecodeRune(r.high, c), 0
	case c >= 0xD800 && c < 0xDC00:
		r.unpaired()
		r.high = c
		return
	default:
		r.unpaired()
	}
	switch {
	case c >= 0xF000 && c < 0xF100 && r.symbolic(): // a place in a font of symbols
		r.text(r.decode([]byte{byte(c)}))
	case !utf8.ValidRune(c):
		r.damaged++
		r.text("\uFFFD")
	case c >= ' ' || c == '\t' || c == '\n':
		r.text(string(c))
	}
}

// unpaired gives up a half of a surrogate pair.
func (r *reader) unpaired() {
	if r.high != 0 {
		r.high = 0
		r.damaged++
		r.text("\uFFFD")
	}
}

// text takes text for the current destination.
func (r *reader) text(s string) {
	switch {
	case s == "" || r.now.skip:
	case r.now.capture != nil:
		r.now.capture.WriteString(s)
	case r.now.fontTable:
		r.fontNamed(s)
	case r.now.styleTable:
		r.styleNamed(s)
	case r.now.hidden || r.now.deleted:
		if strings.TrimSpace(s) != "" {
			r.hidden++
		}
	case r.wraps:
		if !r.now.inWrap {
			r.page.WriteString(s)
		}
	default:
		r.flow().text.WriteString(s)
	}
}

// take makes the rest of the group text for b, and runs then with it at the end.
func (r *reader) take(then func(string)) {
	b := &strings.Builder{}
	r.now.capture, r.now.skip = b, false
	r.now.end = func() { then(b.String()) }
}
