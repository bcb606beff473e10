package pdfium

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
)

const (
	maxFiles = 1000     // embedded in a document
	maxFile  = 64 << 20 // bytes of one
	maxAll   = 128 << 20
)

// A file is embedded in a document.
type file struct {
	name string
	data []byte
	err  error
}

// Why an embedded file is not read.
var (
	errNoFile    = errors.New("the file is not in the document")
	errLargeFile = fmt.Errorf("an embedded file of more than %d MiB, or all of more than %d: %w", maxFile>>20, maxAll>>20, parse.ErrLimit)
)

// files copies the embedded files out of PDFium.
func (d *document) files(ctx context.Context) (out []file) {
	n := min(int32(d.call("FPDFDoc_GetAttachmentCount", d.handle)), maxFiles)
	left := uint64(maxAll)
	for k := int32(0); k < n && ctx.Err() == nil; k++ {
		a := d.call("FPDFDoc_GetAttachment", d.handle, uint64(k))
		if a == 0 {
			continue
		}
		f := file{name: d.wide(func(buffer, n uint64) uint64 { return d.call("FPDFAttachment_GetName", a, buffer, n) })}
		f.data, f.err = d.content(a, min(left, maxFile))
		left -= uint64(len(f.data))
		out = append(out, f)
	}
	return out
}

func (d *document) content(a, room uint64) ([]byte, error) {
	ask := func(buffer, size uint64) (uint64, bool) {
		ok := d.call("FPDFAttachment_GetFile", a, buffer, size, d.scratch)&1 == 1
		return uint64(binary.LittleEndian.Uint32(d.bytes(d.scratch, 4))), ok
	}
	n, ok := ask(0, 0)
	if !ok {
		return nil, errNoFile
	}
	if n > room {
		return nil, errLargeFile
	}
	buffer := d.alloc(max(n, 1))
	defer d.free(buffer)
	if _, ok = ask(buffer, n); !ok {
		return nil, errNoFile
	}
	return bytes.Clone(d.bytes(buffer, n)), nil
}

// read parses the embedded files.
func (d *document) read(ctx context.Context, files []file, inside parse.Parser) ([]rag.Part, error) {
	c := parts.New(ctx, inside)
	for _, f := range files {
		if f.err != nil {
			c.Refuse(f.name, int64(len(f.data)), f.err)
		} else if err := c.Add(f.name, "", f.data); err != nil {
			return nil, err
		}
	}
	for _, s := range c.Warnings() {
		d.layout.Warn("%s", s)
	}
	return c.Parts(), nil
}
