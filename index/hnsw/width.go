package hnsw

// SetEfSearch sets the width of searches from now on; 0 leaves it to the leg
// again. It is for measurements: changes of the leg may undo it.
func (l *Leg) SetEfSearch(ef int) {
	t := *l.tuning.Load()
	t.fixed = ef
	l.tuning.Store(&t)
}
