package layout

import (
	"strings"
	"unicode"
)

// A place is a line of text on a page.
type place struct {
	page int
	text string // bare
}

// bare returns the letters and digits of s, in small letters: what a heading and
// its line in the outline have in common.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// headings returns the levels of the headings that the outline names.
func (d *Document) headings() map[place]int {
	out := make(map[place]int, len(d.Outline))
	for _, e := range d.Outline {
		if s := bare(e.Title); s != "" {
			out[place{e.Page, s}] = e.Level
		}
	}
	return out
}

const maxLinks = 100 // of one block

// linksIn returns the addresses that b refers to, each once.
func (p Page) linksIn(b block) (out []string) {
	if len(p.Links) == 0 {
		return nil
	}
	box := b.box()
	seen := map[string]bool{}
	for _, l := range p.Links {
		if box.holds(l.Box) && !seen[l.Address] && len(out) < maxLinks {
			seen[l.Address] = true
			out = append(out, l.Address)
		}
	}
	return out
}

// list returns b with each item of a list on a line of its own, "" if its lines do
// not begin as items do. Marks stay as they are drawn.
func (b block) list(words map[string]bool) string {
	var items []block
	for _, l := range b.lines {
		if bullet(l.text) {
			items = append(items, block{size: b.size})
		} else if len(items) == 0 {
			return ""
		}
		last := &items[len(items)-1]
		last.lines = append(last.lines, l)
	}
	var out []string
	for _, item := range items {
		out = append(out, strings.ReplaceAll(item.text(words), "\n", " "))
	}
	return strings.Join(out, "\n")
}

// bullet reports whether a line begins with the mark of a list's item.
func bullet(s string) bool {
	mark, rest, ok := strings.Cut(s, " ")
	return ok && strings.Contains("•‣▪●◦■–-·\uF0B7", mark) && mark != "" && strings.TrimSpace(rest) != ""
}
