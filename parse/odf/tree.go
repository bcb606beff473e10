package odf

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ragserver/parse"
	"ragserver/parse/zipped"
)

// What one XML file may hold.
const (
	maxNodes = 3_000_000 // elements and texts; 3M * 150 B = 450 MB at the very worst
	maxDepth = 200       // elements in each other; deeper ones are taken as one
	maxXML   = 100 << 20 // bytes: a thousand pages have some 30 MB
)

// A node is an element, or a text if its name is "".
type node struct {
	name  string // with the prefix that the standard uses, as in "text:p"
	text  string
	attrs []xml.Attr // their names likewise, in Name.Local
	kids  []*node
}

func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// number returns an attribute that is a count: at least low, and no more than high.
func (n *node) number(name string, low, high int) int {
	v, err := strconv.Atoi(strings.TrimSpace(n.attr(name)))
	if err != nil {
		return low
	}
	return max(low, min(v, high))
}

// child returns the element at the end of a path, nil if there is none.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		var found *node
		for _, k := range n.kids {
			if k.name == name {
				found = k
				break
			}
		}
		n = found
	}
	return n
}

// find returns the first element of a name at or below n, nil if there is none.
func (n *node) find(name string) *node {
	if n == nil || n.name == name {
		return n
	}
	for _, k := range n.kids {
		if found := k.find(name); found != nil {
			return found
		}
	}
	return nil
}

// blank tells whether there is no text below n.
func (n *node) blank() bool {
	if n == nil {
		return true
	}
	for _, k := range n.kids {
		if !k.blank() {
			return false
		}
	}
	return strings.TrimSpace(n.text) == ""
}

// words returns all the text below n on one line.
func (n *node) words() string {
	var b strings.Builder
	n.write(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (n *node) write(b *strings.Builder) {
	if n == nil {
		return
	}
	if n.name == "text:s" || n.name == "text:tab" || n.name == "text:line-break" || n.name == "text:p" {
		b.WriteByte(' ')
	}
	b.WriteString(n.text)
	for _, k := range n.kids {
		k.write(b)
	}
}

// A reader makes the tree of one XML file.
type reader struct {
	names map[xml.Name]string
	left  int // nodes
}

// read returns the root element of data. With an error, it is what stands before
// the damage, or nil.
func read(ctx context.Context, data []byte) (*node, error) {
	d, err := zipped.Decoder(data)
	if err != nil {
		return nil, err
	}
	top := &node{}
	err = (&reader{names: make(map[xml.Name]string), left: maxNodes}).fill(ctx, d, top)
	for _, k := range top.kids {
		if k.name != "" {
			return k, err
		}
	}
	if err == nil {
		err = errors.New("no XML element")
	}
	return nil, err
}

func (r *reader) fill(ctx context.Context, d *xml.Decoder, top *node) error {
	open := []*node{top} // the elements around, outermost first
	over := 0            // elements that are too deep to be one
	for {
		if r.left--; r.left < 0 {
			return fmt.Errorf("more than %d elements: %w", maxNodes, parse.ErrLimit)
		}
		if r.left%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		in := open[len(open)-1]
		switch t := t.(type) {
		case xml.CharData:
			in.kids = append(in.kids, &node{text: string(t)})
		case xml.EndElement:
			if over > 0 {
				over--
			} else if len(open) > 1 {
				open = open[:len(open)-1]
			}
		case xml.StartElement:
			if len(open) > maxDepth {
				over++
				continue
			}
			n := r.element(t)
			in.kids = append(in.kids, n)
			open = append(open, n)
		}
	}
}

func (r *reader) element(t xml.StartElement) *node {
	n := &node{name: r.name(t.Name)}
	for _, a := range t.Attr {
		if a.Name.Space != "xmlns" {
			n.attrs = append(n.attrs, xml.Attr{Name: xml.Name{Local: r.name(a.Name)}, Value: a.Value})
		}
	}
	return n
}

// name returns the prefixed name of an element or attribute, whatever prefix the
// file uses: "urn:oasis:names:tc:opendocument:xmlns:text:1.0" is "text", and so
// is "http://openoffice.org/2000/text" of older programs.
func (r *reader) name(x xml.Name) string {
	if name, ok := r.names[x]; ok {
		return name
	}
	space := x.Space
	switch {
	case strings.HasPrefix(space, "urn:oasis:names:tc:opendocument:xmlns:"):
		space, _, _ = strings.Cut(strings.TrimPrefix(space, "urn:oasis:names:tc:opendocument:xmlns:"), ":")
		space = strings.TrimSuffix(space, "-compatible")
	case strings.HasPrefix(space, "http://purl.org/dc/elements/"):
		space = "dc"
	case strings.HasSuffix(space, "/Math/MathML"):
		space = "math"
	case strings.Contains(space, "/"):
		space = space[strings.LastIndexByte(strings.TrimSuffix(space, "/"), '/')+1:]
	}
	if short, ok := prefixes[space]; ok {
		space = short
	}
	name := strings.TrimPrefix(space+":"+x.Local, ":")
	r.names[x] = name
	return name
}

// prefixes are the names that the standard uses where the space is called
// otherwise.
var prefixes = map[string]string{"xsl-fo": "fo", "drawing": "draw", "animation": "anim"}
