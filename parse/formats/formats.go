// Package formats puts the parsers of all formats together.
package formats

import (
	"ragserver/parse"
	"ragserver/parse/html"
	"ragserver/parse/json"
	"ragserver/parse/markdown"
	"ragserver/parse/pdf"
	"ragserver/parse/router"
	"ragserver/parse/tabular"
	"ragserver/parse/text"
	"ragserver/parse/xml"
)

// Router returns a parser of every format that this program reads, which works
// in this process.
func Router() *router.Router {
	r := router.New()
	r.Handle(text.Plain("text/plain"), "text/plain")
	r.Handle(text.Plain("text/vtt"), "text/vtt")
	r.Handle(markdown.New(), "text/markdown")
	r.Handle(tabular.New(), "text/csv", "text/tab-separated-values")
	r.Handle(json.New(), "application/json")
	r.Handle(json.Lines(), "application/x-ndjson")
	r.Handle(xml.New(), "text/xml")
	r.Handle(html.New(), "text/html")
	r.Handle(pdf.New(), "application/pdf")
	for _, m := range []string{"text/x-rst", "text/asciidoc", "text/x-tex", "text/x-org"} {
		r.Handle(text.Markup(m), m)
	}
	for _, m := range router.Code() {
		r.Handle(text.Code(m), m)
	}
	return r
}

var _ parse.Parser = (*router.Router)(nil)
