package fs

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
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
	return system{inode: st.Ino, changed: time.Unix(st.Ctim.Unix()), uid: st.Uid, hasUID: true}
}

// created returns the birth time of the file at path, or when it last changed
// where the file system keeps none.
func created(path string, info os.FileInfo) time.Time {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME, &st)
	if err != nil || st.Mask&unix.STATX_BTIME == 0 {
		return systemOf(info).changed
	}
	return time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
}
