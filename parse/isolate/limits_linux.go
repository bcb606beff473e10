package isolate

import "golang.org/x/sys/unix"

// setLimits makes the system enforce what the runtime only aims at, and forbids
// what a parser has no use for. A limit that cannot be set is left as it is: the
// parent's clock still ends the process.
func setLimits(l limits) {
	for resource, n := range map[int]uint64{
		unix.RLIMIT_DATA:  uint64(l.memory),
		unix.RLIMIT_FSIZE: 0, // writes no files
		unix.RLIMIT_CORE:  0,
	} {
		_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
	}
	_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
