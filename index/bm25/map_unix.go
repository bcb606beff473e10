//go:build unix

package bm25

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory, or reads it if that is not possible.
func mapFile(name string) (image []byte, mapped bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	size := info.Size()
	if size == 0 || int64(int(size)) != size {
		return nil, false, fmt.Errorf("%d bytes", size)
	}
	if image, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED); err == nil {
		return image, true, nil
	}
	image, err = io.ReadAll(f)
	return image, false, err
}

func unmap(image []byte, mapped bool) {
	if mapped {
		unix.Munmap(image)
	}
}

// freeAfter unmaps image when nobody has s any more.
func freeAfter(s *segment, image []byte, mapped bool) {
	if mapped {
		runtime.AddCleanup(s, func(image []byte) { unix.Munmap(image) }, image)
	}
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
