package fs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cespare/xxhash/v2"
)

const (
	// fineGrain is more than a tick of any kernel's clock: two writes within
	// it may leave the same times.
	fineGrain = 20 * time.Millisecond
	// coarseGrain is that of file systems that keep whole seconds, or two.
	coarseGrain = 2 * time.Second
)

// stamp is what tells two states of a file apart without reading it.
func stamp(info os.FileInfo) string {
	sys := systemOf(info)
	return fmt.Sprintf("%x-%x-%x-%x", info.Size(), info.ModTime().UnixNano(), sys.inode, sys.changed.UnixNano())
}

// settles returns when the stamp of a file can be trusted: from then on a write
// leaves another one. Before, the file may be written without a trace.
func settles(info os.FileInfo) time.Time {
	at := trace(info.ModTime())
	if changed := trace(systemOf(info).changed); changed.After(at) {
		return changed
	}
	return at
}

func trace(t time.Time) time.Time {
	if t.Nanosecond() == 0 {
		return t.Add(coarseGrain)
	}
	return t.Add(fineGrain)
}

// isFresh reports whether a file that was looked at now may still change
// without a trace. A time in the future says nothing, so that file is fresh.
func isFresh(info os.FileInfo, now time.Time) bool { return now.Before(settles(info)) }

// A version is a stamp. One that could not be trusted when the file was looked
// at is followed by a mark and the hash of what was read.
const freshMark = "~"

func splitVersion(v string) (stamp, hash string) {
	stamp, hash, _ = strings.Cut(v, freshMark)
	return stamp, hash
}

// hashFile returns the hash of what rel holds. A file that cannot be read has
// the hash "".
func hashFile(root *os.Root, rel string, maxSize int64) string {
	f, _, err := openRegular(root, rel, maxSize)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := xxhash.New()
	if _, err := io.Copy(h, io.LimitReader(f, maxSize+1)); err != nil {
		return ""
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// isGone reports whether err says that there is no such file. A part of the
// path that is no folder any more says so too.
func isGone(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func tooLarge(size, limit int64) string {
	return fmt.Sprintf("file has %d bytes, more than the limit of %d", size, limit)
}

func modeName(m os.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&os.ModeSymlink != 0:
		return "a link"
	case m&os.ModeNamedPipe != 0:
		return "a named pipe"
	case m&os.ModeSocket != 0:
		return "a socket"
	case m&os.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}
