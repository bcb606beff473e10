package dataflow

// An agenda knows which keys want to be looked at when the watermark has come to a
// time. It is in memory, with one entry for each key, and is made again from the
// keys of the state at start.
type agenda[K comparable] struct {
	heap []entry[K] // the earliest first
	at   map[K]Time // the earliest entry of a key
}

type entry[K comparable] struct {
	at  Time
	key K
}

func newAgendas[K comparable](b *builder) []*agenda[K] {
	list := make([]*agenda[K], b.workers)
	for i := range list {
		list[i] = &agenda[K]{at: make(map[K]Time)}
	}
	return list
}

// add has k looked at when the watermark has come to t, if it is not before that.
func (a *agenda[K]) add(t Time, k K) {
	if t == never {
		return
	}
	if at, ok := a.at[k]; ok && at <= t {
		return
	}
	a.at[k] = t
	a.heap = append(a.heap, entry[K]{t, k})
	for i := len(a.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if a.heap[parent].at <= a.heap[i].at {
			return
		}
		a.heap[parent], a.heap[i] = a.heap[i], a.heap[parent]
		i = parent
	}
}

// due removes the entries up to watermark w and calls f for their keys.
func (a *agenda[K]) due(w Time, f func(K) error) error {
	for len(a.heap) > 0 && a.heap[0].at <= w {
		e := a.pop()
		if at, ok := a.at[e.key]; !ok || at != e.at {
			continue // an earlier entry took its place
		}
		delete(a.at, e.key)
		if err := f(e.key); err != nil {
			return err
		}
	}
	return nil
}

func (a *agenda[K]) pop() entry[K] {
	first, last := a.heap[0], len(a.heap)-1
	a.heap[0] = a.heap[last]
	a.heap[last] = entry[K]{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return first
		}
		if child+1 < last && a.heap[child+1].at < a.heap[child].at {
			child++
		}
		if a.heap[i].at <= a.heap[child].at {
			return first
		}
		a.heap[i], a.heap[child] = a.heap[child], a.heap[i]
		i = child
	}
}
