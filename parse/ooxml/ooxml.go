// Package ooxml reads what all documents of Office Open XML (ECMA-376) have in
// common: relations between their parts, properties, charts, embedded files. It
// takes the transitional and the strict form alike: only the last words of
// namespaces and types count.
package ooxml

import (
	"context"
	"fmt"
	"path"
	"strings"

	"ragserver/parse"
	"ragserver/parse/zipped"
)

// A Package is an open document. It is used by one goroutine.
type Package struct {
	*zipped.Archive
	relations map[string]relations // by part
	largest   int                  // bytes of a part of XML
	warnings  []string
	embedded  map[string]bool // parts that Embedded has read
	opaque    int             // embedded objects that nothing reads
}

// A Relation leads from a part to another one, or out of the document.
type Relation struct {
	ID       string
	Type     string // its last word, as in "hyperlink"
	Target   string // name of a part, or an address if External
	External bool
}

type relations struct {
	list []Relation
	byID map[string]Relation
}

// Open opens a document.
func Open(data []byte) (*Package, error) {
	a, err := zipped.Open(data)
	if err != nil {
		return nil, err
	}
	return &Package{Archive: a, largest: maxPart, relations: map[string]relations{}, embedded: map[string]bool{}}, nil
}

// maxPart is how many bytes a part of XML may have: documents of a thousand pages
// have some 30 MB, and a second reads some 20 MB.
const maxPart = 100 << 20

// XML returns the bytes of a part, as Read does, if it is not too large to be read
// in time. A part that is too large is not unpacked.
func (p *Package) XML(part string) ([]byte, error) {
	return p.ReadAtMost(part, int64(p.largest))
}

// Main returns the name of the part that the document begins with, which is
// usual if the document does not say.
func (p *Package) Main(ctx context.Context, usual string) (string, error) {
	for _, r := range p.Relations(ctx, "") {
		if r.Type == "officeDocument" && !r.External && p.Has(r.Target) {
			return r.Target, nil
		}
	}
	if p.Has(usual) {
		return usual, nil
	}
	return "", fmt.Errorf("no %s in the archive: %w", usual, parse.ErrUnsupported)
}

// Relations returns where a part leads to, in order; "" stands for the document
// itself.
func (p *Package) Relations(ctx context.Context, part string) []Relation {
	return p.leaving(ctx, part).list
}

func (p *Package) leaving(ctx context.Context, part string) relations {
	if all, ok := p.relations[part]; ok {
		return all
	}
	folder, base := path.Split(part)
	all := relations{byID: map[string]Relation{}}
	if root := p.Tree(ctx, folder+"_rels/"+base+".rels"); root != nil {
		for _, n := range root.Nodes {
			if n.Name == "Relationship" {
				r := relation(n, folder)
				all.list = append(all.list, r)
				all.byID[r.ID] = r
			}
		}
	}
	p.relations[part] = all
	return all
}

func relation(n *Node, folder string) Relation {
	r := Relation{ID: n.Attr("Id"), Type: path.Base(n.Attr("Type")), Target: n.Attr("Target")}
	if r.External = strings.EqualFold(n.Attr("TargetMode"), "External"); r.External {
		return r
	}
	target, _, _ := strings.Cut(strings.ReplaceAll(r.Target, `\`, "/"), "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + folder + target
	}
	r.Target = strings.TrimPrefix(path.Clean(target), "/")
	return r
}

// Related returns the relation of a part with an ID, the zero Relation if there
// is none.
func (p *Package) Related(ctx context.Context, part, id string) Relation {
	if id == "" {
		return Relation{}
	}
	return p.leaving(ctx, part).byID[id]
}

// Of returns the part of the first relation of a type that leads from part into
// the document, "" if there is none.
func (p *Package) Of(ctx context.Context, part, kind string) string {
	for _, r := range p.Relations(ctx, part) {
		if r.Type == kind && !r.External {
			return r.Target
		}
	}
	return ""
}

// Address returns what a link with a relation's ID leads to, "" if it stays
// inside the document.
func (p *Package) Address(ctx context.Context, part, id string) string {
	if r := p.Related(ctx, part, id); r.External && !strings.HasPrefix(r.Target, "#") {
		return strings.ToValidUTF8(r.Target, "\uFFFD")
	}
	return ""
}

// Tree reads a part. One that is not there is nil; of one that is damaged it is
// what stands before the damage, and there is a warning.
func (p *Package) Tree(ctx context.Context, part string) *Node {
	if part == "" || !p.Has(part) {
		return nil
	}
	data, err := p.XML(part)
	if err != nil {
		p.Warn(err)
	}
	if len(data) == 0 {
		return nil
	}
	root, err := Tree(ctx, data)
	if err != nil {
		p.Warn(fmt.Errorf("%s: %w", part, err))
	}
	return root
}

// maxWarnings is how many warnings one document gives.
const maxWarnings = 20

// Warn notes what was lost.
func (p *Package) Warn(err error) {
	if len(p.warnings) < maxWarnings {
		p.warnings = append(p.warnings, strings.ToValidUTF8(err.Error(), "\uFFFD"))
	}
}

// Warnings returns what was noted.
func (p *Package) Warnings() []string {
	if p.opaque == 0 {
		return p.warnings
	}
	return append(p.warnings[:len(p.warnings):len(p.warnings)], fmt.Sprintf("%d embedded objects hold nothing that can be read", p.opaque))
}
