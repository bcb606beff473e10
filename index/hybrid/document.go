package hybrid

import (
	"sync"
	"sync/atomic"

	rag "ragserver"
	"ragserver/index"
)

// A document is all versions of one document that snapshots may still see. The
// writer puts new versions in front; readers walk to theirs without a lock.
type document struct {
	uri    rag.URI
	slot   int // in documents.list
	newest atomic.Pointer[revision]
}

// A revision is a document from one version of the index on.
type revision struct {
	version  uint64
	metadata *metadata
	note     string // its owner's, see DocumentChange
	rows     []index.Row
	gone     bool
	older    atomic.Pointer[revision]
}

// at returns what version sees of the document, nil if nothing.
func (d *document) at(version uint64) *revision {
	r := d.newest.Load()
	for r != nil && r.version > version {
		r = r.older.Load()
	}
	if r == nil || r.gone {
		return nil
	}
	return r
}

// push makes r the newest revision, and drops those that no snapshot sees when
// the oldest held one is of version oldest.
func (d *document) push(r *revision, oldest uint64) {
	last := d.newest.Load()
	r.older.Store(last)
	for last != nil && last.version > oldest {
		last = last.older.Load()
	}
	if last != nil {
		last.older.Store(nil)
	}
	d.newest.Store(r)
}

// documents finds documents by their URIs, and lists them.
type documents struct {
	mu    sync.RWMutex // guards the rest; only the writer changes it
	byURI map[rag.URI]*document
	list  []*document // nil where a slot is free
	free  []int
}

func newDocuments() *documents { return &documents{byURI: make(map[rag.URI]*document)} }

func (s *documents) find(uri rag.URI) *document {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byURI[uri]
}

// add makes a document known that has no revision yet.
func (s *documents) add(uri rag.URI) *document {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &document{uri: uri}
	if n := len(s.free); n > 0 {
		d.slot = s.free[n-1]
		s.free = s.free[:n-1]
		s.list[d.slot] = d
	} else {
		d.slot = len(s.list)
		s.list = append(s.list, d)
	}
	s.byURI[uri] = d
	return d
}

// drop forgets d if its newest revision says that it is gone and no snapshot, the
// oldest of which is of version oldest, sees an older one.
func (s *documents) drop(d *document, oldest uint64) {
	if r := d.newest.Load(); r != nil && (!r.gone || r.version > oldest) {
		return // it came again, and may have gone again: then it has another grave
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byURI[d.uri] != d {
		return // dropped before
	}
	delete(s.byURI, d.uri)
	s.list[d.slot] = nil
	s.free = append(s.free, d.slot)
}

// adopt takes over loaded documents, into nothing.
func (s *documents) adopt(docs []document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byURI = make(map[rag.URI]*document, len(docs))
	s.list, s.free = make([]*document, len(docs)), nil
	for i := range docs {
		docs[i].slot = i
		s.list[i] = &docs[i]
		s.byURI[docs[i].uri] = &docs[i]
	}
}

// page fills dst with documents from slot first on, and returns where the next
// page begins and whether there is one. A walk sees every document that is not
// dropped meanwhile, and holds the writer up only for a page at a time.
func (s *documents) page(dst []*document, first int) (docs []*document, next int, more bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	end := min(first+cap(dst), len(s.list))
	dst = dst[:0]
	for _, d := range s.list[min(first, end):end] {
		if d != nil {
			dst = append(dst, d)
		}
	}
	return dst, end, end < len(s.list)
}
