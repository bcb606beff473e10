package dataflow

// A keyspace names what the engine keeps. A key is the prefix, a letter for the
// kind, the operator's name, a zero byte, and the rest.
type keyspace struct{ prefix []byte }

func (k keyspace) key(kind byte, name, rest string) []byte {
	b := make([]byte, 0, len(k.prefix)+len(name)+len(rest)+2)
	b = append(b, k.prefix...)
	b = append(b, kind)
	b = append(b, name...)
	b = append(b, 0)
	return append(b, rest...)
}

func (k keyspace) epoch() []byte                        { return append(append([]byte{}, k.prefix...), 'e') }
func (k keyspace) input(name, key string) []byte        { return k.key('i', name, key) }
func (k keyspace) offset(name, partition string) []byte { return k.key('o', name, partition) }
func (k keyspace) kept(name, key string) []byte         { return k.key('k', name, key) }
func (k keyspace) process(name, key string) []byte      { return k.key('p', name, key) }
func (k keyspace) live(op, key string) []byte           { return k.key('a', op, key) }
func (k keyspace) pending(op, key string) []byte        { return k.key('q', op, key) }
func (k keyspace) state(op string, part byte) []byte    { return k.key('s', op, string(rune(part))) }
func (k keyspace) signature(op string) []byte           { return k.key('t', op, "") }
func (k keyspace) generation(op string) []byte          { return k.key('g', op, "") }

// A memo is named by the generation and the digest; see memoName.
func (k keyspace) memo(op, memo string) []byte { return k.key('m', op, memo) }
func (k keyspace) refs(op, memo string) []byte { return k.key('r', op, memo) }
func (k keyspace) dead(op, memo string) []byte { return k.key('d', op, memo) }

// all returns the prefixes of what an operator of which nothing else is known
// keeps.
func (k keyspace) all(op string) [][]byte {
	return [][]byte{k.key('s', op, ""), k.process(op, "")}
}
