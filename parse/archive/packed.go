package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"

	"ragserver/parse"
)

// maxWindow bounds the memory for what a packed file refers back to.
const maxWindow = 64 << 20

// maxUnpacked bounds what is unpacked of one file, in bytes: seconds.
const maxUnpacked = 1 << 30

// A compression packs one stream of bytes.
type compression struct {
	name, mediaType, magic string
	extensions             string // of files that are packed so
	open                   func(io.Reader) (io.Reader, error)
}

// compressions lists what can be unpacked.
func compressions() []compression {
	return []compression{
		{"gzip", "application/gzip", "\x1F\x8B\x08", ".gz .gzip .tgz", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"bzip2", "application/x-bzip2", "BZh", ".bz2 .tbz .tbz2", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
		{"xz", "application/x-xz", "\xFD7zXZ\x00", ".xz .txz", func(r io.Reader) (io.Reader, error) { return xz.NewReader(r, maxWindow) }},
		{"zstd", "application/zstd", "\x28\xB5\x2F\xFD", ".zst .zstd .tzst", openZstd},
	}
}

func openZstd(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
}

// packed returns the compression of a file, nil if it is none of ours.
func packed(data []byte) *compression {
	for _, c := range compressions() {
		if bytes.HasPrefix(data, []byte(c.magic)) {
			return &c
		}
	}
	return nil
}

// readPacked reads a packed TAR, or a packed file as the one member it has.
func (r *reader) readPacked(c *compression) (form, error) {
	f := form{c.name, c.mediaType}
	src, err := c.open(bytes.NewReader(r.in.Data))
	if err != nil {
		return f, fmt.Errorf("%s: %w", c.name, err)
	}
	if d, ok := src.(*zstd.Decoder); ok {
		defer d.Close()
	}
	name := c.nameOf(r.in.Name)
	if z, ok := src.(*gzip.Reader); ok && z.Name != "" {
		name = z.Name
	}
	size := int64(len(r.in.Data))
	b := bufio.NewReaderSize(&meter{&stopper{r.ctx, src}, min(maxUnpacked, max(maxMember, size*maxRatio))}, 64<<10)
	head, err := b.Peek(tarBlock)
	if err != nil && err != io.EOF && len(head) == 0 {
		return f, fmt.Errorf("%s: %w", c.name, err)
	}
	if isTar(head) {
		f.name = "tar." + c.name
		return f, r.tar(b, size)
	}
	return f, r.add(name, -1, size, b)
}

// A meter gives no more than so many bytes: what a TAR does not need of them is
// unpacked as well.
type meter struct {
	src  io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, fmt.Errorf("too much to unpack: %w", parse.ErrLimit)
	}
	n, err := m.src.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	return n, err
}

// nameOf returns the name of what is packed into a file of a name.
func (c *compression) nameOf(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	for ext := range strings.FieldsSeq(c.extensions) {
		if s, ok := strings.CutSuffix(strings.ToLower(base), ext); ok && s != "" {
			return base[:len(s)]
		}
	}
	return "content"
}
