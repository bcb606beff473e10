package dataflow

// causes collects the flights that something is part of. The list may name one
// twice; what is read from it must not be changed.
type causes struct {
	list  []*flight
	owned bool // list is not shared with where it came from
	limit int  // length at which doubles are removed
}

func (c *causes) join(more []*flight) {
	switch {
	case len(c.list) == 0:
		c.list = more
		return
	case len(more) == 0, len(more) == 1 && c.list[len(c.list)-1] == more[0]:
		return
	case !c.owned:
		c.list, c.owned, c.limit = append(make([]*flight, 0, 4+len(c.list)+len(more)), c.list...), true, 64
	}
	c.list = append(c.list, more...)
	if len(c.list) > c.limit {
		c.list = unique(c.list)
		c.limit = max(c.limit, 2*len(c.list))
	}
}

func (c *causes) unique() []*flight {
	if c.owned {
		c.list = unique(c.list)
	}
	return c.list
}

// join returns a list with the flights of both.
func join(a, b []*flight) []*flight {
	c := causes{list: a}
	c.join(b)
	return c.list
}

func unique(list []*flight) []*flight {
	if len(list) < 2 {
		return list
	}
	seen := make(map[*flight]bool, len(list))
	out := make([]*flight, 0, len(list))
	for _, f := range list {
		if !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	return out
}
