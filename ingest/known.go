package ingest

import "strings"

// A known is what a Poller has reported: the version of each key, in a tree of
// folders, so that a look at one folder costs what that folder holds.
type known struct {
	below   map[string]*known
	object  bool // this key itself is an object
	version string
	look    uint64 // the last look that saw it
}

// at returns the node of key, nil if there is none. "" is the root.
func (k *known) at(key string) *known {
	for key != "" && k != nil {
		var name string
		name, key, _ = strings.Cut(key, "/")
		k = k.below[name]
	}
	return k
}

// put returns the node of key, which it adds if there is none.
func (k *known) put(key string) *known {
	for key != "" {
		var name string
		name, key, _ = strings.Cut(key, "/")
		next := k.below[name]
		if next == nil {
			if k.below == nil {
				k.below = make(map[string]*known)
			}
			next = new(known)
			k.below[name] = next
		}
		k = next
	}
	return k
}

// keep marks all objects at and below k as seen by look.
func (k *known) keep(look uint64) {
	k.look = look
	for _, next := range k.below {
		next.keep(look)
	}
}

// sweep removes the objects at and below scope that look did not see, and calls
// gone with their keys. It reports how many there were.
func (k *known) sweep(scope string, look uint64, gone func(key string)) int {
	name, rest, _ := strings.Cut(scope, "/")
	if scope == "" {
		return k.sweepAll("", look, gone)
	}
	return k.sweepIn("", name, rest, look, gone)
}

// sweepIn goes down to the scope and, on the way back, removes folders that
// have become empty.
func (k *known) sweepIn(path, name, rest string, look uint64, gone func(key string)) (n int) {
	next := k.below[name]
	if next == nil {
		return 0
	}
	if path += name; rest == "" {
		n = next.sweepAll(path, look, gone)
	} else {
		name, rest, _ := strings.Cut(rest, "/")
		n = next.sweepIn(path+"/", name, rest, look, gone)
	}
	if !next.object && len(next.below) == 0 {
		delete(k.below, name)
	}
	return n
}

// sweepAll removes what look did not see at and below k, whose key is key.
func (k *known) sweepAll(key string, look uint64, gone func(key string)) (n int) {
	if k.object && k.look != look {
		k.object, k.version = false, ""
		gone(key)
		n++
	}
	for name, next := range k.below {
		path := name
		if key != "" {
			path = key + "/" + name
		}
		n += next.sweepAll(path, look, gone)
		if !next.object && len(next.below) == 0 {
			delete(k.below, name)
		}
	}
	return n
}
