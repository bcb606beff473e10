//go:build !linux && !darwin

package fs

import (
	"os"
	"time"
)

// openFlags are needed only where there are named pipes among the files.
const openFlags = 0

// A system holds what os.FileInfo leaves out.
type system struct {
	inode   uint64
	changed time.Time // the time of writing, for want of a better one
	uid     uint32
	hasUID  bool
}

func systemOf(info os.FileInfo) system { return system{changed: info.ModTime()} }

// created returns the time of writing, for want of a better one.
func created(_ string, info os.FileInfo) time.Time { return info.ModTime() }
