package ooxml

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"ragserver/parse"
	"ragserver/parse/zipped"
)

// What one tree may have.
const (
	maxDepth = 400
	maxNodes = 2_000_000 // * (80 B node + 8 B pointer + attributes) = some 300 MB
)

// Tree reads a whole document of XML. With an error comes what stands before the
// damage.
func Tree(ctx context.Context, data []byte) (*Node, error) {
	r, err := newReader(ctx, data)
	if err != nil {
		return nil, err
	}
	for {
		t, err := r.token()
		if err != nil {
			return nil, fmt.Errorf("no XML: %w", err)
		}
		if s, ok := t.(xml.StartElement); ok {
			return r.node(s, 1)
		}
	}
}

// Children calls f with each child of the elements called parent, one after the
// other: a document may be too large to be held as a tree.
func Children(ctx context.Context, data []byte, parent string, f func(*Node) error) error {
	r, err := newReader(ctx, data)
	if err != nil {
		return err
	}
	var open []string
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(open) == 0 || open[len(open)-1] != parent {
				if open = append(open, t.Name.Local); len(open) > maxDepth {
					return errDeep
				}
				continue
			}
			r.nodes = 0
			n, damage := r.node(t, len(open)+1)
			if err := f(n); err != nil {
				return err
			}
			if damage != nil {
				return damage
			}
		case xml.EndElement:
			open = open[:max(0, len(open)-1)]
		}
	}
}

// Why a tree is not read.
var (
	errDeep = fmt.Errorf("elements more than %d deep: %w", maxDepth, parse.ErrLimit)
	errMany = fmt.Errorf("more than %d elements: %w", maxNodes, parse.ErrLimit)
)

// A reader makes trees of the tokens of a document.
type reader struct {
	ctx    context.Context
	d      *xml.Decoder
	names  map[string]string // each once
	tokens int
	nodes  int
}

func newReader(ctx context.Context, data []byte) (*reader, error) {
	d, err := zipped.Decoder(data)
	if err != nil {
		return nil, err
	}
	return &reader{ctx: ctx, d: d, names: map[string]string{}}, nil
}

func (r *reader) token() (xml.Token, error) {
	if r.tokens++; r.tokens%1024 == 1 {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
	}
	return r.d.Token()
}

// node reads the element that s begins. With an error comes what was read of it.
func (r *reader) node(s xml.StartElement, depth int) (*Node, error) {
	n := &Node{Name: r.once(s.Name.Local), Attrs: r.attrs(s.Attr)}
	if r.nodes++; r.nodes > maxNodes {
		return n, errMany
	}
	if depth > maxDepth {
		return n, errDeep
	}
	for {
		t, err := r.token()
		if err != nil {
			return n, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			c, err := r.node(t, depth+1)
			n.Nodes = append(n.Nodes, c)
			if err != nil {
				return n, err
			}
		case xml.CharData:
			if n.Text == "" {
				n.Text = string(t)
			} else if len(n.Nodes) == 0 {
				n.Text += string(t) // around a comment
			}
		case xml.EndElement:
			if len(n.Nodes) > 0 {
				n.Text = "" // line breaks between elements
			}
			return n, nil
		}
	}
}

func (r *reader) attrs(list []xml.Attr) []Attr {
	var out []Attr
	for _, a := range list {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		name := a.Name.Local
		if strings.HasSuffix(a.Name.Space, "/relationships") {
			name = "r:" + name
		}
		out = append(out, Attr{r.once(name), a.Value})
	}
	return out
}

func (r *reader) once(s string) string {
	if kept, ok := r.names[s]; ok {
		return kept
	}
	r.names[s] = s
	return s
}
