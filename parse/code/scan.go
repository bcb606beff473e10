package code

import (
	"regexp"
	"strings"
)

// scan finds the declarations of a file, line by line.
func scan(src string, masked []byte, l *language) []mark {
	s := &scanner{src: src, masked: masked, language: l, lead: -1, body: -1}
	s.lines = tableOf(src, masked, l)
	for i := range s.lines {
		s.take(i)
	}
	return s.marks
}

type scanner struct {
	*language
	src    string
	masked []byte
	lines  []line
	marks  []mark
	root   []string // the package
	within []holder // what the current line is declared in
	lead   int      // where the comments above the next declaration begin; -1 without
	body   int      // lines deeper than this belong to the declaration before; -1 without
	skip   int      // end of the header of the declaration before
}

// A holder is a declaration whose members are cut out.
type holder struct {
	level int
	path  []string
}

func (s *scanner) path() []string {
	if n := len(s.within); n > 0 {
		return s.within[n-1].path
	}
	return s.root
}

func (s *scanner) take(i int) {
	ln := s.lines[i]
	text := strings.TrimSpace(s.src[ln.start:ln.end])
	switch {
	case ln.start < s.skip, s.body >= 0 && ln.level > s.body:
		return
	case !ln.comment && s.goesOn(text):
		s.lead = -1 // a comment at the end of what is before
		return
	}
	s.leave(ln.level)
	s.body = ln.level
	if ln.comment || s.above != nil && s.above.MatchString(text) {
		if s.lead < 0 {
			s.lead = ln.start
		}
		if len(s.marks) == 0 && ln.comment && s.alone(i) {
			s.minor(s.lead) // of the file: a licence
		}
		return
	}
	if s.masked[ln.start+indentBytes(s.src[ln.start:ln.end])] == directive {
		s.minor(s.first(ln))
		return
	}
	s.declare(i)
}

// leave goes out of what ended before a line of the level.
func (s *scanner) leave(level int) {
	for n := len(s.within); n > 0 && level <= s.within[n-1].level; n-- {
		s.within = s.within[:n-1]
		s.lead = -1 // of nothing
	}
}

// first returns where what line ln declares begins, with the comments above it.
func (s *scanner) first(ln line) int {
	if s.lead >= 0 {
		return s.lead
	}
	return ln.start
}

func indentBytes(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }

// goesOn tells whether a line only ends or continues what stands before it.
func (s *scanner) goesOn(text string) bool {
	return text == "" || strings.IndexByte("})]{", text[0]) >= 0 || s.closer != nil && s.closer.MatchString(text)
}

// alone tells whether the comment in line i has nothing below it.
func (s *scanner) alone(i int) bool {
	if i+1 == len(s.lines) {
		return true
	}
	gap := s.src[s.lines[i].end:s.lines[i+1].start]
	return strings.Count(gap, "\n") > 1 && firstByte(s.masked[s.lines[i].end:s.lines[i+1].start]) == 0
}

// declare begins a section with line i, unless it joins the one before.
func (s *scanner) declare(i int) {
	ln := s.lines[i]
	start, documented := s.first(ln), s.lead >= 0
	header, end := s.header(ln)
	if g := find(s.pkg, header); g != "" && len(s.within) == 0 {
		s.root = below(nil, g)
		s.minor(start)
		return
	}
	if name, ok := match(s.holders, header); ok && len(s.within) < maxDepth && s.large(i) {
		path := below(s.path(), name)
		s.marks = append(s.marks, mark{start, path, true})
		s.within = append(s.within, holder{ln.level, path})
		s.lead, s.skip, s.body = -1, end, -1
		return
	}
	name, ok := match(s.holders, header)
	if !ok {
		name, ok = s.member(header)
	}
	if ok && (documented || s.flat || s.tall(i, end)) {
		s.marks = append(s.marks, mark{start, below(s.path(), name), true})
		s.lead, s.skip = -1, end
		return
	}
	s.minor(start)
}

// minor begins a section of what has no name of its own, unless there is one.
func (s *scanner) minor(start int) {
	s.lead = -1
	path := s.path()
	n := len(s.marks)
	if n > 0 && (s.flat && s.marks[n-1].named || len(s.marks[n-1].path) == len(path) && s.isHolder(s.marks[n-1])) {
		return
	}
	s.marks = append(s.marks, mark{start: start, path: path})
}

// isHolder tells whether m is the head of what the current line is in, or what
// stands between its members.
func (s *scanner) isHolder(m mark) bool {
	if !m.named {
		return true
	}
	n := len(s.within)
	return n > 0 && len(m.path) > 0 && &m.path[0] == &s.within[n-1].path[0]
}

// large tells whether the declaration in line i is too long for one section.
func (s *scanner) large(i int) bool {
	from := s.lines[i]
	for _, ln := range s.lines[i+1:] {
		if ln.end-from.start > maxWhole {
			return true
		}
		if ln.level <= from.level && !s.goesOn(strings.TrimSpace(s.src[ln.start:ln.end])) {
			return false
		}
	}
	return len(s.src)-from.start > maxWhole
}

// maxWhole is up to how many bytes a type stays together with its methods: about
// a chunk.
const maxWhole = 1000

// maxDepth is in how many types, in each other, members are looked for.
const maxDepth = 8

// tall tells whether the declaration in line i has more lines than that.
func (s *scanner) tall(i, end int) bool {
	if end > s.lines[i].end {
		return true
	}
	return i+1 < len(s.lines) && (s.lines[i+1].level > s.lines[i].level || s.goesOn(strings.TrimSpace(s.src[s.lines[i+1].start:s.lines[i+1].end])))
}

// maxHeader bounds what is looked at of a declaration, in bytes.
const maxHeader = 600

// header returns a declaration up to its body, in one line without comments, and
// where it ends.
func (s *scanner) header(ln line) (string, int) {
	var b strings.Builder
	depth, i := 0, ln.start
	for ; i < min(len(s.src), ln.start+maxHeader); i++ {
		c := s.masked[i]
		switch {
		case c == comment || c == directive:
			continue
		case c == literal:
			b.WriteByte(s.src[i])
			continue
		case strings.IndexByte("([", c) >= 0:
			depth++
		case strings.IndexByte(")]", c) >= 0:
			depth--
		case c == '\n' && depth <= 0 && (s.indented || s.newline && s.ends(b.String(), i)):
			return strings.Join(strings.Fields(b.String()), " "), i
		}
		b.WriteByte(c)
		if depth <= 0 && !s.indented && strings.IndexByte("{;", c) >= 0 {
			i++
			break
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), i
}

// ends tells whether the line break at i ends a statement: the text before it is
// whole, and what follows does not go on with it.
func (s *scanner) ends(before string, i int) bool {
	before = strings.TrimSpace(before)
	if before == "" || strings.IndexByte(",=:|&(", before[len(before)-1]) >= 0 {
		return false
	}
	for _, c := range s.masked[i:min(len(s.masked), i+200)] {
		if c > ' ' {
			return strings.IndexByte("{.:=?&|,)", c) < 0
		}
	}
	return true
}

// member returns the name of the function, or whatever else is declared.
func (s *scanner) member(header string) (string, bool) {
	if name, ok := match(s.members, header); ok {
		return name, true
	}
	if !s.functions || !strings.HasSuffix(header, "{") {
		return "", false
	}
	head := annotations.ReplaceAllString(header, "")
	for _, at := range call.FindAllStringSubmatchIndex(head, 4) {
		name := head[at[2]:at[3]]
		if strings.ContainsRune(head[:at[2]], '=') || statements[name] {
			return "", false
		}
		if !decorations[name] {
			return name, true
		}
	}
	return "", false
}

var (
	annotations = regexp.MustCompile(`^(?:@[\w.]+(?:\([^()]*\))?\s*)+`)
	call        = regexp.MustCompile(`(~?[\p{L}_$#][\p{L}\p{N}_$]*(?:(?:<[^<>()]*>)?::~?[\p{L}_$][\p{L}\p{N}_$]*)*)\s*\(`)
)

// statements look like functions and are none, decorations stand before one.
var (
	statements  = words("if for while switch catch return function else do try with throw new sizeof assert super this using lock foreach synchronized guard when unless static_assert")
	decorations = words("__attribute__ __declspec decltype alignas noexcept throws extern explicit typeof _Static_assert")
)

func words(list string) map[string]bool {
	out := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// match returns the groups of the first expression that matches.
func match(list []*regexp.Regexp, header string) (string, bool) {
	for _, re := range list {
		if g := re.FindStringSubmatch(header); g != nil {
			return strings.Join(g[1:], " "), true
		}
	}
	return "", false
}

func find(re *regexp.Regexp, header string) string {
	if re == nil {
		return ""
	}
	if g := re.FindStringSubmatch(header); g != nil {
		return g[1]
	}
	return ""
}
