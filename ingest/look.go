package ingest

import (
	"context"
	"slices"
	"strings"
	"time"

	rag "ragserver"
)

const (
	batchSize = 512
	batchWait = 50 * time.Millisecond
)

// A Look compares what a Lister finds with what is known, and emits what
// differs while the Lister is still at work. It is used by one goroutine, only
// until List returns.
type Look struct {
	poller *Poller
	ctx    context.Context
	emit   Emit
	seen   time.Time
	number uint64 // marks what this look has seen

	changes []rag.Change
	first   time.Time // when the first of changes was found
	covered []string
	count   int   // objects found or kept
	trouble error // the first subtree that could not be listed
	emitErr error // what emit said; it ends the Poller
}

// Known returns the version that key was last reported with.
func (l *Look) Known(key string) (version string, ok bool) {
	k := l.poller.known.at(key)
	if k == nil || !k.object {
		return "", false
	}
	return k.version, true
}

// Found reports an object of the collection. An error ends the look: List
// returns it.
func (l *Look) Found(o rag.Object) error {
	l.count++
	_, key := o.URI.Split()
	k := l.poller.known.put(key)
	k.look = l.number
	if k.object && k.version == o.Version {
		return nil
	}
	if !k.object {
		l.poller.objects++
	}
	k.object, k.version = true, o.Version
	return l.add(rag.Change{Object: o, Diff: +1})
}

// Keep reports that key is what it was. From now on it is known by version,
// which the receiver does not get to see.
func (l *Look) Keep(key, version string) {
	if k := l.poller.known.at(key); k != nil && k.object {
		l.count++
		k.look, k.version = l.number, version
	}
}

// Covered says that scope has been looked at completely although it was not
// asked for, as when a folder above the asked one turned out to be gone.
func (l *Look) Covered(scope string) { l.covered = append(l.covered, scope) }

// Failed says that scope could not be listed: all that is known at and below it
// stays. Status tells err until a complete listing finds it gone.
func (l *Look) Failed(scope string, err error) {
	if l.trouble == nil {
		l.trouble = err
	}
	if k := l.poller.known.at(scope); k != nil {
		k.keep(l.number)
	}
}

// finish reports as gone what was known in scopes and was not seen.
func (l *Look) finish(scopes []string) error {
	for _, scope := range slices.Concat(scopes, l.covered) {
		l.poller.objects -= l.poller.known.sweep(scope, l.number, func(key string) {
			// An emit error is kept and told below.
			_ = l.add(rag.Change{Object: rag.Object{URI: rag.NewURI(l.poller.name, key)}, Diff: -1})
		})
	}
	return l.emitErr
}

func (l *Look) add(c rag.Change) error {
	if l.emitErr != nil {
		return l.emitErr
	}
	if len(l.changes) == 0 {
		l.first = time.Now()
	}
	l.changes = append(l.changes, c)
	if len(l.changes) < batchSize && time.Since(l.first) < batchWait {
		return nil
	}
	return l.flush(false)
}

// flush emits what has been found; synced says that a complete listing is done.
func (l *Look) flush(synced bool) error {
	if l.emitErr != nil || len(l.changes) == 0 && !synced {
		return l.emitErr
	}
	l.emitErr = l.emit(l.ctx, Batch{Changes: l.changes, Seen: l.seen, Synced: synced})
	l.changes = nil // the receiver may have kept it
	return l.emitErr
}

// outermost returns scopes sorted, without those that lie below another.
func outermost(scopes []string) []string {
	slices.Sort(scopes)
	kept := scopes[:0]
	inside := make(map[string]bool, len(scopes))
	for _, s := range scopes {
		if !inside[s] && !anyAbove(inside, s) {
			inside[s] = true
			kept = append(kept, s)
		}
	}
	return kept
}

func anyAbove(set map[string]bool, scope string) bool {
	for i := strings.LastIndexByte(scope, '/'); i > 0; i = strings.LastIndexByte(scope[:i], '/') {
		if set[scope[:i]] {
			return true
		}
	}
	return false
}
