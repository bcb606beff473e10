package ooxml

import (
	"context"
	"regexp"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
)

// maxValue is how long, in bytes, one property may be, and maxProperties how many
// there may be.
const (
	maxValue      = 1000
	maxProperties = 100
)

// Describe fills in what the document says of itself: title, author, language,
// times; the rest becomes Meta.
func (p *Package) Describe(ctx context.Context, t *rag.Text) {
	p.core(ctx, t)
	for _, n := range p.property(ctx, "extended-properties", "docProps/app.xml") {
		if name := extended[n.Name]; name != "" {
			setMeta(t, name, n.Text)
		}
	}
	for _, n := range p.property(ctx, "custom-properties", "docProps/custom.xml") {
		if len(n.Nodes) == 1 && len(n.Nodes[0].Nodes) == 0 && !bookkeeping.MatchString(n.Attr("name")) {
			setMeta(t, n.Attr("name"), n.Nodes[0].Text)
		}
	}
}

// bookkeeping matches names of properties that servers and programs keep for
// themselves.
var bookkeeping = regexp.MustCompile(`^(_|MSIP_|Tfs\.|xd_|ContentTypeId|Order$|MediaService|TemplateUrl|AssetID|SharedFile)`)

// extended and core name the properties that are of use to a reader.
var (
	extended = map[string]string{"Application": "application", "Company": "company", "Manager": "manager"}
	core     = map[string]string{
		"subject": "subject", "keywords": "keywords", "description": "description", "category": "category",
		"lastModifiedBy": "last_modified_by", "contentStatus": "status", "revision": "revision", "version": "version",
	}
)

func (p *Package) core(ctx context.Context, t *rag.Text) {
	for _, n := range p.property(ctx, "core-properties", "docProps/core.xml") {
		value := clean(n.Text)
		switch n.Name {
		case "title":
			if !generic[strings.ToLower(value)] {
				t.Title = value
			}
		case "creator":
			t.Author = value
		case "language":
			t.Language = value
		case "created":
			t.Created = date(value)
		case "modified":
			t.Modified = date(value)
		default:
			if name := core[n.Name]; name != "" {
				setMeta(t, name, value)
			}
		}
	}
}

// generic are titles that programs give by themselves.
var generic = map[string]bool{
	"powerpoint presentation": true, "no slide title": true, "slide 1": true, "presentation": true,
	"word document": true, "untitled": true, "präsentation1": true, "presentation1": true, "document1": true,
}

func (p *Package) property(ctx context.Context, kind, usual string) []*Node {
	part := p.Of(ctx, "", kind)
	if part == "" {
		part = usual
	}
	root := p.Tree(ctx, part)
	if root == nil {
		return nil
	}
	return root.Nodes
}

func setMeta(t *rag.Text, name, value string) {
	name, value = clean(name), clean(value)
	if name == "" || value == "" || len(t.Meta) >= maxProperties {
		return
	}
	if t.Meta == nil {
		t.Meta = map[string]string{}
	}
	t.Meta[name] = value
}

func clean(s string) string {
	return parse.Cut(strings.Join(strings.Fields(s), " "), maxValue)
}

func date(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1900 && t.Year() < 3000 {
			return t.UTC()
		}
	}
	return time.Time{}
}
