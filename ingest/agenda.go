package ingest

import (
	"container/heap"
	"sync"
	"time"
)

// An agenda holds the scopes that are to be looked at, and when.
type agenda struct {
	wake chan struct{} // has a token when the agenda has changed; capacity 1

	mu  sync.Mutex // guards what follows
	due map[string]time.Time
	// queue has every entry of due, and entries that due has an earlier
	// time for.
	queue entries
}

type entry struct {
	scope string
	at    time.Time
}

func newAgenda() *agenda {
	return &agenda{wake: make(chan struct{}, 1), due: make(map[string]time.Time)}
}

// add has scope looked at at the given time or before.
func (a *agenda) add(scope string, at time.Time) {
	a.mu.Lock()
	if old, ok := a.due[scope]; !ok || at.Before(old) {
		a.due[scope] = at
		heap.Push(&a.queue, entry{scope, at})
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// take removes and returns the scopes that are due now.
func (a *agenda) take(now time.Time) (scopes []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.queue) > 0 && !a.queue[0].at.After(now) {
		e := heap.Pop(&a.queue).(entry)
		if at, ok := a.due[e.scope]; ok && at.Equal(e.at) {
			delete(a.due, e.scope)
			scopes = append(scopes, e.scope)
		}
	}
	return scopes
}

// next returns when the first scope is due.
func (a *agenda) next() (at time.Time, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return time.Time{}, false
	}
	return a.queue[0].at, true
}

// entries is a heap, the earliest first.
type entries []entry

func (e entries) Len() int           { return len(e) }
func (e entries) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e entries) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x any)        { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
