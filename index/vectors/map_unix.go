//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package vectors

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// A mapping is a file in memory. It ends when nothing refers to it any more.
type mapping struct {
	data []byte
}

// mapFile maps the first size bytes of a file, a positive number: writable, so
// that what is written stays in memory, or to be read only.
func mapFile(f *os.File, size int, writable bool) (*mapping, error) {
	access, kind := unix.PROT_READ, unix.MAP_SHARED
	if writable {
		access, kind = access|unix.PROT_WRITE, unix.MAP_PRIVATE
	}
	data, err := unix.Mmap(int(f.Fd()), 0, size, access, kind)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", f.Name(), err)
	}
	if !writable {
		_ = unix.Madvise(data, unix.MADV_RANDOM) // a hint
	}
	m := &mapping{data: data}
	runtime.AddCleanup(m, func(data []byte) { _ = unix.Munmap(data) }, data)
	return m, nil
}

// giveBack takes the file out of the memory of this process until it is looked at
// again. It was mapped to be read only.
func (m *mapping) giveBack() { _ = unix.Madvise(m.data, unix.MADV_DONTNEED) }
