package pdfium

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math"

	"ragserver/parse"
)

// A Picture says how large a page is drawn. Zero values mean the defaults.
type Picture struct {
	Dots   float64 // to the inch; 150
	Width  int     // pixels in a row, in the place of Dots; 0: as Dots say
	Pixels int     // at most, in all: a larger page gets fewer dots; 8 million
}

const (
	defaultDots   = 150
	defaultPixels = 8_000_000
	mostPixels    = 40_000_000 // * 4 B = 160 MB of PDFium's memory
)

// Render draws page number, from 1, of a file as PNG, and tells how many pages it
// has. It fails with parse.ErrNoPage if there is no such page.
func (e *Engine) Render(ctx context.Context, data []byte, number int, p Picture) (out []byte, pages int, err error) {
	if p.Dots <= 0 {
		p.Dots = defaultDots
	}
	if p.Pixels <= 0 {
		p.Pixels = defaultPixels
	}
	var drawn *image.RGBA
	err = e.with(ctx, func(i *instance) error {
		d := &document{instance: i}
		if err := d.open(data); err != nil {
			return err
		}
		pages = d.count
		if number < 1 || number > pages {
			return fmt.Errorf("%w: the document has %d pages", parse.ErrNoPage, pages)
		}
		var err error
		drawn, err = d.draw(number, p)
		return err
	})
	if err != nil {
		return nil, pages, fmt.Errorf("drawing page %d: %w", number, err)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err = encoder.Encode(&b, drawn)
	return b.Bytes(), pages, err
}

func (d *document) draw(number int, p Picture) (*image.RGBA, error) {
	page := d.load(number)
	if page == 0 {
		return nil, fmt.Errorf("the page is damaged")
	}
	w, h, err := p.size(d.length("FPDF_GetPageWidthF", page), d.length("FPDF_GetPageHeightF", page))
	if err != nil {
		return nil, err
	}
	bitmap := d.call("FPDFBitmap_Create", uint64(w), uint64(h), 0) & math.MaxUint32
	if bitmap == 0 {
		return nil, errMemory
	}
	const white, annotations = 0xFFFFFFFF, 1
	d.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint64(w), uint64(h), white)
	d.call("FPDF_RenderPageBitmap", bitmap, page, 0, 0, uint64(w), uint64(h), 0, annotations)
	stride := d.call("FPDFBitmap_GetStride", bitmap) & math.MaxUint32
	at := d.call("FPDFBitmap_GetBuffer", bitmap) & math.MaxUint32
	return opaque(d.bytes(at, stride*uint64(h)), int(stride), w, h), nil
}

// opaque makes a picture of rows of blue, green, red and nothing.
func opaque(rows []byte, stride, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		from, to := rows[y*stride:], out.Pix[y*out.Stride:]
		for x := range w {
			v := binary.LittleEndian.Uint32(from[4*x:])
			binary.BigEndian.PutUint32(to[4*x:], v<<8|0xFF)
		}
	}
	return out
}

func (d *document) length(name string, page uint64) float64 {
	return float64(math.Float32frombits(uint32(d.call(name, page))))
}

// size returns the pixels of a page whose measures are in points.
func (p Picture) size(width, height float64) (w, h int, err error) {
	const least, most = 1, 200_000 // points
	if !(width >= least && height >= least && width <= most && height <= most) {
		return 0, 0, fmt.Errorf("a page of %g by %g points: %w", width, height, parse.ErrLimit)
	}
	scale := p.Dots / 72
	if p.Width > 0 {
		scale = float64(p.Width) / width
	}
	limit := float64(min(p.Pixels, mostPixels))
	if all := width * height * scale * scale; all > limit {
		scale *= math.Sqrt(limit / all)
	}
	const inexact = 1e-6 // what a product falls short of a whole number
	return max(1, int(width*scale+inexact)), max(1, int(height*scale+inexact)), nil
}
