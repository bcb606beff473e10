package hnsw

import "ragserver/index"

// Graph implements index.Grapher.
func (l *Leg) Graph() index.Graph {
	g := index.Graph{Vectors: l.state.Load().table.Len(), Waiting: int(l.waiting.Load()), Removed: int(l.removed.Load())}
	t := l.tuning.Load()
	if width, ok := t.width(few); ok && l.entry.Load() != 0 {
		g.Width, g.Recall = width, t.recall(width)
	}
	return g
}

// SetEfSearch sets the width of searches from now on; 0 leaves it to the leg
// again. It is for measurements: changes of the leg may undo it.
func (l *Leg) SetEfSearch(ef int) {
	t := *l.tuning.Load()
	t.fixed = ef
	l.tuning.Store(&t)
}
