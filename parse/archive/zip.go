package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
	"golang.org/x/text/encoding/charmap"

	"ragserver/parse"
)

// Methods of compression besides those of the standard library, APPNOTE 4.4.5.
const (
	methodBzip2 = 12
	methodZstd  = 93
	methodXZ    = 95
)

// zip reads the members of a ZIP file. One whose directory is lost is read from
// its beginning.
func (r *reader) zip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return r.salvage(data, err)
	}
	register(z)
	files, overlap := z.File, overlapping(z.File)
	if len(files) > maxMembers {
		r.warn("the archive has %d members: all after %d were left out", len(files), maxMembers)
		files = files[:maxMembers]
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) {
			continue
		}
		if err := r.zipMember(f, overlap[f]); err != nil {
			return err
		}
	}
	return r.ctx.Err()
}

func register(z *zip.Reader) {
	z.RegisterDecompressor(methodBzip2, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	z.RegisterDecompressor(methodZstd, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow)))
	z.RegisterDecompressor(methodXZ, func(r io.Reader) io.ReadCloser {
		x, err := xz.NewReader(r, maxWindow)
		if err != nil {
			return io.NopCloser(failed{err})
		}
		return io.NopCloser(x)
	})
}

// failed is a reader that could not be opened.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

var errOverlap = errors.New("shares its bytes with another member")

func (r *reader) zipMember(f *zip.File, overlaps bool) error {
	name, size := memberName(f), int64(min(f.UncompressedSize64, 1<<62))
	switch {
	case junk(name):
		return nil
	case f.Flags&1 != 0:
		return r.refuse(name, size, fmt.Errorf("needs a password: %w", parse.ErrEncrypted))
	case overlaps:
		return r.refuse(name, size, errOverlap)
	}
	src, err := f.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return r.refuse(name, size, fmt.Errorf("compression method %d: %w", f.Method, parse.ErrUnsupported))
	case err != nil:
		return r.refuse(name, size, fmt.Errorf("damaged: %w", err))
	}
	defer src.Close()
	return r.add(name, size, int64(min(f.CompressedSize64, 1<<40)), src)
}

// memberName returns the name of a member, which old programs write in the
// encoding of DOS.
func memberName(f *zip.File) string {
	if !f.NonUTF8 || utf8.ValidString(f.Name) {
		return f.Name
	}
	name, err := charmap.CodePage437.NewDecoder().String(f.Name)
	if err != nil {
		return f.Name
	}
	return name
}

// overlapping returns the members whose packed bytes belong to an earlier one as
// well: the trick by which a small file unpacks to petabytes.
func overlapping(files []*zip.File) map[*zip.File]bool {
	type span struct {
		file       *zip.File
		start, end int64
	}
	var spans []span
	for _, f := range files {
		if at, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 && f.CompressedSize64 < 1<<40 {
			spans = append(spans, span{f, at, at + int64(f.CompressedSize64)})
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	bad, end := map[*zip.File]bool{}, int64(0)
	for _, s := range spans {
		if s.start < end {
			bad[s.file] = true
			continue
		}
		end = s.end
	}
	return bad
}
