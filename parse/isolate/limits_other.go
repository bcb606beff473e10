//go:build !linux

package isolate

// setLimits does nothing: the runtime's own memory limit and the parent's clock
// are all there is.
func setLimits(limits) {}
