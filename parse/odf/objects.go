package odf

import (
	"encoding/base64"
	"path"
	"strings"
)

// maxInside is how deep objects are read in each other.
const maxInside = 3

// object returns the formula, or the blocks, of an object that is kept as
// OpenDocument: a formula, a chart, a table of a spreadsheet.
func (d *document) object(n *node) (formula string, content *node) {
	root := n.child("office:document")
	if root == nil {
		root = n.child("math:math")
	}
	if root == nil {
		root = d.objectFile(n.attr("xlink:href"))
	}
	if root == nil || d.inside >= maxInside {
		return "", nil
	}
	if math := root.find("math:math"); math != nil {
		return formulaOf(math), nil
	}
	body := root.child("office:body")
	content = &node{}
	d.inside++
	defer func() { d.inside-- }()
	switch {
	case body == nil:
		return "", nil
	case body.child("office:chart") != nil:
		content.titles(body)
		if t := body.find("table:table"); t != nil {
			content.kids = append(content.kids, t)
		}
	default:
		for _, kind := range body.kids {
			content.gather(kind)
		}
	}
	return "", content
}

// objectFile reads an object of the archive, once.
func (d *document) objectFile(href string) *node {
	name := path.Join(href, contentMember)
	if d.archive == nil || href == "" || strings.Contains(href, ":") || d.objects[name] || !d.archive.Has(name) {
		return nil
	}
	if d.objects == nil {
		d.objects = make(map[string]bool)
	}
	d.objects[name] = true
	return d.optional(name)
}

// formulaOf returns a formula as it was typed, or the text of its symbols.
func formulaOf(math *node) string {
	if typed := math.find("math:annotation").words(); typed != "" {
		return typed
	}
	return math.words()
}

// titles takes what is written on a chart.
func (n *node) titles(chart *node) {
	for _, k := range chart.kids {
		switch k.name {
		case "chart:title", "chart:subtitle", "chart:footer":
			n.kids = append(n.kids, paragraphs("Caption", k.words()).kids...)
		case "table:table":
		default:
			n.titles(k)
		}
	}
}

// gather takes the blocks of a document: of its slides, if it has any.
func (n *node) gather(body *node) {
	for _, k := range body.kids {
		if k.name == "draw:page" {
			n.gather(k)
			continue
		}
		n.kids = append(n.kids, k)
	}
}

func (n *node) set(name, value string) {
	a := attribute(name, value)
	n.attrs = append(n.attrs, a)
}

// file adds a file of another program as a part.
func (d *document) file(n *node, name string) {
	var data []byte
	if b := n.child("office:binary-data"); b != nil {
		raw := strings.Join(strings.Fields(b.words()), "")
		if int64(len(raw)) > d.parts.Room()*4/3+4 {
			return
		}
		data, _ = base64.StdEncoding.DecodeString(raw) // up to the first wrong character
	}
	href := strings.TrimPrefix(n.attr("xlink:href"), "./")
	if name == "" {
		name = path.Base("/" + href)
	}
	if d.archive != nil && href != "" && d.archive.Has(href) && !d.objects[href] {
		if d.objects == nil {
			d.objects = make(map[string]bool)
		}
		d.objects[href] = true
		read, err := d.archive.Read(href)
		if err != nil {
			d.parts.Refuse(name, 0, err)
			return
		}
		data = read
	}
	if len(data) > 0 {
		// Its error is that of the context, which result returns.
		_ = d.parts.Add(name, "", data)
	}
}
