package fs

import (
	"os"
	"syscall"
	"time"
)

// openFlags keep an open from waiting.
const openFlags = syscall.O_NONBLOCK

// A system holds what os.FileInfo leaves out.
type system struct {
	inode   uint64
	changed time.Time // of content or attributes; nobody can set it back
	uid     uint32
	hasUID  bool
}

func systemOf(info os.FileInfo) system {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return system{changed: info.ModTime()}
	}
	return system{inode: st.Ino, changed: time.Unix(st.Ctimespec.Unix()), uid: st.Uid, hasUID: true}
}

// created returns the birth time of the file.
func created(_ string, info os.FileInfo) time.Time {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(st.Birthtimespec.Unix())
	}
	return info.ModTime()
}
