package hybrid

import (
	"context"

	inverted "ragserver/index/metadata"
)

// warm indexes the metadata that filters are expected to name, once Restore has
// ended, so that the first of them does not wait: of a million documents a field
// takes about a second. Those are the fields of Config.Warm, and those that had
// been asked for when the checkpoint was written. It stops when ctx is done.
func (x *Index) warm(ctx context.Context) {
	select {
	case <-x.restored:
	case <-ctx.Done():
		return
	}
	x.mu.Lock()
	fields := append(x.config.Warm[:len(x.config.Warm):len(x.config.Warm)], x.asked...)
	x.mu.Unlock()
	if len(fields) == 0 {
		return
	}
	if err := x.meta.Warm(ctx, fields...); err != nil && ctx.Err() == nil {
		x.config.Logger.Warn("metadata could not be indexed ahead; filters do it", "error", err)
	}
}

// Fields says what the indexed fields of the metadata take. Any goroutine may
// call it; of a million documents it takes some milliseconds.
func (x *Index) Fields() []inverted.FieldStats { return x.meta.Stats() }

// fieldNames are the fields that are indexed now.
func (x *Index) fieldNames() []string {
	var names []string
	for _, f := range x.meta.Stats() {
		names = append(names, f.Field)
	}
	return names
}
