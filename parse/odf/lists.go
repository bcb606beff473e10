package odf

import (
	"strconv"
	"strings"

	rag "ragserver"
)

// maxList is the size, in bytes, up to which a list is one section: about one
// chunk.
const maxList = 1500

// A list is one that is being written: lines with their marks.
type list struct {
	lines []string
	size  int
	links []string
}

func (l *list) add(text string, links []string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	l.lines = append(l.lines, text)
	l.size += len(text)
	l.links = append(l.links, links...)
}

func (d *document) endList() {
	l := d.items
	d.items = list{}
	if len(l.lines) > 0 {
		d.put(rag.List, 0, strings.Join(l.lines, "\n"), l.links)
	}
}

// list writes the items of a list at a depth, from 1; name is the style of the
// list around.
func (d *document) list(n *node, depth int, name string) {
	d.eachItem(n, depth, name, func(item *node, mark, name string) {
		if depth == 1 && d.items.size > maxList {
			d.endList()
		}
		for _, k := range item.kids {
			switch k.name {
			case "text:list":
				d.list(k, depth+1, name)
			case "text:p", "text:h":
				mark = d.item(k, mark, depth)
			case "", "text:number":
			default:
				d.endList()
				d.block(k)
			}
		}
	})
}

// item writes a paragraph of an item and returns the mark of the next one.
func (d *document) item(n *node, mark string, depth int) string {
	l := d.styles.paragraph(n.attr("text:style-name"))
	if l.hidden {
		d.hidden++
		return mark
	}
	s := d.line(n, false)
	text := strings.Join(strings.Fields(s.String()), " ")
	switch {
	case n.name == "text:h" || l.level > 0:
		d.endList()
		d.heading(n, l, s, strings.TrimPrefix(strings.TrimSpace(mark), "-"))
	case text == "":
		d.closeItem(s)
		return mark
	case mark == "" && len(d.items.lines) == 0:
		d.put(l.kind, 0, text, s.links)
	default:
		d.items.add(strings.Repeat("  ", min(depth, maxLevels)-1)+mark+text, s.links)
	}
	d.closeItem(s)
	return strings.Repeat(" ", min(len(mark), 2))
}

func (d *document) closeItem(s *line) {
	if len(s.after) > 0 || s.breaks > 0 {
		d.endList()
		d.close(s)
	}
}

// numbered writes a paragraph that is an item by itself.
func (d *document) numbered(n *node) {
	depth := n.number("text:level", 1, maxLevels)
	item := &node{name: "text:list-item", kids: n.kids}
	one := &node{name: "text:list", attrs: n.attrs[:len(n.attrs):len(n.attrs)], kids: []*node{item}}
	one.set("text:continue-numbering", "true")
	d.list(one, depth, "")
}

// eachItem calls f with each item of a list, the mark of its first paragraph, as
// in "- " or "1. ", and the style of the list.
func (d *document) eachItem(n *node, depth int, name string, f func(item *node, mark, name string)) {
	if own := n.attr("text:style-name"); own != "" {
		name = own
	}
	counts := d.counts[name]
	if counts == nil {
		counts = new([maxLevels]int)
		d.counts[name] = counts
	}
	if depth == 1 && n.attr("text:continue-numbering") != "true" && n.attr("text:continue-list") == "" {
		*counts = [maxLevels]int{}
	}
	for _, item := range n.kids {
		switch item.name {
		case "text:list-item":
			mark := ""
			if item.child("text:p") != nil || item.child("text:h") != nil {
				mark = d.styles.lists[name].mark(counts, min(depth, maxLevels), item)
			}
			f(item, mark, name)
		case "text:list-header":
			f(item, "", name)
		}
	}
}

// mark returns what stands before an item, "" for nothing.
func (ls *levels) mark(counts *[maxLevels]int, depth int, item *node) string {
	if ls == nil || !ls[depth-1].known || ls[depth-1].bullet {
		return "- "
	}
	l := ls[depth-1]
	number := ls.next(counts, depth, item)
	switch {
	case number == "":
		return ""
	case strings.TrimSpace(l.prefix+l.suffix) == "":
		return number + ". "
	}
	return number + " "
}

// next counts an item or heading, and returns its number as people see it, "" if
// it has none.
func (ls *levels) next(counts *[maxLevels]int, depth int, n *node) string {
	if depth < 1 || ls[depth-1].format == "" {
		return ""
	}
	i := depth - 1
	if counts[i]++; counts[i] == 1 {
		counts[i] = max(ls[i].start, 1)
	}
	if n.attr("text:start-value") != "" {
		counts[i] = n.number("text:start-value", 0, 1_000_000)
	}
	clear(counts[depth:])
	var numbers []string
	for k := max(0, depth-ls[i].show); k < depth; k++ {
		if ls[k].format != "" {
			numbers = append(numbers, format(max(counts[k], 1), ls[k].format))
		}
	}
	return strings.TrimSpace(ls[i].prefix + strings.Join(numbers, ".") + ls[i].suffix)
}

// format writes a number as a style wants it.
func format(n int, how string) string {
	switch how {
	case "a", "A":
		s := strings.Repeat(string(rune('a'+(n-1)%26)), min((n-1)/26+1, 10))
		if how == "A" {
			return strings.ToUpper(s)
		}
		return s
	case "i":
		return strings.ToLower(roman(n))
	case "I":
		return roman(n)
	}
	return strconv.Itoa(n)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	letters := strings.Fields("M CM D CD C XC L XL X IX V IV I")
	var b strings.Builder
	for i, v := range values {
		for ; n >= v; n -= v {
			b.WriteString(letters[i])
		}
	}
	return b.String()
}
