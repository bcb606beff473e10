// Package parts reads the documents inside a document: attachments of a mail,
// members of an archive, files embedded in a presentation. How many there may be,
// how large, and how deep in each other, is limited for the outermost one, so that
// an archive that unpacks without end costs no more than a large one.
package parts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// What one outermost document may unpack to.
const (
	maxDepth   = 5         // documents in each other, without the outermost
	maxMembers = 5_000     // documents
	maxBytes   = 256 << 20 // of all of them
	maxText    = 48 << 20  // bytes of text of all of them
	maxName    = 512       // bytes
)

// A purse is what is left for all that is inside one outermost document.
type purse struct{ members, bytes, text int64 }

type contextKey struct{}

// An inside is where a parser works: how deep, and with what is left.
type inside struct {
	depth int
	purse *purse
}

func from(ctx context.Context) inside {
	if in, ok := ctx.Value(contextKey{}).(inside); ok {
		return in
	}
	return inside{purse: &purse{members: maxMembers, bytes: maxBytes, text: maxText}}
}

// A Collector reads the documents inside one document. It is used by one
// goroutine.
type Collector struct {
	ctx    context.Context
	parser parse.Parser
	in     inside
	names  map[string]int // how often each was used
	parts  []rag.Part
	left   map[error]int // documents that were left out, by why
}

// Why documents are left out.
var (
	errDeep = fmt.Errorf("more than %d documents in each other: %w", maxDepth, parse.ErrLimit)
	errMany = fmt.Errorf("more than %d documents inside: %w", maxMembers, parse.ErrLimit)
	errMuch = fmt.Errorf("more than %d MiB of documents inside: %w", maxBytes>>20, parse.ErrLimit)
	errText = fmt.Errorf("more than %d MiB of text inside: %w", maxText>>20, parse.ErrLimit)
)

// New returns a Collector for the document that ctx is for, whose parts parser
// reads: any format, or none if it is nil.
func New(ctx context.Context, parser parse.Parser) *Collector {
	in := from(ctx)
	return &Collector{
		ctx:    context.WithValue(ctx, contextKey{}, inside{in.depth + 1, in.purse}),
		parser: parser, in: in, names: make(map[string]int), left: make(map[error]int),
	}
}

// Room returns how many bytes the next part may have at most; 0 if there can be
// none any more.
func (c *Collector) Room() int64 {
	if c.refusal(0) != nil {
		return 0
	}
	return c.in.purse.bytes
}

// refusal says why a part of a size is not read, nil if it is.
func (c *Collector) refusal(size int64) error {
	switch {
	case c.in.depth >= maxDepth:
		return errDeep
	case c.in.purse.members <= 0:
		return errMany
	case size > c.in.purse.bytes || c.in.purse.bytes <= 0:
		return errMuch
	case c.in.purse.text <= 0:
		return errText
	}
	return nil
}

// Add reads a part. Its error is that of the context: a part that cannot be read
// is listed with the reason.
func (c *Collector) Add(name, mediaType string, data []byte) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if err := c.refusal(int64(len(data))); err != nil {
		c.left[err]++
		return nil
	}
	c.in.purse.members--
	c.in.purse.bytes -= int64(len(data))
	sum := sha256.Sum256(data)
	p := rag.Part{Name: c.name(name), Size: int64(len(data)), Digest: hex.EncodeToString(sum[:])}
	if c.parser == nil {
		p.Problem = parse.ErrUnsupported.Error()
		c.parts = append(c.parts, p)
		return nil
	}
	t, err := c.parser.Parse(c.ctx, parse.Input{Name: p.Name, MediaType: mediaType, Data: data})
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if err == nil && int64(len(t.Text)) > c.in.purse.text {
		c.in.purse.text, err = 0, errText
	}
	if p.Text = t; err != nil {
		p.Text, p.Problem = rag.Text{MediaType: t.MediaType}, err.Error()
	}
	c.in.purse.text -= int64(len(p.Text.Text))
	c.parts = append(c.parts, p)
	return nil
}

// Refuse lists a part that is there but cannot be opened.
func (c *Collector) Refuse(name string, size int64, why error) {
	if err := c.refusal(0); err != nil {
		c.left[err]++
		return
	}
	c.in.purse.members--
	c.parts = append(c.parts, rag.Part{Name: c.name(name), Size: max(size, 0), Problem: why.Error()})
}

// Parts returns the parts that were read or refused, in order.
func (c *Collector) Parts() []rag.Part { return c.parts }

// Warnings say what was left out.
func (c *Collector) Warnings() (list []string) {
	for _, why := range []error{errDeep, errMany, errMuch, errText} {
		if n := c.left[why]; n > 0 {
			list = append(list, fmt.Sprintf("%d documents inside this one were left out: %v", n, why))
		}
	}
	return list
}

// name makes a name that is short, unique in the document, and a path that leads
// nowhere else.
func (c *Collector) name(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, `\`, "/"), "\uFFFD")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		name = parse.Cut(name, maxName-len(ext)) + ext
	}
	if name == "" {
		name = "unnamed"
	}
	c.names[name]++
	for n := c.names[name]; n > 1; n++ {
		ext := path.Ext(name)
		other := fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ext), n, ext)
		if c.names[other] == 0 {
			c.names[other]++
			return other
		}
	}
	return name
}
