package hybrid

import (
	"fmt"

	rag "ragserver"
	"ragserver/index"
)

// A plan is an epoch worked out: what the legs are told, and what the index
// notes when they have done it. Making it changes nothing but which rows are
// free.
type plan struct {
	epoch        rag.Epoch
	vector, text []index.Change
	next         []index.Change // for the leg of the next space
	taken        []index.Row    // for additions
	freed        []index.Row
	removed      map[rag.ChunkID]index.Row
	ids          []rag.ChunkID // of taken
	vectored     []index.Row   // that have a vector now
	docs         map[rag.URI]*edit
	vectors      int // more than before
}

// An edit is what happens to one document.
type edit struct {
	doc      *document // nil: not known before
	metadata *metadata // nil: as it was
	note     string    // of metadata
	gone     bool
	added    []index.Row
	removed  []index.Row
}

// size is how much of the index differs after it.
func (p *plan) size() int { return len(p.taken) + len(p.freed) + len(p.vectored) + len(p.docs) }

// plan works out an epoch.
func (x *Index) plan(epoch rag.Epoch, b Batch) (*plan, error) {
	p := &plan{
		epoch:   epoch,
		removed: make(map[rag.ChunkID]index.Row),
		docs:    make(map[rag.URI]*edit),
	}
	for _, d := range b.Documents {
		e := x.edit(p, d.URI)
		e.gone = d.Gone
		e.metadata, e.note = newMetadata(d.Metadata), d.Note
	}
	adds, removes, err := split(b.Chunks)
	if err != nil {
		return nil, err
	}
	for _, c := range adds {
		if e := x.edit(p, c.URI); e.gone || e.doc == nil && e.metadata == nil {
			return nil, fmt.Errorf("chunk %s is added to document %q, which is not there", c.ID, c.URI)
		}
	}
	for _, c := range adds {
		x.planAdd(p, c)
		delete(removes, c.ID)
	}
	for id := range removes {
		x.planRemove(p, id)
	}
	x.planGone(p)
	return p, nil
}

// split tells additions from removals.
func split(changes []ChunkChange) (adds []ChunkChange, removes map[rag.ChunkID]bool, err error) {
	removes = make(map[rag.ChunkID]bool)
	seen := make(map[rag.ChunkID]bool)
	for _, c := range changes {
		switch {
		case c.Diff == -1:
			removes[c.ID] = true
		case c.Diff == 1 && seen[c.ID]:
			return nil, nil, fmt.Errorf("chunk %s is added twice", c.ID)
		case c.Diff == 1:
			seen[c.ID] = true
			adds = append(adds, c)
		default:
			return nil, nil, fmt.Errorf("chunk %s has diff %d, not +1 or -1", c.ID, c.Diff)
		}
	}
	return adds, removes, nil
}

// edit returns what p does to the document uri.
func (x *Index) edit(p *plan, uri rag.URI) *edit {
	e := p.docs[uri]
	if e == nil {
		e = new(edit)
		if d := x.docs.find(uri); d != nil && !d.newest.Load().gone {
			e.doc = d
		}
		p.docs[uri] = e
	}
	return e
}

// planAdd adds a chunk, or replaces it. A chunk of the same text whose vector
// has come keeps its row, and the text leg is left alone; so does, while the
// embedding model changes, one that has a vector of the former model.
func (x *Index) planAdd(p *plan, c ChunkChange) {
	row, ok := x.byID.find(x.table, c.ID)
	if ok && c.SameText && (x.bare.Contains(row) || x.next != nil) {
		x.planVectors(p, row, c, x.bare.Contains(row))
		return
	}
	if ok {
		x.planRemove(p, c.ID)
	}
	row = x.rows.take()
	p.taken = append(p.taken, row)
	p.ids = append(p.ids, c.ID)
	e := x.edit(p, c.URI)
	e.added = append(e.added, row)
	p.text = append(p.text, index.Change{Row: row, ID: c.ID, Diff: 1, Text: c.Text})
	x.planVectors(p, row, c, true)
}

// planVectors adds the vectors that row lacks: bare says whether the leg that is
// searched has none. While the embedding model changes, that one gets those of
// the former.
func (x *Index) planVectors(p *plan, row index.Row, c ChunkChange, bare bool) {
	v := c.Vector
	if x.next != nil {
		v = c.Former
		p.planNext(x.next, row, c)
	}
	if len(v) == 0 || !bare {
		return
	}
	p.vector = append(p.vector, index.Change{Row: row, ID: c.ID, Diff: 1, Vector: v})
	p.vectored = append(p.vectored, row)
	p.vectors++
}

// planRemove removes a chunk if it is there.
func (x *Index) planRemove(p *plan, id rag.ChunkID) {
	row, ok := x.byID.find(x.table, id)
	if !ok {
		return
	}
	c := x.table.at(row)
	p.removed[id] = row
	p.freed = append(p.freed, row)
	e := x.edit(p, c.doc.uri)
	e.removed = append(e.removed, row)
	remove := index.Change{Row: row, ID: id, Diff: -1}
	p.text = append(p.text, remove)
	if x.next != nil && x.next.has.Contains(row) {
		p.next = append(p.next, remove)
	}
	if !x.bare.Contains(row) {
		p.vector = append(p.vector, remove)
		p.vectors--
	}
}

// planGone removes what is left of documents that are gone.
func (x *Index) planGone(p *plan) {
	for _, e := range p.docs {
		if !e.gone || e.doc == nil {
			continue
		}
		for _, row := range e.doc.newest.Load().rows {
			if id := x.table.at(row).id; !p.hasRemoved(id) {
				x.planRemove(p, id)
			}
		}
	}
}

func (p *plan) hasRemoved(id rag.ChunkID) bool {
	_, ok := p.removed[id]
	return ok
}

// abandon undoes the making of a plan that no leg has seen.
func (x *Index) abandon(p *plan) { x.rows.give(p.taken) }
