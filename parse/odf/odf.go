// Package odf parses text documents, presentations and drawings in OpenDocument
// format, as LibreOffice writes them: archives (.odt, .odp, .odg) and single XML
// files (.fodt, .fodp, .fodg).
package odf

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
	"ragserver/parse/zipped"
)

// A Parser reads all of a document: what is hidden or deleted is left out, notes
// and comments follow the paragraph that they belong to, and what stands on every
// page comes once, at the end. Slides are pages. A text has pages only if the
// program that wrote it noted where they break.
type Parser struct {
	inner parse.Parser
}

// New returns a parser that leaves files inside a document to inner; it may be
// nil.
func New(inner parse.Parser) *Parser { return &Parser{inner} }

// The members of a document, ODF 1.3 part 2, 3.1.
const (
	contentMember  = "content.xml"
	stylesMember   = "styles.xml"
	metaMember     = "meta.xml"
	manifestMember = "META-INF/manifest.xml"
)

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	d := &document{ctx: ctx, styles: newCatalog(), parts: parts.New(ctx, p.inner), counts: make(map[string]*[maxLevels]int)}
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(in.Data[:min(len(in.Data), 1024)], "\xEF\xBB\xBF\xFE\xFF \t\r\n\x00"), []byte("<")) {
		err = d.openFlat(in.Data)
	} else {
		err = d.openArchive(in.Data)
	}
	if err != nil {
		return rag.Text{}, err
	}
	return d.result()
}

func (d *document) result() (rag.Text, error) {
	t := rag.Text{}
	d.describe(&t)
	kind := d.read(&t)
	if err := d.ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	t.MediaType, t.Parser = "application/vnd.oasis.opendocument."+kind, parserNames[kind]
	t.Text, t.Sections = d.out.Result()
	t.Parts = d.parts.Parts()
	t.Warnings = append(d.warnings(), d.parts.Warnings()...)
	if t.Text == "" && len(t.Parts) == 0 {
		return rag.Text{}, fmt.Errorf("document without visible text: %w", parse.ErrNoText)
	}
	return t, nil
}

var parserNames = map[string]string{"text": "odt", "presentation": "odp", "graphics": "odg"}

func (d *document) openFlat(data []byte) error {
	root, err := read(d.ctx, data)
	if root == nil || d.ctx.Err() != nil {
		return fmt.Errorf("reading the XML of a document: %w", err)
	}
	d.damaged("the document", err)
	d.content, d.meta, d.masters = root, root.child("office:meta"), root.child("office:master-styles")
	d.styles.add(root)
	return nil
}

func (d *document) openArchive(data []byte) error {
	a, err := zipped.Open(data)
	if err != nil {
		return err
	}
	d.archive = a
	if err := d.checkManifest(); err != nil {
		return err
	}
	if d.content, err = d.member(contentMember); d.content == nil {
		return err
	}
	d.damaged(contentMember, err)
	if root := d.optional(stylesMember); root != nil {
		d.masters = root.child("office:master-styles")
		d.styles.add(root)
	}
	d.styles.add(d.content)
	if root := d.optional(metaMember); root != nil {
		d.meta = root.child("office:meta")
	}
	return d.ctx.Err()
}

// member returns the root element of a member; with an error, what stands before
// the damage, or nil.
func (d *document) member(name string) (*node, error) {
	data, err := d.archive.ReadAtMost(name, maxXML)
	if len(data) == 0 {
		if err == nil {
			err = fmt.Errorf("%s is empty", name)
		}
		return nil, err
	}
	root, cut := read(d.ctx, data)
	if cut != nil {
		err = fmt.Errorf("%s: %w", name, cut)
	}
	return root, err
}

// optional is member for one that need not be there.
func (d *document) optional(name string) *node {
	if !d.archive.Has(name) {
		return nil
	}
	root, err := d.member(name)
	d.damaged(name, err)
	return root
}

func (d *document) damaged(what string, err error) {
	if err != nil {
		d.lost = append(d.lost, fmt.Sprintf("%s is damaged, its end may be missing: %s", what, strings.TrimPrefix(err.Error(), what+": ")))
	}
}

// checkManifest returns parse.ErrEncrypted if the content needs a password.
func (d *document) checkManifest() error {
	if d.archive.Has("encrypted-package") {
		return fmt.Errorf("the whole package: %w", parse.ErrEncrypted)
	}
	root := d.optional(manifestMember)
	if root == nil {
		return nil
	}
	for _, f := range root.kids {
		if name := f.attr("manifest:full-path"); name == contentMember && f.child("manifest:encryption-data") != nil {
			return fmt.Errorf("%s: %w", name, parse.ErrEncrypted)
		}
	}
	return nil
}

// read writes the body and returns what kind of document it is.
func (d *document) read(t *rag.Text) string {
	body := d.content.child("office:body")
	if body == nil {
		body = d.content
	}
	for _, kind := range []string{"presentation", "drawing"} {
		if b := body.child("office:" + kind); b != nil {
			d.slides(b)
			t.Pages, t.Labels = d.page, d.pageLabels()
			if kind == "drawing" {
				return "graphics"
			}
			return kind
		}
	}
	if b := body.child("office:text"); b != nil {
		body = b
	}
	d.text(body, t)
	return "text"
}
