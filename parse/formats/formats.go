// Package formats puts the parsers of all formats together.
package formats

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/archive"
	"ragserver/parse/asciidoc"
	"ragserver/parse/code"
	"ragserver/parse/docx"
	"ragserver/parse/email"
	"ragserver/parse/epub"
	"ragserver/parse/html"
	"ragserver/parse/json"
	"ragserver/parse/markdown"
	"ragserver/parse/notebook"
	"ragserver/parse/ocr"
	"ragserver/parse/odf"
	"ragserver/parse/ods"
	"ragserver/parse/ooxml"
	"ragserver/parse/pdf"
	"ragserver/parse/pptx"
	"ragserver/parse/router"
	"ragserver/parse/rst"
	"ragserver/parse/rtf"
	"ragserver/parse/subtitles"
	"ragserver/parse/tabular"
	"ragserver/parse/text"
	"ragserver/parse/xlsx"
	"ragserver/parse/xml"
)

// Options choose among the readers of a format. The zero value means those that
// are always there.
type Options struct {
	PDFium string     // path of pdfium.wasm; "" for none
	Cache  string     // folder for what is compiled from it; "" for none
	OCR    ocr.Config // off without a program

	killable bool // somebody kills this process when a document takes too long
}

// String returns o as Open reads it.
func (o Options) String() string {
	text, err := stdjson.Marshal(o)
	if err != nil {
		panic(err) // it has plain values only
	}
	return string(text)
}

// Open returns Router for Options as String gives them, for a process that is
// killed when a document takes too long; "" means none. The parser is a
// parse.Drawer, too.
func Open(options string) (parse.Parser, error) {
	var o Options
	if options != "" {
		if err := stdjson.Unmarshal([]byte(options), &o); err != nil {
			return nil, fmt.Errorf("options of the parsers: %w", err)
		}
	}
	if err := o.OCR.Check(); err != nil {
		return nil, err
	}
	o.killable = true
	return &drawing{Router(o), pdf.New(o.pdf(), nil)}, nil
}

// Router returns a parser of every format that this program reads, which works
// in this process.
func Router(o Options) *router.Router {
	r := router.New()
	r.Handle(text.Plain("text/plain"), "text/plain")
	r.Handle(subtitles.New("text/vtt"), "text/vtt")
	r.Handle(subtitles.New("application/x-subrip"), "application/x-subrip")
	r.Handle(markdown.New(), "text/markdown")
	r.Handle(tabular.New(), "text/csv", "text/tab-separated-values")
	r.Handle(json.New(), "application/json")
	r.Handle(notebook.New(), "application/x-ipynb+json")
	r.Handle(json.Lines(), "application/x-ndjson")
	r.Handle(xml.New(), "text/xml")
	r.Handle(html.New(), "text/html")
	pdfs, pictures := o.seen(r)
	r.Handle(pdfs, "application/pdf")
	r.Handle(archive.New(r), "application/zip", "application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd")
	r.Handle(pictures, "image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp", "image/heic", "image/heif", "image/avif")
	r.Handle(epub.New(), "application/epub+zip")
	r.Handle(rtf.New(r), "text/rtf")
	for _, kind := range []string{"text", "text-template", "text-master", "text-web", "presentation", "presentation-template", "graphics", "graphics-template"} {
		r.Handle(odf.New(r), "application/vnd.oasis.opendocument."+kind)
	}
	r.Handle(xlsx.New(r), xlsx.MediaType)
	r.Handle(ods.New(r), ods.MediaType, ods.MediaType+"-template")
	r.Handle(docx.New(r), docx.MediaType)
	r.Handle(pptx.New(r), pptx.MediaType)
	r.Handle(ooxml.Locked{}, "application/x-ole-storage")
	r.Handle(email.New(r), "message/rfc822")
	r.Handle(email.NewBox(r), "application/mbox")
	r.Handle(rst.New(), "text/x-rst")
	r.Handle(asciidoc.New(), "text/asciidoc")
	for _, m := range []string{"text/x-tex", "text/x-org"} {
		r.Handle(text.Markup(m), m)
	}
	for _, m := range router.Code() {
		r.Handle(code.New(m), m)
	}
	return r
}

// A Split is a parser that keeps simple formats in this process and gives away
// what may crash, hang or swell.
type Split struct {
	here  parse.Parser
	heavy parse.Parser
}

// Isolated returns a parser of every format that leaves the heavy ones, and
// documents larger than smallEnough, to heavy: a pool of processes that run
// Router.
func Isolated(heavy parse.Parser) *Split { return &Split{Router(Options{}), heavy} }

// smallEnough is up to how many bytes a simple document is parsed in this
// process: some milliseconds, some megabytes.
const smallEnough = 2 << 20

// Parse implements parse.Parser.
func (s *Split) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if len(in.Data) > smallEnough || len(in.Data) > 0 && heavy(router.Detect(in)) {
		return s.heavy.Parse(ctx, in)
	}
	return s.here.Parse(ctx, in)
}

func heavy(mediaType string) bool {
	switch mediaType {
	case "application/pdf", "text/html", "text/xml", "message/rfc822", "application/mbox", "application/epub+zip", "text/rtf",
		"application/zip", "application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd",
		"application/x-ole-storage", "application/x-ipynb+json":
		return true
	}
	return strings.HasPrefix(mediaType, "application/vnd.oasis.opendocument.") || strings.HasPrefix(mediaType, "application/vnd.openxmlformats-officedocument.")
}
