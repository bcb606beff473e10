package parse

// An Outline follows the headings of a document from top to bottom. The zero
// value is at the top of a document.
type Outline struct {
	path   []string
	levels []int
}

// maxHeading bounds what one heading adds to the paths below it, in bytes: a
// file may call a whole page a heading.
const maxHeading = 300

// Enter notes a heading of the given level, from 1, and returns the path down
// to it. It ends all headings of the same or a deeper level.
func (o *Outline) Enter(level int, title string) []string {
	o.Leave(level)
	o.levels = append(o.levels, level)
	o.path = append(o.path, Cut(title, maxHeading))
	return o.path
}

// Leave ends all headings of the given or a deeper level.
func (o *Outline) Leave(level int) {
	n := len(o.levels)
	for n > 0 && o.levels[n-1] >= level {
		n--
	}
	o.levels, o.path = o.levels[:n:n], o.path[:n:n]
}

// Path returns the headings above, outermost first. The slice is never changed
// afterwards.
func (o *Outline) Path() []string { return o.path }

// Cut returns the longest prefix of s that has at most n bytes and does not
// split a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
