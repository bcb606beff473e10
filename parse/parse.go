// Package parse turns the bytes of a document into text with structure.
package parse

import (
	"context"
	"errors"

	rag "ragserver"
)

// Version changes whenever a parser gives other output for the same bytes. It
// belongs into the key under which parsed text is stored, so that an upgrade
// parses again what it would parse differently.
const Version = "2"

// A Parser reads one family of formats.
//
// Parse is a pure function of its input: the same bytes and name give the same
// text. It may be called by any number of goroutines, and stops soon after ctx
// is done. Parsers meet hostile bytes: they may fail with any error, and a
// caller that cannot afford a panic, an endless loop or a swollen heap runs
// them in a process of their own (package parse/isolate).
type Parser interface {
	Parse(ctx context.Context, in Input) (rag.Text, error)
}

// A Variant is a Parser whose result depends on more of a document's name than
// its extension: on where it is, as a configuration may say. Documents for which
// Variant, the extension, the media type and the bytes are equal have the same
// text.
type Variant interface {
	Variant(in Input) string
}

// An Input is the document to parse.
type Input struct {
	Name      string // path or name; its extension is a hint
	MediaType string // what the source claims; "" if nothing
	Data      []byte // not modified, not kept
}

// Failures that a caller tells apart. Parsers wrap them with what and where.
var (
	// ErrUnsupported says that no parser reads this format.
	ErrUnsupported = errors.New("unsupported format")
	// ErrEncrypted says that a password is needed.
	ErrEncrypted = errors.New("encrypted")
	// ErrNoText says that the document was understood but holds no text,
	// although it is not empty.
	ErrNoText = errors.New("no text found")
	// ErrLimit says that the document needs more time, memory or output
	// than one document may have.
	ErrLimit = errors.New("limit exceeded")
)
