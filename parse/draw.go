package parse

import (
	"context"
	"errors"
)

// A Drawer shows pages of documents as pictures. What is said of Parser, also of
// hostile bytes, holds for it.
type Drawer interface {
	// Draw returns a page, from 1, as PNG of so many pixels in a row, or of fewer
	// if the picture would be too large. It fails with ErrNoPage if the document
	// has no such page, and with ErrUnsupported if nothing draws its format.
	Draw(ctx context.Context, in Input, page, width int) (png []byte, err error)
}

// ErrNoPage says that a document has no page of this number.
var ErrNoPage = errors.New("no such page")
