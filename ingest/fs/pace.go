package fs

import (
	"os/user"
	"strconv"
	"time"
)

const (
	minPause = 50 * time.Millisecond
	maxPause = time.Second
	maxPaces = 1000
)

// A pace slows the reports of a file that keeps changing: the first change is
// reported at once, the next not before 50 ms, and each time that a change had to
// be held back the pause doubles, up to a second. A file that rested for twice
// its pause begins anew.
type pace map[string]pause

type pause struct {
	last   time.Time // of the last report
	length time.Duration
	held   bool // a change came since, and has not been reported
}

// hold reports whether a change of key that is seen now must wait, and until
// when.
func (p pace) hold(key string, now time.Time) (until time.Time, ok bool) {
	w, known := p[key]
	until = w.last.Add(w.length)
	if !known || !now.Before(until) {
		return now, false
	}
	w.held = true
	p[key] = w
	return until, true
}

// reported notes a report of key. One of an empty file does not count: a file
// that is written anew is empty first, and what follows must not wait.
func (p *pace) reported(key string, size int64, now time.Time) {
	if size == 0 {
		return
	}
	if *p == nil {
		*p = make(pace)
	}
	w, ok := (*p)[key]
	switch {
	case !ok || w.rested(now):
		w.length = minPause
	case w.held:
		w.length = min(2*w.length, maxPause)
	}
	(*p)[key] = pause{last: now, length: w.length}
	if len(*p) > maxPaces {
		for key, w := range *p {
			if w.rested(now) {
				delete(*p, key)
			}
		}
	}
}

func (w pause) rested(now time.Time) bool { return now.Sub(w.last) > 2*w.length }

// owners remembers the names of users.
type owners map[uint32]string

func (o *owners) name(sys system) string {
	if !sys.hasUID {
		return ""
	}
	if name, ok := (*o)[sys.uid]; ok {
		return name
	}
	if *o == nil {
		*o = make(owners)
	}
	id := strconv.FormatUint(uint64(sys.uid), 10)
	(*o)[sys.uid] = id
	if u, err := user.LookupId(id); err == nil {
		(*o)[sys.uid] = u.Username
	}
	return (*o)[sys.uid]
}
