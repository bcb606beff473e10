package docx

import (
	"regexp"
	"strings"

	"ragserver/parse"
	"ragserver/parse/ooxml"
)

// maxLevels is how many levels a list has, maxMark how long, in bytes, the text of
// a mark may be.
const (
	maxLevels = 9
	maxMark   = 60
)

// An item is a place in a list: which list, "" if not said, and level from 0, -1
// if not said.
type item struct {
	id    string
	level int
}

func readItem(numPr *ooxml.Node) item {
	return item{numPr.Find("numId").Attr("val"), numPr.Find("ilvl").Int("val", -1)}
}

// or fills in what i does not say.
func (i item) or(other item) item {
	if i.id == "" {
		i.id = other.id
	}
	if i.level < 0 {
		i.level = other.level
	}
	return i
}

// A level says how its items are marked.
type level struct {
	format  string // "decimal", "bullet", ...
	text    string // "%1.%2." stands for numbers of this and higher levels
	start   int
	restart int // after an item of a level above this one; -1: of any
}

// A definition is an abstract list: its levels, and how far they have been
// counted. Lists that share one go on counting.
type definition struct {
	levels [maxLevels]level
	counts [maxLevels]int
	begun  [maxLevels]bool
}

// An instance is a list of a document.
type instance struct {
	of     *definition
	starts map[int]int // by level, when it is used first
	levels map[int]level
}

// numbering are the lists of one document.
type numbering struct{ lists map[string]*instance }

func readNumbering(root *ooxml.Node) *numbering {
	nb := &numbering{lists: map[string]*instance{}}
	abstract, linked := map[string]*definition{}, map[string]*definition{}
	links := map[string]string{}
	root.Each(func(n *ooxml.Node) {
		def := &definition{}
		for i := range def.levels {
			def.levels[i] = level{format: "bullet", start: 1, restart: -1}
		}
		n.Each(func(l *ooxml.Node) {
			if i := l.Int("ilvl", -1); i >= 0 && i < maxLevels {
				def.levels[i] = readLevel(l)
			}
		}, "lvl")
		id := n.Attr("abstractNumId")
		abstract[id] = def
		if s := n.Find("styleLink"); s != nil {
			linked[s.Attr("val")] = def
		}
		if s := n.Find("numStyleLink"); s != nil {
			links[id] = s.Attr("val")
		}
	}, "abstractNum")
	for id, style := range links {
		if def := linked[style]; def != nil {
			abstract[id] = def
		}
	}
	root.Each(func(n *ooxml.Node) {
		if def := abstract[n.Find("abstractNumId").Attr("val")]; def != nil {
			nb.lists[n.Attr("numId")] = readInstance(n, def)
		}
	}, "num")
	return nb
}

func readInstance(n *ooxml.Node, def *definition) *instance {
	in := &instance{of: def, starts: map[int]int{}, levels: map[int]level{}}
	n.Each(func(o *ooxml.Node) {
		i := o.Int("ilvl", -1)
		if i < 0 || i >= maxLevels {
			return
		}
		if s := o.Find("startOverride"); s != nil {
			in.starts[i] = s.Int("val", 1)
		}
		if l := o.Find("lvl"); l != nil {
			in.levels[i] = readLevel(l)
		}
	}, "lvlOverride")
	return in
}

func readLevel(n *ooxml.Node) level {
	l := level{
		format:  n.Find("numFmt").Attr("val"),
		text:    parse.Cut(n.Find("lvlText").Attr("val"), maxMark),
		start:   n.Find("start").Int("val", 0),
		restart: n.Find("lvlRestart").Int("val", -1),
	}
	if l.format == "" {
		l.format = "decimal"
		if custom := n.Find("numFmt"); custom == nil && n.Find("AlternateContent") != nil {
			l.format = n.Find("AlternateContent").Alternative().Find("numFmt").Attr("val")
		}
	}
	return l
}

// mark counts an item and returns what stands before it: "-" for a bullet. It is
// not an item if it is in no list.
func (nb *numbering) mark(it item) (mark string, indent int, ok bool) {
	list := nb.lists[it.id]
	if list == nil || it.id == "0" {
		return "", 0, false
	}
	i := min(max(it.level, 0), maxLevels-1)
	l := list.level(i)
	list.count(i)
	switch {
	case l.format == "bullet":
		return "-", i, true
	case l.format == "none" && strings.TrimSpace(l.text) == "", l.text == "":
		return "", i, true
	}
	return list.expand(l.text, l.format), i, true
}

func (in *instance) level(i int) level {
	if l, ok := in.levels[i]; ok {
		return l
	}
	return in.of.levels[i]
}

// count makes the next item of level i the current one.
func (in *instance) count(i int) {
	def := in.of
	if start, ok := in.starts[i]; ok {
		delete(in.starts, i)
		def.counts[i], def.begun[i] = start, true
	} else if !def.begun[i] {
		def.counts[i], def.begun[i] = in.level(i).start, true
	} else {
		def.counts[i]++
	}
	for above := range i {
		if !def.begun[above] {
			def.counts[above], def.begun[above] = in.level(above).start, true
		}
	}
	for below := i + 1; below < maxLevels; below++ {
		if r := in.level(below).restart; r < 0 || r > 0 && i < r {
			def.begun[below] = false
		}
	}
}

var placeholder = regexp.MustCompile(`%[1-9]`)

// expand puts the numbers of the levels into the text of a mark.
func (in *instance) expand(text, format string) string {
	legal := format == "decimalLegal"
	return strings.TrimSpace(placeholder.ReplaceAllStringFunc(text, func(p string) string {
		i := int(p[1] - '1')
		f := in.level(i).format
		if legal {
			f = "decimal"
		}
		return ooxml.Number(in.of.counts[i], f)
	}))
}
