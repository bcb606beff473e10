// Package image reads what pictures say about themselves: their size, and who
// took them when, where and with what. It never decodes a picture, so how many
// pixels one has costs nothing.
package image

import (
	"bytes"
	"context"
	"fmt"

	rag "ragserver"
	"ragserver/parse"
)

// NoText is the warning of every picture: its text only describes it. Who can
// read the words in pictures looks for it.
const NoText = "no text: words that are seen in the picture are not read without OCR"

// A Parser reads the headers of pictures, which it tells by their first bytes.
type Parser struct{}

// New returns a parser of PNG, JPEG, GIF, WebP, TIFF, BMP, HEIC and AVIF.
func New() *Parser { return &Parser{} }

// A form is a format of pictures.
type form struct {
	name, mediaType string
	is              func(data []byte) bool
	read            func(data []byte, p *picture)
}

func forms() []form {
	begins := func(magic ...string) func([]byte) bool {
		return func(data []byte) bool {
			for _, m := range magic {
				if bytes.HasPrefix(data, []byte(m)) {
					return true
				}
			}
			return false
		}
	}
	return []form{
		{"PNG", "image/png", begins("\x89PNG\r\n\x1A\n"), readPNG},
		{"JPEG", "image/jpeg", begins("\xFF\xD8\xFF"), readJPEG},
		{"GIF", "image/gif", begins("GIF87a", "GIF89a"), readGIF},
		{"WebP", "image/webp", func(d []byte) bool { return len(d) > 12 && string(d[:4]) == "RIFF" && string(d[8:12]) == "WEBP" }, readWebP},
		{"TIFF", "image/tiff", begins("II*\x00", "MM\x00*"), readTIFF},
		{"BMP", "image/bmp", begins("BM"), readBMP},
		{"AVIF", "image/avif", branded("avif", "avis"), readHEIF},
		{"HEIC", "image/heic", branded("heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"), readHEIF},
	}
}

// Parse implements parse.Parser. The text is a sentence about the picture and
// what was written about it; its measures and its origin are in Meta.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	for _, f := range forms() {
		if !f.is(in.Data) {
			continue
		}
		p := &picture{form: f.name, facts: map[fact]string{}}
		f.read(in.Data, p)
		if p.width <= 0 || p.height <= 0 {
			return rag.Text{}, fmt.Errorf("the header of the %s picture is damaged: no size in it", f.name)
		}
		t := p.describe(in.Name)
		t.MediaType, t.Parser = f.mediaType, "image"
		t.Warnings = []string{NoText}
		return t, ctx.Err()
	}
	return rag.Text{}, fmt.Errorf("no picture of a known format: %w", parse.ErrUnsupported)
}
