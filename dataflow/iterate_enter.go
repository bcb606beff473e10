package dataflow

// An entered stream is kept as long as new copies of a body may want all of it.
type entered interface {
	gather(w *turn) error
	causes() []*flight
	len() int             // deltas of this epoch
	settle(w *turn) error // consolidates them and puts them on the shelf

	// push hands w's part of the epoch's deltas to a port, or w's part of the
	// collection if fill was called in this epoch.
	push(w *turn, to any, all bool)
	fill() error
	filled() int // values of the collection

	save(w *turn) error
	reset()
	trim()
	recover() error
}

// heldStream is an entered stream of values E.
type heldStream[E any] struct {
	intake[E]
	shelf[E]
	full [][]Delta[E] // the collection by worker; nil unless fill was called
}

func holdEntered[E any](b *builder, n *node, part byte, from any) entered {
	h := &heldStream[E]{intake: newIntake[E](b), shelf: newShelf[E](b, n, part)}
	from.(*port[E]).read(func(x *turn, d Delta[E]) {
		x.at = n
		h.intake.add(x, d)
	})
	return h
}

func (h *heldStream[E]) causes() []*flight { return h.in.take() }

func (h *heldStream[E]) settle(w *turn) error {
	for _, d := range h.net(w) {
		if _, err := h.shelf.add(w, h.digest(d.Value), d.Value, d.Diff); err != nil {
			return err
		}
	}
	return nil
}

func (h *heldStream[E]) fill() error {
	if h.full != nil {
		return nil
	}
	h.full = make([][]Delta[E], len(h.lists))
	return h.each(func(worker int, v E, n int) {
		h.full[worker] = append(h.full[worker], Delta[E]{v, n})
	})
}

func (h *heldStream[E]) filled() int { return total(h.full) }

func (h *heldStream[E]) push(w *turn, to any, all bool) {
	list := h.lists[w.worker]
	if all {
		list = h.full[w.worker]
	}
	out := to.(*port[E])
	for _, d := range list {
		out.push(w, d)
	}
}

func (h *heldStream[E]) reset() {
	h.intake.reset()
	h.full = nil
}
