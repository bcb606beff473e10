// Package fileio connects a dataflow to files of rows.
//
// A Reader sends the rows of JSON lines, CSV or text files to a Feed: once, or
// following what is appended, rewritten, created and deleted. Changes and
// Snapshot are sinks that write a stream to a file.
//
// With a Backend both ends are exactly once: what was read of each file is
// committed in one write with its rows, and a sink cuts off what it wrote for an
// epoch that was not committed.
package fileio

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Config says what a Reader reads.
type Config struct {
	// Path is a file, a folder, which is read with all folders in it, or a
	// glob (**, *, ?, [a-z], {a,b}). A folder that is not there yet ends
	// with a slash. Links to files are read, links to folders are not. Files and folders whose names begin
	// with a dot are left out. What is kept about a file is kept under its
	// path relative to the folder, or to the part of the glob before the
	// first folder with a wildcard.
	Path string

	// Static reads what is there, closes the Feed and ends, as every Reader
	// does in a graph that runs with Options.Static. The last line
	// of a file then needs no line end; a file that cannot be read is an
	// error. Otherwise the files are followed until the context is done.
	Static bool

	// MaxLine is the length in bytes above which a line, or a record of a
	// CSV file, is a BadRow; 0 means 1 MiB.
	MaxLine int

	// Rescan is the interval between complete listings, a safety net
	// beside the system's notices; 0 means 10 s, or 1 s where the system
	// gives no notices.
	Rescan time.Duration

	// Parsers is how many goroutines parse; 0 means runtime.GOMAXPROCS(0).
	Parsers int

	// Comma separates the fields of a CSV file; 0 means ','.
	Comma byte

	// OnBad is called for every record that is no row, in order, by one
	// goroutine. One that was reported is not reported again after a
	// restart, unless that came before its file's commit.
	OnBad func(BadRow)

	Logger *slog.Logger // nil: none
}

// A BadRow is a record that could not be read; the others of its file are.
type BadRow struct {
	File string // relative, as in Config.Path
	Line int    // where the record begins, from 1
	Err  error
}

func (b BadRow) Error() string { return fmt.Sprintf("%s:%d: %v", b.File, b.Line, b.Err) }

// Unwrap returns the reason.
func (b BadRow) Unwrap() error { return b.Err }

// Reasons of a BadRow; others come from the decoder of the format.
var (
	ErrTooLong  = errors.New("the record is longer than the limit, or has a quote that is not closed within it")
	ErrFields   = errors.New("the record has not as many fields as the header")
	ErrQuote    = errors.New("a quote is not at the beginning or the end of a field")
	ErrNoColumn = errors.New("the header names no column of the row type")
)

const (
	defaultMaxLine = 1 << 20
	watchedRescan  = 10 * time.Second
	polledRescan   = time.Second
)

func (c Config) maxLine() int { return cmp.Or(c.MaxLine, defaultMaxLine) }
func (c Config) parsers() int { return cmp.Or(c.Parsers, runtime.GOMAXPROCS(0)) }
func (c Config) comma() byte  { return cmp.Or(c.Comma, ',') }
func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

func (c Config) check() error {
	switch {
	case c.Path == "":
		return errors.New("fileio: Path is empty")
	case c.MaxLine < 0 || c.Rescan < 0 || c.Parsers < 0:
		return fmt.Errorf("fileio: %s: MaxLine, Rescan and Parsers must not be below 0", c.Path)
	case c.Comma == '"' || c.Comma == '\n' || c.Comma == '\r' || c.Comma >= 0x80:
		return fmt.Errorf("fileio: %s: %q cannot separate fields", c.Path, c.Comma)
	}
	return nil
}
