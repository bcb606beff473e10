package bm25

// manyInBlock is from how many chunks on it is faster to unpack a block than to
// look each of them up in it: about 200 ns against 28 ns.
const manyInBlock = 8

// keep drops the chunks that are not in the list. They ascend, and their slice is
// used again.
func (l *list) keep(chunks []uint32) []uint32 {
	p := probe{list: l}
	kept := chunks[:0]
	for len(chunks) > 0 && p.seek(chunks[0]) {
		last, n := l.last(p.block), 1
		for n < len(chunks) && chunks[n] <= last {
			n++
		}
		if n < manyInBlock {
			kept = l.keepFew(p.block, chunks[:n], kept)
		} else {
			kept = l.keepMany(p.block, chunks[:n], kept)
		}
		chunks = chunks[n:]
	}
	return kept
}

// keepFew appends those of some chunks that are in a block, which may lie before
// them in the same array.
func (l *list) keepFew(block int, chunks, kept []uint32) []uint32 {
	data, base, size := l.block(block)
	for _, chunk := range chunks {
		if find(data, chunk-base, size) > 0 {
			kept = append(kept, chunk)
		}
	}
	return kept
}

// keepMany is keepFew for many.
func (l *list) keepMany(block int, chunks, kept []uint32) []uint32 {
	var there [blockSize]uint32
	data, base, size := l.block(block)
	unpack(data[1:], int(data[0]&7), size, base, &there)
	at := 0
	for _, chunk := range chunks {
		for at < size && there[at&(blockSize-1)] < chunk {
			at++
		}
		if at == size {
			break
		}
		if there[at&(blockSize-1)] == chunk {
			kept = append(kept, chunk)
		}
	}
	return kept
}
