//go:build !unix

package fileio

import "time"

// cpuTime is unknown here.
func cpuTime() time.Duration { return 0 }
