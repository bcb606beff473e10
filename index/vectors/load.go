package vectors

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/bits"
	"os"

	"golang.org/x/sync/errgroup"

	"ragserver/index"
)

// Load sets s, to which nothing was written, to the state saved in dir: the same
// vectors are in the same slots, and all others are as if never filled. It goes
// on reading the files, which nobody may change: only delete. Every byte is
// checked. If any is wrong, or they are of another metric or precision, the error
// matches index.ErrCorrupt and s is still empty.
func (s *Store) Load(ctx context.Context, dir string) (*Table, error) {
	t, h, err := s.load(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	s.loaded.lineage, s.loaded.version = h.lineage, h.version
	s.table.Store(t)
	return t, nil
}

func (s *Store) load(ctx context.Context, dir string) (*Table, *head, error) {
	h, err := readHead(dir)
	if err != nil {
		return nil, nil, err
	}
	if h.metric != int(s.metric) || h.format != s.format() {
		return nil, nil, fmt.Errorf("%s: %w: saved for another metric or precision", dir, index.ErrCorrupt)
	}
	t := &Table{store: s, version: h.version, dim: h.dim, live: h.live()}
	t.slabs, t.bases = make([]*slab, h.slabs()), make([]base, h.slabs())
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.workers)
	for group, mask := range h.masks {
		if mask == 0 {
			continue
		}
		g.Go(func() error {
			m, err := s.mapGroup(ctx, groupPath(dir, group), shapeOf(h.dim, s.half), bits.Len16(mask), true)
			if err != nil {
				return err
			}
			for i := range groupSlabs {
				if mask>>i&1 != 0 {
					n := group*groupSlabs + i
					t.slabs[n] = s.slabIn(m, i, h, n)
					t.bases[n] = t.slabs[n].base()
				}
			}
			if s.disk {
				m.giveBack()
			}
			return nil
		})
	}
	return t, h, g.Wait()
}

// slabIn returns slab n, which is block i of a file.
func (s *Store) slabIn(m *mapping, i int, h *head, n int) *slab {
	sh := shapeOf(h.dim, s.half)
	size := sh.blockSize()
	sl := sh.within(m.data[i*size : (i+1)*size])
	if s.disk {
		sl = sl.copied()
		sl.mapped = allParts
	}
	sl.file = m
	sl.empty()
	for w, left := range h.seenOf(n) {
		if left != 0 {
			sl.used.Store(int32(64 * (w + 1)))
		}
		for ; left != 0; left &= left - 1 {
			at := 64*w + bits.TrailingZeros64(left)
			sl.death[at].Store(never)
			sl.birth[at].Store(h.version)
		}
	}
	sl.filled.Store(h.version)
	return sl
}

// mapGroup maps the file of a group of n slabs, and checks it if told so.
func (s *Store) mapGroup(ctx context.Context, path string, sh shape, n int, check bool) (*mapping, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", index.ErrCorrupt, err)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := n * sh.blockSize()
	if info.Size() != int64(size+tailSize) {
		return nil, fmt.Errorf("%s: %w: %d bytes, not %d", path, index.ErrCorrupt, info.Size(), size+tailSize)
	}
	b := make([]byte, tailSize)
	if _, err := f.ReadAt(b, int64(size)); err != nil {
		return nil, err
	}
	end, err := decodeTail(b)
	if err == nil && end.block != sh.blockSize() {
		err = fmt.Errorf("blocks of %d bytes, not %d", end.block, sh.blockSize())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, index.ErrCorrupt, err)
	}
	if check {
		if err := checkBlocks(ctx, f, n, end); err != nil {
			return nil, err
		}
	}
	return mapFile(f, size, !s.disk)
}

// checkBlocks compares the blocks of a file with their checksums. It reads them,
// for what is mapped costs more the first time that it is looked at.
func checkBlocks(ctx context.Context, f *os.File, n int, end *tail) error {
	buf := make([]byte, min(end.block, 256<<10))
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		sum := uint32(0)
		for at := 0; at < end.block; at += len(buf) {
			b := buf[:min(len(buf), end.block-at)]
			if _, err := f.ReadAt(b, int64(i*end.block+at)); err != nil {
				return err
			}
			sum = crc32.Update(sum, castagnoli, b)
		}
		if sum != end.sums[i] {
			return fmt.Errorf("%s: %w: wrong checksum of block %d", f.Name(), index.ErrCorrupt, i)
		}
	}
	return nil
}
