package external

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// limitMemory bounds the address space of a process that has just been started,
// and of those that it starts. One that has ended already needs none.
func limitMemory(pid int, bytes int64) error {
	if bytes == 0 {
		return nil
	}
	limit := unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	if err := unix.Prlimit(pid, unix.RLIMIT_AS, &limit, nil); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("limiting its memory: %w", err)
	}
	return nil
}
