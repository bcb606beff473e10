package hnsw

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/index"
)

// Load implements index.Saver. A graph that was made with another M is not used
// but made anew in the background.
func (l *Leg) Load(ctx context.Context, dir string, epoch rag.Epoch) error {
	h, blocks, err := readGraph(filepath.Join(dir, graphName))
	if err != nil {
		return fmt.Errorf("hnsw: reading the graph: %w", err)
	}
	n := nodes{m: l.config.M}.grown(h.Slots)
	if h.M == l.config.M {
		if err := n.decode(blocks); err != nil {
			return fmt.Errorf("hnsw: reading the graph: %w", err)
		}
	} else {
		h = &header{}
	}
	table, err := l.store.Load(ctx, dir)
	if err != nil {
		return fmt.Errorf("hnsw: %w", err)
	}
	l.graph.Lock()
	defer l.graph.Unlock()
	a := &adoption{leg: l, header: h, state: &state{table: table, nodes: n.grown(table.Slots())}}
	if err := a.run(ctx); err != nil {
		return fmt.Errorf("hnsw: %w", err)
	}
	l.epoch = epoch
	l.nudge()
	return nil
}

// readGraph reads a file that anything may have happened to.
func readGraph(path string) (*header, [][]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %w", index.ErrCorrupt, err)
	}
	if err != nil {
		return nil, nil, err
	}
	var blocks [][]byte
	for len(data) > 0 {
		if len(data) < 8 {
			return nil, nil, fmt.Errorf("%s: %w: a block is cut", path, index.ErrCorrupt)
		}
		size, sum := uint64(binary.LittleEndian.Uint32(data)), binary.LittleEndian.Uint32(data[4:])
		data = data[8:]
		if size > uint64(len(data)) || crc32.Checksum(data[:size], crcTable) != sum {
			return nil, nil, fmt.Errorf("%s: %w: block %d has another checksum", path, index.ErrCorrupt, len(blocks))
		}
		blocks = append(blocks, data[:size])
		data = data[size:]
	}
	h := new(header)
	if len(blocks) == 0 || json.Unmarshal(blocks[0], h) != nil || h.Format != graphFormat || h.Slots != (len(blocks)-1)*slabSlots {
		return nil, nil, fmt.Errorf("%s: %w: not a graph of %d blocks", path, index.ErrCorrupt, len(blocks))
	}
	return h, blocks[1:], nil
}

// decode reads all slabs.
func (n nodes) decode(blocks [][]byte) error {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, b := range blocks {
		g.Go(func() error {
			r := &reader{data: b, end: slot(n.slots())}
			n.decodeSlab(r, slot(i*slabSlots))
			if r.bad || len(r.data) > 0 {
				return fmt.Errorf("%w: block %d is no slab of nodes", index.ErrCorrupt, i)
			}
			return nil
		})
	}
	return g.Wait()
}

func (n nodes) decodeSlab(r *reader, first slot) {
	for s := first; s < first+slabSlots && !r.bad; s++ {
		sl, i := n.at(s)
		k := kind(r.byte())
		switch k {
		case linked:
			n.list(s, 0).write(r.slots(2 * n.m))
		case twin:
			head := r.slots(1)
			if len(head) != 1 {
				r.bad = true
				return
			}
			n.list(s, 0)[1].Store(head[0])
		}
		r.bad = r.bad || k > twin
		sl.kinds[i].Store(k)
	}
	for len(r.data) > 0 && !r.bad {
		at, level := r.uint16(), int(r.byte())
		s := first + slot(at)
		if at >= slabSlots || level == 0 || level > maxLevel || n.kind(s) != linked {
			r.bad = true
			return
		}
		sl, i := n.at(s)
		sl.upper[i].Store(newTower(level, n.m))
		for lv := 1; lv <= level && !r.bad; lv++ {
			n.list(s, lv).write(r.slots(n.m))
		}
	}
}

// A reader takes numbers from a block. After a mistake all are 0 and bad is true.
type reader struct {
	data []byte
	end  slot // above all slots
	ends []slot
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.data) {
		r.bad = true
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) byte() byte     { return r.take(1)[0] }
func (r *reader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

// slots reads at most most slots.
func (r *reader) slots(most int) []slot {
	n := int(r.uint16())
	if n > most {
		r.bad = true
		return nil
	}
	b := r.take(4 * n)
	r.ends = r.ends[:0]
	for i := range n {
		s := binary.LittleEndian.Uint32(b[4*i:])
		if s >= r.end {
			r.bad = true
			return nil
		}
		r.ends = append(r.ends, s)
	}
	return r.ends
}
