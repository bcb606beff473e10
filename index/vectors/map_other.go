//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package vectors

import (
	"fmt"
	"io"
	"os"
	"unsafe"
)

// A mapping is a file in memory.
type mapping struct {
	data []byte
}

// mapFile reads the first size bytes of a file, a positive number.
func mapFile(f *os.File, size int, writable bool) (*mapping, error) {
	words := make([]uint64, (size+7)/8)
	data := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(size)), data); err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.Name(), err)
	}
	return &mapping{data: data}, nil
}

// giveBack does nothing.
func (m *mapping) giveBack() {}
