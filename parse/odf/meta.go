package odf

import (
	"encoding/xml"
	"regexp"
	"strings"
	"time"

	rag "ragserver"
)

// describe takes what the document says about itself.
func (d *document) describe(t *rag.Text) {
	t.Language = d.styles.locale
	if d.meta == nil {
		return
	}
	t.Title = d.meta.child("dc:title").words()
	if t.Author = d.meta.child("meta:initial-creator").words(); t.Author == "" {
		t.Author = d.meta.child("dc:creator").words()
	}
	if tag := d.meta.child("dc:language").words(); languageTag.MatchString(tag) {
		t.Language = tag
	}
	t.Created = when(d.meta.child("meta:creation-date").words())
	t.Modified = when(d.meta.child("dc:date").words())
	for key, value := range map[string]string{
		"subject": d.meta.child("dc:subject").words(), "description": d.meta.child("dc:description").words(),
		"keywords": d.keywords(),
	} {
		if value != "" {
			if t.Meta == nil {
				t.Meta = make(map[string]string)
			}
			t.Meta[key] = value
		}
	}
}

func (d *document) keywords() string {
	var list []string
	for _, k := range d.meta.kids {
		if k.name == "meta:keyword" || k.name == "meta:keywords" {
			if w := k.words(); w != "" {
				list = append(list, w)
			}
		}
	}
	return strings.Join(list, ", ")
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$`)

// when reads a time; one without a zone is taken as UTC.
func when(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func attribute(name, value string) xml.Attr {
	return xml.Attr{Name: xml.Name{Local: name}, Value: value}
}
