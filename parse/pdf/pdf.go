// Package pdf chooses the reader of PDF files.
package pdf

import "ragserver/parse/pdf/builtin"

// New returns a parser of PDF.
func New() *builtin.Parser { return builtin.New(nil) }
