// Package archive reads files that hold other files: ZIP, TAR, and what gzip,
// bzip2, xz and zstd make of one file or a TAR. The members become parts; the
// text of the archive itself is the list of them.
package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
)

// What one member may unpack to.
const (
	maxMember = 64 << 20 // bytes
	// maxRatio is how many times larger than its packed bytes a large member may
	// be: text is packed to a tenth, tables of repeating lines to a fiftieth,
	// and only what was made to fill memory to a thousandth.
	maxRatio  = 250
	freeBytes = 4 << 20 // up to this size any ratio will do
)

// A Parser reads archives of every kind, which it tells by their first bytes.
type Parser struct{ members parse.Parser }

// New returns a parser of archives whose members are read by members.
func New(members parse.Parser) *Parser { return &Parser{members} }

// A reader is what it takes to read one archive.
type reader struct {
	ctx       context.Context
	in        parse.Input
	collector *parts.Collector
	list      listing
	warnings  []string
}

// Parse implements parse.Parser. What can be read of a damaged archive is read,
// with a warning.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r := &reader{ctx: ctx, in: in, collector: parts.New(ctx, p.members)}
	form, err := r.read()
	if err != nil {
		return rag.Text{}, fmt.Errorf("reading the archive: %w", err)
	}
	t := rag.Text{MediaType: form.mediaType, Parser: "archive/" + form.name, Parts: r.collector.Parts()}
	t.Text, t.Sections = r.list.compose(form.name)
	t.Warnings = append(r.warnings, r.collector.Warnings()...)
	return t, ctx.Err()
}

// A form is a kind of archive.
type form struct{ name, mediaType string }

func (r *reader) read() (form, error) {
	data := r.in.Data
	if isTar(data) {
		return form{"tar", "application/x-tar"}, r.tar(bytes.NewReader(data), int64(len(data)))
	}
	if c := packed(data); c != nil {
		return r.readPacked(c)
	}
	if bytes.HasPrefix(data, []byte("PK")) || bytes.Contains(data[max(0, len(data)-1<<16):], []byte("PK\x05\x06")) {
		return form{"zip", "application/zip"}, r.zip(data)
	}
	return form{}, fmt.Errorf("neither ZIP nor TAR nor a packed file: %w", parse.ErrUnsupported)
}

// warn keeps the first few warnings.
func (r *reader) warn(format string, args ...any) {
	if len(r.warnings) < 20 {
		r.warnings = append(r.warnings, strings.ToValidUTF8(fmt.Sprintf(format, args...), "\uFFFD"))
	}
}

// refuse lists a member that is there but is not read.
func (r *reader) refuse(name string, size int64, why error) error {
	r.list.add(name, size, why.Error())
	r.collector.Refuse(name, size, why)
	return r.ctx.Err()
}

// add reads a member: what src gives, which is size bytes by its own account, -1
// if it does not say, out of packed bytes.
func (r *reader) add(name string, size, packed int64, src io.Reader) error {
	if junk(name) {
		return r.ctx.Err()
	}
	limit := r.limit(packed)
	switch {
	case limit == 0: // a warning counts those that were left out
		r.list.add(name, size, "")
		r.collector.Refuse(name, size, parse.ErrLimit)
		return r.ctx.Err()
	case size > limit:
		return r.refuse(name, size, tooLarge(limit))
	}
	data, err := io.ReadAll(io.LimitReader(&stopper{r.ctx, src}, limit+1))
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case int64(len(data)) > limit:
		return r.refuse(name, size, tooLarge(limit))
	case err != nil && len(data) == 0:
		return r.refuse(name, size, fmt.Errorf("damaged: %w", err))
	case err != nil:
		r.warn("%s is damaged after %d bytes: %v", name, len(data), err)
	}
	r.list.add(name, int64(len(data)), "")
	return r.collector.Add(name, "", data)
}

// limit returns how many bytes a member of so many packed bytes may have.
func (r *reader) limit(packed int64) int64 {
	return min(maxMember, r.collector.Room(), max(freeBytes, packed*maxRatio))
}

func tooLarge(limit int64) error {
	return fmt.Errorf("unpacks to more than %d KiB: %w", limit>>10, parse.ErrLimit)
}

// junk tells what operating systems leave in archives.
func junk(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	switch base := path.Base(name); {
	case strings.HasPrefix(name, "__MACOSX/"), base == ".DS_Store", base == "Thumbs.db", base == "desktop.ini":
		return true
	}
	return false
}

// A stopper ends reading when its context is done.
type stopper struct {
	ctx context.Context
	src io.Reader
}

func (s *stopper) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.src.Read(p)
}
