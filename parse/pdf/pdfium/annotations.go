package pdfium

import (
	"math"
	"strings"

	"ragserver/parse"
	"ragserver/parse/pdf/layout"
)

const (
	maxAnnotations = 5000   // of one page
	maxNote        = 20_000 // bytes
)

// Subtypes of annotations.
const (
	aLink     = 2
	freeText  = 3
	stamp     = 13
	popup     = 16
	sound     = 18
	movie     = 19
	formField = 20
)

// annotations reads the links and notes of a page. It reports whether there are
// others that draw text: the values of form fields, free text, stamps.
func (d *document) annotations(page uint64, p *layout.Page) (drawn bool) {
	n := min(int32(d.call("FPDFPage_GetAnnotCount", page)), maxAnnotations)
	for k := range n {
		a := d.call("FPDFPage_GetAnnot", page, uint64(k)) & math.MaxUint32
		if a == 0 {
			continue
		}
		switch kind := int32(d.call("FPDFAnnot_GetSubtype", a)); kind {
		case aLink:
			d.link(a, p)
		case freeText, stamp, formField:
			drawn = true
		case popup, sound, movie:
		default:
			d.note(a, p)
		}
		d.call("FPDFPage_CloseAnnot", a)
	}
	return drawn
}

func (d *document) place(annotation uint64) layout.Box {
	if d.call("FPDFAnnot_GetRect", annotation, d.scratch) == 0 {
		return layout.Box{}
	}
	return d.box(d.scratch)
}

func (d *document) link(annotation uint64, p *layout.Page) {
	link := d.call("FPDFAnnot_GetLink", annotation) & math.MaxUint32
	if link == 0 {
		return
	}
	action := d.call("FPDFLink_GetAction", link) & math.MaxUint32
	if action == 0 {
		return
	}
	s := layout.Address(d.narrow(func(buffer, n uint64) uint64 {
		return d.call("FPDFAction_GetURIPath", d.handle, action, buffer, n)
	}))
	if s != "" {
		p.Links = append(p.Links, layout.Link{Box: d.place(annotation), Address: s})
	}
}

func (d *document) note(annotation uint64, p *layout.Page) {
	key := d.put([]byte("Contents"))
	defer d.free(key)
	s := d.wide(func(buffer, n uint64) uint64 { return d.call("FPDFAnnot_GetStringValue", annotation, key, buffer, n) })
	if s = strings.TrimSpace(s); s != "" {
		p.Notes = append(p.Notes, layout.Note{Box: d.place(annotation), Text: parse.Cut(s, maxNote)})
	}
}
