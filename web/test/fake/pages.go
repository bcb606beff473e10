package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"strconv"
	"strings"
)

// addPages adds a document with a passage on each page.
func (c *corpus) addPages(path string, texts ...string) {
	d := c.add("archive", path, strings.Join(texts, "\n\n"))
	d.MediaType, d.pages, d.Labels = "application/pdf", len(texts), []string{"i"}
	for i := range d.chunks {
		d.chunks[i].Page = i + 1
	}
}

// addLetter adds a document with others inside.
func (c *corpus) addLetter() {
	letter := c.add("archive", "mail/offer.eml", "The terms are attached.")
	for name, text := range map[string]string{"terms.txt": "The terms are generous.", "extra/note.txt": "Nothing else was agreed."} {
		inside := c.add("archive", "mail/offer.eml//"+name, text)
		inside.Path, inside.Container = "mail/offer.eml/"+name, letter.URI
		letter.parts = append(letter.parts, part{inside.URI, name, inside.Status})
	}
}

// page draws a sheet with as many stripes as its number.
func (c *corpus) page(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	d := c.docs[r.URL.Query().Get("uri")]
	c.mu.Unlock()
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if d == nil || err != nil || n < 1 || n > d.pages {
		refuse(w, 404, "no_page", "the page is not shown: there is none of this number", "")
		return
	}
	sheet := image.NewGray(image.Rect(0, 0, 1000, 1414))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for i := range n {
		draw.Draw(sheet, image.Rect(100, 100+120*i, 900, 160+120*i), image.NewUniform(color.Gray{Y: 60}), image.Point{}, draw.Src)
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, sheet) // the browser may have gone
}
