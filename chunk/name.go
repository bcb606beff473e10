package chunk

import rag "ragserver"

// Name gives the chunks of a document their IDs, by what they say: those that
// say the same are told apart by their order.
func Name(chunks []rag.Chunk) {
	copies := make(map[rag.ChunkID]int)
	for i, c := range chunks {
		id := c.NewID(0)
		n := copies[id]
		copies[id]++
		if n > 0 {
			id = c.NewID(n)
		}
		chunks[i].ID = id
	}
}
