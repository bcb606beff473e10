package hybrid

import (
	"maps"
	"slices"

	rag "ragserver"
	"ragserver/index"
)

// commit makes the plan that both legs have applied the current state.
func (x *Index) commit(p *plan) {
	old := x.current
	next, g := x.advance(old, p)
	old.change.next.Store(next.change)
	x.meta.Apply(next.version, changesOf(next.change))
	x.publish(next)
	x.bury(g)
	x.filters.forgetStale(next.change)
	x.changed(p.size())
}

// advance notes what p does, and returns the state after old with what will be
// free when nobody sees old any more.
func (x *Index) advance(old *state, p *plan) (*state, grave) {
	next := &state{
		version: old.version + 1,
		epoch:   p.epoch,
		docs:    old.docs,
		chunks:  old.chunks + len(p.taken) - len(p.freed),
		vectors: old.vectors + p.vectors,
	}
	oldest := x.oldest()
	g := grave{version: next.version, rows: p.freed}
	next.change = &change{version: next.version, freed: p.freed, touched: old.change.touched + len(p.docs)}
	for _, uri := range slices.Sorted(maps.Keys(p.docs)) {
		e := p.docs[uri]
		if e.doc == nil && (e.metadata == nil || e.gone) {
			continue // a document that was never there is gone
		}
		d := x.revise(uri, e, next, oldest)
		if e.gone {
			g.docs = append(g.docs, d)
		}
		next.change.docs = append(next.change.docs, d)
	}
	x.note(p)
	next.table = x.table
	return next, g
}

// revise gives a document its revision of the next state.
func (x *Index) revise(uri rag.URI, e *edit, next *state, oldest uint64) *document {
	d := e.doc
	if d == nil {
		if d = x.docs.find(uri); d == nil {
			d = x.docs.add(uri)
		}
		next.docs++
	}
	r := &revision{version: next.version, metadata: e.metadata, note: e.note, gone: e.gone}
	var rows []index.Row
	if e.doc != nil {
		last := d.newest.Load()
		rows = last.rows
		if r.metadata == nil {
			r.metadata, r.note = last.metadata, last.note
		}
	}
	if r.gone {
		next.docs--
	}
	r.rows = edited(rows, e)
	d.push(r, oldest)
	for _, row := range e.added {
		x.table = x.table.grown(row)
		x.table.at(row).doc = d
	}
	return d
}

// edited returns rows without those removed and with those added; rows itself
// is left as it is.
func edited(rows []index.Row, e *edit) []index.Row {
	if len(e.removed) == 0 && len(e.added) == 0 {
		return rows
	}
	gone := make(map[index.Row]bool, len(e.removed))
	for _, row := range e.removed {
		gone[row] = true
	}
	out := make([]index.Row, 0, len(rows)+len(e.added)-len(e.removed))
	for _, row := range rows {
		if !gone[row] {
			out = append(out, row)
		}
	}
	return append(out, e.added...)
}

// note updates what is known of rows.
func (x *Index) note(p *plan) {
	for id, row := range p.removed {
		x.byID.remove(x.table, id)
		x.bare.Remove(row)
	}
	for i, row := range p.taken {
		x.table.at(row).id = p.ids[i]
		x.byID.add(x.table, row)
	}
	x.bare.AddMany(p.taken)
	for _, row := range p.vectored {
		x.bare.Remove(row)
	}
	x.next.note(p)
}

// bury puts g with the graves and opens those that nobody needs any more.
func (x *Index) bury(g grave) {
	if len(g.rows) > 0 || len(g.docs) > 0 {
		x.graves = append(x.graves, g)
	}
	oldest := x.oldest()
	for len(x.graves) > 0 && x.graves[0].version <= oldest {
		x.rows.give(x.graves[0].rows)
		for _, d := range x.graves[0].docs {
			x.docs.drop(d, oldest)
		}
		x.graves = x.graves[1:]
	}
}
