package hnsw

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"ragserver/index"
)

// A graph is saved beside its vectors, in one file: a line of JSON, then a block
// for each slab. Both begin with their length and checksum, 4 bytes each, numbers
// being little-endian. A block holds, for each slot: its kind, a byte; its links on
// level 0, or the head that a twin hangs on, as a count and ends; and for the
// nodes with towers their slot, level and lists. Links may lead to nodes that the
// state does not see: what is saved is the graph as it is, vectors aside.

const (
	graphName   = "graph"
	graphFormat = 2
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// A header is what is saved of a graph besides its nodes.
type header struct {
	Format   int
	M        int
	Slots    int
	Entry    uint64
	Outliers []outlier
	Recall   float64
	Widths   []measure
	Vectors  int
	Found    int // the width that all nodes are found by
}

// Save implements index.Saver.
func (l *Leg) Save(ctx context.Context, s index.Snapshot, dir, last string) error {
	of, ok := s.(*snapshot)
	if !ok || of.leg != l {
		return errors.New("hnsw: the snapshot is not of this leg")
	}
	if err := l.store.Save(ctx, of.state.table, dir, last); err != nil {
		return fmt.Errorf("hnsw: %w", err)
	}
	if err := l.saveGraph(ctx, of, filepath.Join(dir, graphName)); err != nil {
		return fmt.Errorf("hnsw: saving the graph: %w", err)
	}
	return nil
}

func (l *Leg) saveGraph(ctx context.Context, s *snapshot, path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	t := l.tuning.Load()
	n := s.state.nodes
	h := header{
		Format: graphFormat, M: l.config.M, Slots: n.slots(), Entry: l.entry.Load(), Outliers: l.outliers().list,
		Recall: t.least, Widths: t.widths, Vectors: t.vectors, Found: int(l.found.Load()),
	}
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := writeBlock(w, line); err != nil {
		return err
	}
	var block []byte
	for i := range n.slabs {
		if err := ctx.Err(); err != nil {
			return err
		}
		block = n.encode(block[:0], slot(i*slabSlots))
		if err := writeBlock(w, block); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

func writeBlock(w io.Writer, b []byte) error {
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(b)))
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(b, crcTable))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// encode appends the nodes of the slab that begins with slot first.
func (n nodes) encode(b []byte, first slot) []byte {
	var ends []slot
	end := slot(n.slots()) // links may lead to nodes that are newer than n
	var kinds [slabSlots]kind
	for s := first; s < first+slabSlots; s++ {
		k := n.kind(s)
		kinds[s-first] = k // it may be another one soon
		b = append(b, byte(k))
		switch k {
		case linked:
			ends = below(n.list(s, 0).read(ends[:0]), end)
			b = appendSlots(b, ends)
		case twin:
			b = appendSlots(b, append(ends[:0], n.head(s)))
		}
	}
	for s := first; s < first+slabSlots; s++ {
		level := n.level(s)
		if kinds[s-first] != linked || level == 0 {
			continue
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(s-first))
		b = append(b, byte(level))
		for lv := 1; lv <= level; lv++ {
			ends = below(n.list(s, lv).read(ends[:0]), end)
			b = appendSlots(b, ends)
		}
	}
	return b
}

func appendSlots(b []byte, slots []slot) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(slots)))
	for _, s := range slots {
		b = binary.LittleEndian.AppendUint32(b, s)
	}
	return b
}
