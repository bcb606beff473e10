package fileio

import (
	"encoding/binary"
	"io/fs"
	"time"
)

// A stamp tells two states of a file apart without reading it.
type stamp struct {
	size, modified int64 // bytes; nanoseconds
	inode          uint64
	changed        int64 // as the system sees it, which nobody can set back; 0 where there is none
}

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), modified: info.ModTime().UnixNano()}
	s.inode, s.changed = systemStamp(info)
	return s
}

// rested tells whether the file was left alone for d before now.
func (s stamp) rested(d time.Duration, now time.Time) bool {
	return max(s.modified, s.changed) < now.Add(-d).UnixNano()
}

func (s stamp) encode(dst []byte) []byte {
	for _, v := range []int64{s.size, s.modified, int64(s.inode), s.changed} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}

const stampSize = 32

func decodeStamp(b []byte) stamp {
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(b[8*i:])) }
	return stamp{size: at(0), modified: at(1), inode: uint64(at(2)), changed: at(3)}
}
