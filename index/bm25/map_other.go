//go:build !unix

package bm25

import "os"

// mapFile reads a file: a file that is mapped could not be deleted here.
func mapFile(name string) (image []byte, mapped bool, err error) {
	image, err = os.ReadFile(name)
	return image, false, err
}

func unmap([]byte, bool) {}

func freeAfter(*segment, []byte, bool) {}

func syncFolder(string) error { return nil }
