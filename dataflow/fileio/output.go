package fileio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"ragserver/dataflow"
)

// Output says where a sink writes.
type Output struct {
	// Path is the file. What is there is replaced, unless the sink wrote it
	// in an earlier run with the same Backend.
	Path string

	// Key names what the sink keeps in the Backend; "" means "fileio:" and
	// Path. A file that was moved goes on under its old key.
	Key string

	// Comma separates the fields of a CSV file; 0 means ','.
	Comma byte
}

func (o Output) key() []byte {
	if o.Key != "" {
		return []byte(o.Key)
	}
	return []byte("fileio:" + o.Path)
}

// in makes err an error of writing to o.
func (o Output) in(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fileio: writing %s: %w", o.Path, err)
}

func (o Output) config() Config { return Config{Path: o.Path, Comma: o.Comma} }

// A line is an encoded row and how often it came or went.
type line struct {
	row  []byte
	diff int
}

// lines are those of one epoch, with memory for the next.
type lines[T any] struct {
	coding coding[T]
	text   []byte // of all rows
	ends   []int
	list   []line
}

// of returns the rows of batch by their bytes, each once, without those that
// come to nothing. They are valid until the next call.
func (l *lines[T]) of(batch []dataflow.Delta[T]) ([]line, error) {
	l.text, l.ends, l.list = l.text[:0], l.ends[:0], l.list[:0]
	for i := range batch {
		text, err := l.coding.row(l.text, &batch[i].Value)
		if err != nil {
			return nil, fmt.Errorf("encoding a row: %w", err)
		}
		l.text = text
		l.ends = append(l.ends, len(text))
	}
	from := 0
	for i, end := range l.ends {
		l.list = append(l.list, line{l.text[from:end], batch[i].Diff})
		from = end
	}
	slices.SortFunc(l.list, func(a, b line) int { return bytes.Compare(a.row, b.row) })
	sums := l.list[:0]
	for i := 0; i < len(l.list); {
		sum := l.list[i]
		for i++; i < len(l.list) && bytes.Equal(l.list[i].row, sum.row); i++ {
			sum.diff += l.list[i].diff
		}
		if sum.diff != 0 {
			sums = append(sums, sum)
		}
	}
	return sums, nil
}

// syncDir makes the names in the folder of path durable.
func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func decodeLength(b []byte) (int64, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || size != len(b) {
		return 0, fmt.Errorf("what is kept of its length, %q, is no number", b)
	}
	return int64(n), nil
}
