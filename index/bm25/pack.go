package bm25

import (
	"encoding/binary"
	"math"
)

// appendList appends a list of chunks with their counts; ratio is what each adds
// to a score at most, see segment.ratio. It returns the bound of the list.
func appendList(out []byte, chunks, counts []uint32, ratios []float32) ([]byte, float32) {
	directory := len(out)
	if len(chunks) > blockSize {
		blocks := (len(chunks) + blockSize - 1) / blockSize
		out = append(out, make([]byte, blocks*directorySize)...)
	}
	begin := len(out)
	most, base := float32(0), uint32(0)
	for i := 0; i < len(chunks); i += blockSize {
		end := min(i+blockSize, len(chunks))
		bound := float32(0)
		for j, chunk := range chunks[i:end] {
			bound = max(bound, float32(counts[i+j])*ratios[chunk])
		}
		most = max(most, bound)
		if len(chunks) > blockSize {
			entry := out[directory+i/blockSize*directorySize:]
			binary.LittleEndian.PutUint32(entry, chunks[end-1])
			binary.LittleEndian.PutUint32(entry[4:], uint32(len(out)-begin))
			binary.LittleEndian.PutUint32(entry[8:], math.Float32bits(bound))
		}
		out = appendBlock(out, base, chunks[i:end], counts[i:end])
		base = chunks[end-1]
	}
	return out, most
}

// appendBlock appends a block of chunks that come after base.
func appendBlock(out []byte, base uint32, chunks, counts []uint32) []byte {
	width := widthOf(chunks[len(chunks)-1] - base)
	most := uint32(0)
	for _, c := range counts {
		most = max(most, c)
	}
	countWidth := 0
	if most > 1 {
		countWidth = widthOf(most)
	}
	out = append(out, byte(width|countWidth<<3))
	out = pack(out, width, base, chunks)
	if countWidth > 0 {
		out = pack(out, countWidth, 0, counts)
	}
	return out
}

func widthOf(most uint32) int {
	switch {
	case most < 1<<8:
		return 1
	case most < 1<<16:
		return 2
	}
	return 4
}

// pack appends numbers less base, in width bytes each.
func pack(out []byte, width int, base uint32, numbers []uint32) []byte {
	for _, n := range numbers {
		switch n -= base; width {
		case 1:
			out = append(out, byte(n))
		case 2:
			out = append(out, byte(n), byte(n>>8))
		default:
			out = binary.LittleEndian.AppendUint32(out, n)
		}
	}
	return out
}
