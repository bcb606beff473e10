package postings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime/debug"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	mmap "github.com/blevesearch/mmap-go"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// What scorch asks of a segment, beside reading it.
var (
	_ segment.UnpersistedSegment = (*Segment)(nil)
	_ segment.PersistedSegment   = (*File)(nil)
)

// A File is a segment that is on disk, and mapped into memory.
type File struct {
	*Segment
	path string
}

// Path is the name of the file.
func (f *File) Path() string { return f.path }

// openFile maps a file.
func openFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // what is mapped stays
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	s, err := open(m)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), m.Unmap())
	}
	s.close = m.Unmap
	return &File{Segment: s, path: path}, nil
}

// Verify compares a file with its checksum.
func Verify(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < footerSize {
		return fmt.Errorf("%s: %w", path, errFormat)
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, info.Size()-4); err != nil {
		return err
	}
	var want [4]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%s does not match its checksum", path)
	}
	return nil
}

// recoverFault turns a panic over a segment into an error, and what a goroutine
// does on a fault back into what it was.
func recoverFault(err *error, fault bool) {
	debug.SetPanicOnFault(fault)
	if r := recover(); r != nil {
		*err = fmt.Errorf("reading a segment of words: %v", r)
	}
}

// Persist implements segment.UnpersistedSegment.
func (s *Segment) Persist(path string) error {
	return create(path, func(f *os.File) error {
		_, err := f.Write(s.data)
		return err
	})
}

// create makes a file that is on disk when create returns, or not at all.
func create(path string, write func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// references counts who uses a segment. scorch closes it by giving its own back.
type references struct{ refs atomic.Int64 }

// AddRef implements segment.Segment.
func (r *references) AddRef() { r.refs.Add(1) }

// DecRef implements segment.Segment.
func (s *Segment) DecRef() error {
	if s.refs.Add(-1) == 0 && s.close != nil {
		return s.close()
	}
	return nil
}

// Close implements segment.Segment.
func (s *Segment) Close() error { return s.DecRef() }

// Count implements segment.Segment.
func (s *Segment) Count() uint64 { return uint64(s.chunks) }

// Size implements segment.Segment.
func (s *Segment) Size() int { return len(s.data) }

// DocID implements segment.Segment.
func (s *Segment) DocID(n uint64) ([]byte, error) {
	if n >= uint64(s.chunks) {
		return nil, fmt.Errorf("chunk %d of %d", n, s.chunks)
	}
	return s.ids[n*idSize:][:idSize], nil
}

// DocNumbers implements segment.Segment.
func (s *Segment) DocNumbers(ids []string) (found *roaring.Bitmap, err error) {
	defer recoverFault(&err, debug.SetPanicOnFault(true)) // scorch asks on goroutines of its own
	found = roaring.New()
	for _, id := range ids {
		if n, ok := s.find([]byte(id)); ok {
			found.Add(n)
		}
	}
	return found, nil
}

// Fields implements segment.Segment. The words are not of any field.
func (s *Segment) Fields() []string { return nil }

// Dictionary implements segment.Segment: bleve's own queries cannot be used.
func (s *Segment) Dictionary(string) (segment.TermDictionary, error) {
	return nil, errors.ErrUnsupported
}

// VisitStoredFields implements segment.Segment: there are none.
func (s *Segment) VisitStoredFields(uint64, segment.StoredFieldValueVisitor) error { return nil }

// BytesRead implements segment.DiskStatsReporter, which is not kept.
func (s *Segment) BytesRead() uint64 { return 0 }

// ResetBytesRead implements segment.DiskStatsReporter.
func (s *Segment) ResetBytesRead(uint64) {}

// BytesWritten implements segment.DiskStatsReporter.
func (s *Segment) BytesWritten() uint64 { return uint64(len(s.data)) }
