// Package formats puts the parsers of all formats together.
package formats

import (
	"ragserver/parse"
	"ragserver/parse/markdown"
	"ragserver/parse/router"
	"ragserver/parse/text"
)

// Router returns a parser of every format that this program reads, which works
// in this process.
func Router() *router.Router {
	r := router.New()
	r.Handle(text.Plain("text/plain"), "text/plain")
	r.Handle(text.Plain("text/vtt"), "text/vtt")
	r.Handle(markdown.New(), "text/markdown")
	for _, m := range []string{"text/x-rst", "text/asciidoc", "text/x-tex", "text/x-org"} {
		r.Handle(text.Markup(m), m)
	}
	for _, m := range router.Code() {
		r.Handle(text.Code(m), m)
	}
	return r
}

var _ parse.Parser = (*router.Router)(nil)
