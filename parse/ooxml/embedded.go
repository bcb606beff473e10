package ooxml

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"ragserver/parse/parts"
)

// Embedded gives the files embedded in a part to c, each once: other documents,
// attached files, imported chunks. Its error is that of c.
func (p *Package) Embedded(ctx context.Context, part string, c *parts.Collector) error {
	for _, r := range p.Relations(ctx, part) {
		if !carriers[r.Type] || r.External || p.embedded[r.Target] || !p.Has(r.Target) {
			continue
		}
		p.embedded[r.Target] = true
		name := path.Base(r.Target)
		data, err := p.Read(r.Target)
		switch {
		case err != nil:
			c.Refuse(name, int64(len(data)), err)
			continue
		case bytes.HasPrefix(data, compoundMark):
			if name, data = payload(name, data); data == nil {
				p.opaque++
				continue
			}
		}
		if err := c.Add(name, "", data); err != nil {
			return fmt.Errorf("%s: %w", r.Target, err)
		}
	}
	return nil
}

// carriers are the types of relations that lead to a file that is a document of
// its own.
var carriers = map[string]bool{"package": true, "oleObject": true, "aFChunk": true, "subDocument": true}

// payload returns the file in an object of the compound format, nil if it is of a
// program that nothing here reads: an equation, a control.
func payload(name string, data []byte) (string, []byte) {
	c, err := openCompound(data)
	if err != nil {
		return name, nil
	}
	if b := c.stream("\x01Ole10Native"); b != nil {
		if file, content := native(b); content != nil {
			return file, content
		}
	}
	for _, stream := range []string{"Package", "CONTENTS", "EmbeddedOdf", "package_stream"} {
		if b := c.stream(stream); len(b) > 0 {
			if bytes.HasPrefix(b, []byte("%PDF-")) {
				name = strings.TrimSuffix(name, ".bin") + ".pdf"
			}
			return name, b
		}
	}
	for _, stream := range []string{"WordDocument", "Workbook", "Book", "PowerPoint Document", "EncryptedPackage", "__properties_version1.0"} {
		if c.has(stream) {
			return name, data
		}
	}
	return name, nil
}

// native returns the name and the content of a file that was put into a document
// as a package, [MS-OLEDS] 2.3.6 and what programs write there.
func native(b []byte) (name string, content []byte) {
	r := fields{b: b}
	r.skip(4 + 2) // size, flags
	label, file := r.text(), r.text()
	r.skip(4)
	r.skip(int(r.uint32())) // the temporary file
	content = r.bytes(int(r.uint32()))
	if r.short {
		return "", nil
	}
	if name = label; path.Ext(name) == "" {
		name = base(file)
	}
	if name == "" {
		name = "package"
	}
	return base(name), content
}

// base returns the last name in a path of Windows, in whatever encoding of one
// byte: only its ASCII letters are sure.
func base(file string) string {
	if i := bytes.LastIndexAny([]byte(file), `\/`); i >= 0 {
		file = file[i+1:]
	}
	return file
}
