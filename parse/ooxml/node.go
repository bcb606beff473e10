package ooxml

import (
	"slices"
	"strconv"
	"strings"
)

// A Node is an element of XML. Its methods may be called on nil, which has
// nothing.
type Node struct {
	Name  string // without its namespace: no two that matter here are called alike
	Attrs []Attr
	Text  string // directly in it
	Nodes []*Node
}

// An Attr is an attribute: its name without the namespace, but that of an ID of a
// relation begins with "r:".
type Attr struct{ Name, Value string }

// Attr returns the value of an attribute, "" if there is none.
func (n *Node) Attr(name string) string {
	if n != nil {
		for _, a := range n.Attrs {
			if a.Name == name {
				return a.Value
			}
		}
	}
	return ""
}

// Int returns the value of an attribute that is a number, or otherwise.
func (n *Node) Int(name string, otherwise int) int {
	if v, err := strconv.Atoi(strings.TrimSpace(n.Attr(name))); err == nil {
		return v
	}
	return otherwise
}

// Find goes down the first children that have these names. It returns nil where
// there is none.
func (n *Node) Find(names ...string) *Node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.Nodes, func(c *Node) bool { return c.Name == name })
		if i < 0 {
			return nil
		}
		n = n.Nodes[i]
	}
	return n
}

// Each calls f with all nodes below n of these names, in order, but not with what
// is inside one of them.
func (n *Node) Each(f func(*Node), names ...string) {
	if n == nil {
		return
	}
	for _, c := range n.Nodes {
		if slices.Contains(names, c.Name) {
			f(c)
		} else {
			c.Each(f, names...)
		}
	}
}

// On tells whether a property, which is a node with an attribute val, is there and
// not switched off.
func (n *Node) On() bool {
	if n == nil {
		return false
	}
	switch strings.ToLower(n.Attr("val")) {
	case "0", "false", "off":
		return false
	}
	return true
}

// Alternative returns which of the children of an AlternateContent to read: the
// first choice, since all that can be chosen is understood here, or else the
// fallback.
func (n *Node) Alternative() *Node {
	if c := n.Find("Choice"); c != nil && len(c.Nodes) > 0 {
		return c
	}
	return n.Find("Fallback")
}
