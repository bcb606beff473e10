package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"ragserver/store"
)

// A fatal is the panic that stands for pebble's wish to end the process. On a
// goroutine of ours it becomes an error. On one of pebble's own it does end the
// process, with its sentence on standard error: what was committed is in the
// log and is there at the next start.
type fatal struct{ err error }

func (f fatal) Error() string { return "store cannot go on: " + f.err.Error() }
func (f fatal) Unwrap() error { return f.err }

// recoverFatal, deferred, turns a fatal or another panic of pebble's write path
// into an error.
func recoverFatal(err *error) {
	switch r := recover().(type) {
	case nil:
	case fatal:
		*err = errors.Join(*err, r)
	case error:
		*err = errors.Join(*err, fatal{r})
	default:
		*err = errors.Join(*err, fatal{fmt.Errorf("%v", r)})
	}
}

// dbLogger is the logger that pebble knows.
type dbLogger struct{ log *slog.Logger }

func (l dbLogger) Infof(format string, args ...any) { l.log.Debug(fmt.Sprintf(format, args...)) }
func (l dbLogger) Errorf(format string, args ...any) {
	l.log.Error("store: " + fmt.Sprintf(format, args...))
}

// Fatalf must not return.
func (l dbLogger) Fatalf(format string, args ...any) {
	err := fmt.Errorf(strings.ReplaceAll(format, "%w", "%v"), args...)
	for _, a := range args {
		if cause, ok := a.(error); ok {
			err = fmt.Errorf("%w (%w)", err, cause)
		}
	}
	l.log.Error("store cannot go on", "error", err)
	panic(fatal{err})
}

// isCorrupt reports whether pebble found its files damaged.
func isCorrupt(err error) bool {
	if pebble.IsCorruptionError(err) || errors.Is(err, pebble.ErrDBNotPristine) {
		return true
	}
	// The check of a table's presence and size at opening has no mark of its
	// own, nor has a table that ends too early.
	text := err.Error()
	return strings.Contains(text, "object size mismatch") || strings.Contains(text, "unknown to the objprovider") ||
		strings.Contains(text, "unexpected EOF")
}

// corrupt wraps err in store.ErrCorrupt if it is not yet.
func corrupt(err error) error {
	if errors.Is(err, store.ErrCorrupt) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrCorrupt, err)
}

// full wraps err in store.ErrFull if it is not yet.
func full(err error) error {
	if errors.Is(err, store.ErrFull) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrFull, err)
}
