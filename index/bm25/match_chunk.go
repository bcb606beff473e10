package bm25

// turn gets ready for chunks of a part, in ascending order.
func (m *matcher) turn(part int) {
	if m.numbers == nil {
		m.begin()
	}
	m.part = part
	p := m.query.view.parts[part].part
	if m.numbers[part] == nil {
		m.numbers[part] = make([]uint32, len(m.words))
		for i, w := range m.words {
			if number, ok := p.lookup(w.key); ok {
				m.numbers[part][i] = number + 1
			}
		}
	}
	clear(m.meaning)
	m.mask = [4]uint64{}
	for i, at := range m.numbers[part] {
		m.cursors[i] = cursor{}
		if at == 0 {
			continue
		}
		number := at - 1
		m.cursors[i].begin(p, number)
		if m.inOrder {
			m.meaning[number] = i
			m.mask[number%256/64] |= 1 << (number % 64)
		}
	}
	m.route = m.find()
}

// begin is called when the terms of the query are in their final order.
func (m *matcher) begin() {
	m.places = make([]int, len(m.query.terms))
	for i, t := range m.query.terms {
		m.places[i] = m.word(t.text)
		m.words[m.places[i]].term = i
	}
	m.numbers = make([][]uint32, len(m.query.view.parts))
	m.cursors = make([]cursor, len(m.words))
	m.totals = make([]uint32, len(m.words))
	m.counts = make([][fields]uint32, len(m.words))
	m.times = make([]int, len(m.query.terms))
	m.inOrder = len(m.words) > maxLooked
	for i := range m.clauses {
		c := &m.clauses[i]
		m.inOrder = m.inOrder || c.phrase || c.field >= 0
	}
	if m.inOrder {
		m.meaning = make(map[uint32]int)
	}
	m.findNeeds()
}

// read finds the words in a chunk.
func (m *matcher) read(chunk uint32) {
	m.seen = m.seen[:0]
	clear(m.counts)
	clear(m.totals)
	r := newReader(m.query.view.parts[m.part].forward(chunk))
	for place := 0; r.more(); place++ {
		number := r.next()
		if m.mask[number%256/64]>>(number%64)&1 == 0 {
			continue
		}
		if word, ok := m.meaning[number]; ok {
			field := r.field(place)
			m.seen = append(m.seen, sighting{word, place, field})
			m.counts[word][field]++
			m.totals[word] += m.query.view.leg.weights.field[field]
		}
	}
}

// look looks the words of a chunk up in their lists.
func (m *matcher) look(chunk uint32) {
	for i := range m.cursors {
		m.totals[i] = m.cursors[i].count(chunk)
	}
}

// score returns the score of a chunk of the part at hand, 0 if it does not match
// or the score is below floor.
func (m *matcher) score(chunk uint32, floor float64) float32 {
	if len(m.words) <= maxLooked {
		m.look(chunk)
	}
	info := m.query.view.parts[m.part].chunk(chunk)
	if m.inOrder {
		if len(m.words) <= maxLooked && float64(m.most(info.length))*slack < floor {
			return 0
		}
		m.read(chunk)
	}
	clear(m.times)
	for i := range m.clauses {
		c := &m.clauses[i]
		match := m.matches(c, info.language)
		switch {
		case c.sign == MustNot && match, c.sign == Must && !match && !c.silent(info.language):
			return 0
		case match:
			for _, w := range c.words {
				if t := m.words[w].term; t >= 0 {
					m.times[t]++
				}
			}
		}
	}
	return m.sum(info.length)
}

// most is what the chunk at hand is worth if all clauses match.
func (m *matcher) most(length uint32) (sum float32) {
	for i := range m.query.terms {
		if count := m.totals[m.places[i]]; count > 0 {
			sum += m.query.worth(m.query.terms[i].weight, count, length)
		}
	}
	return sum
}

// sum adds up the terms of the clauses that match.
func (m *matcher) sum(length uint32) (sum float32) {
	q := m.query
	for i := range q.terms {
		t := &q.terms[i]
		count := m.totals[m.places[i]]
		if m.times[i] == 0 || count == 0 {
			continue
		}
		weight := t.weight
		if m.times[i] != t.count {
			weight = q.view.leg.scorer.weight(q.view.chunks, t.df, m.times[i])
		}
		sum += q.worth(weight, count, length)
	}
	return sum
}
