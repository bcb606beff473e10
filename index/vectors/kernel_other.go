//go:build !amd64

package vectors

// kernels returns the kernels of this processor, the best first.
func kernels() []*kernel { return []*kernel{portable()} }
