// Package zipped opens documents that are ZIP archives of XML: those of office
// programs, and e-books.
package zipped

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"ragserver/parse"
	"ragserver/parse/charset"
)

// What one document may unpack to.
const (
	maxMember = 256 << 20 // bytes of one member
	maxAll    = 512 << 20 // bytes of all that are read
	maxCount  = 100_000   // members
)

// An Archive is an open document. It is used by one goroutine.
type Archive struct {
	members map[string]*zip.File // by name, in small letters
	names   []string             // as they are written, in order
	left    int64                // bytes that may still be read
}

// Open opens a document. One that is encrypted as office programs do it, or whose
// members are, is parse.ErrEncrypted.
func Open(data []byte) (*Archive, error) {
	if bytes.HasPrefix(data, compound) {
		return nil, fmt.Errorf("a container that needs a password, or of a program before 2007: %w", parse.ErrEncrypted)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("opening the archive: %w", err)
	}
	if len(r.File) > maxCount {
		return nil, fmt.Errorf("%d members in the archive: %w", len(r.File), parse.ErrLimit)
	}
	a := &Archive{members: make(map[string]*zip.File, len(r.File)), left: maxAll}
	for _, f := range r.File {
		name := clean(f.Name)
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if _, ok := a.members[strings.ToLower(name)]; !ok {
			a.names = append(a.names, name)
			a.members[strings.ToLower(name)] = f
		}
	}
	return a, nil
}

// compound begins a file of Microsoft's compound format, [MS-CFB] 2.2.
var compound = binary.BigEndian.AppendUint64(nil, 0xD0CF11E0A1B11AE1)

func clean(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}

// Names returns the members in order, without folders.
func (a *Archive) Names() []string { return a.names }

// Has tells whether there is a member of this name. Small and capital letters are
// the same, as in Open Packaging Conventions.
func (a *Archive) Has(name string) bool { return a.members[strings.ToLower(clean(name))] != nil }

// Read returns the bytes of a member. A member that is not there is
// fs.ErrNotExist, one that is encrypted parse.ErrEncrypted, and one that would
// unpack to too much parse.ErrLimit.
func (a *Archive) Read(name string) ([]byte, error) { return a.ReadAtMost(name, maxMember) }

// ReadAtMost is Read for a member that may have at most so many bytes. One that
// says itself that it has more is refused before anything is unpacked.
func (a *Archive) ReadAtMost(name string, most int64) ([]byte, error) {
	r, err := a.open(name, min(most, maxMember))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	b.Grow(r.room())
	_, err = b.ReadFrom(r)
	if errors.Is(err, parse.ErrLimit) {
		return nil, err
	}
	return b.Bytes(), err // what was there before the damage may be all that is missing
}

// Open opens a member that is read piece by piece, and fails as Read does.
func (a *Archive) Open(name string) (io.ReadCloser, error) {
	m, err := a.open(name, maxMember)
	if err != nil {
		return nil, err // not a nil *member
	}
	return m, nil
}

func (a *Archive) open(name string, most int64) (*member, error) {
	f := a.members[strings.ToLower(clean(name))]
	if f == nil {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	if f.Flags&1 != 0 {
		return nil, fmt.Errorf("%s: %w", name, parse.ErrEncrypted)
	}
	if f.UncompressedSize64 > uint64(most) {
		return nil, tooLarge(name, most)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &member{ReadCloser: r, name: name, file: f, archive: a, most: most, left: most}, nil
}

func tooLarge(name string, most int64) error {
	return fmt.Errorf("%s unpacks to more than %s: %w", name, size(most), parse.ErrLimit)
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// A member is an open one, whose bytes count for the archive.
type member struct {
	io.ReadCloser
	name    string
	file    *zip.File
	archive *Archive
	most    int64
	left    int64
}

// room returns how many bytes to expect, and some for reading the end: what the
// archive says, if its packed bytes can become as many.
func (m *member) room() int {
	const deflated = 1032 // bytes at most that one of deflate stands for
	packed := min(m.file.CompressedSize64, maxMember)
	return int(min(m.file.UncompressedSize64, packed*deflated)) + bytes.MinRead
}

// Read implements io.Reader.
func (m *member) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.left -= int64(n)
	m.archive.left -= int64(n)
	switch {
	case m.left < 0:
		return 0, tooLarge(m.name, m.most)
	case m.archive.left < 0:
		return 0, fmt.Errorf("%s: all that was read unpacks to more than %d MiB: %w", m.name, maxAll>>20, parse.ErrLimit)
	case err != nil && err != io.EOF:
		return n, fmt.Errorf("%s: %w", m.name, err)
	}
	return n, err
}

// Decoder returns a decoder of XML in the encoding that it declares, without
// entities of its own, and lenient with what office programs accept.
func Decoder(data []byte) (*xml.Decoder, error) {
	declares := ""
	if m := declared.FindSubmatch(data[:min(len(data), 300)]); m != nil {
		declares = string(m[1])
	}
	r, err := charset.Decode(data, declares)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(strings.NewReader(r.Text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded already
	return d, nil
}

var declared = regexp.MustCompile(`^[^<]*<\?xml[^>]*encoding=["']([A-Za-z0-9._:-]+)["']`)
