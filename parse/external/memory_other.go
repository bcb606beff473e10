//go:build !linux

package external

// limitMemory does nothing: only Linux can limit another process.
func limitMemory(int, int64) error { return nil }
