package bm25

// A cursor finds chunks in the list of a term in a part. They are asked for in
// ascending order. The zero cursor is of a term that no chunk has.
type cursor struct {
	list  list // of a segment
	probe probe
	walk  walk // of a head
	run   []uint64
}

// begin makes c the cursor of the list of a term. c is not to be moved then.
func (c *cursor) begin(p part, number uint32) {
	switch g := p.(type) {
	case *segment:
		c.list = g.list(number)
		c.probe = probe{list: &c.list}
	case *head:
		*c = cursor{walk: g.walk(number)}
		c.run = c.walk.next()
	}
}

// count returns how often chunk has the term, 0 if it does not.
func (c *cursor) count(chunk uint32) uint32 {
	if c.probe.list != nil {
		return c.probe.count(chunk)
	}
	for len(c.run) > 0 && uint32(c.run[len(c.run)-1]>>32) < chunk {
		c.run = c.walk.next()
	}
	if len(c.run) == 0 {
		return 0
	}
	i := 0
	for left := len(c.run); left > 1; {
		half := left / 2
		if uint32(c.run[i+half]>>32) <= chunk {
			i += half
		}
		left -= half
	}
	if uint32(c.run[i]>>32) != chunk {
		return 0
	}
	return uint32(c.run[i])
}
