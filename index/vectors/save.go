package vectors

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"unsafe"

	"ragserver/index"
)

// Save writes what t sees into the folder dir. Groups of slabs in which no slot
// was filled since the state in last was saved are not written again but linked
// from there, or copied where that cannot be; "" is no folder. All is synced when
// it returns. It runs beside Write and all readers, one Save at a time; no slot
// that t sees may be filled again meanwhile.
//
// Other files may be in both folders, if their names do not begin with "vectors".
func (s *Store) Save(ctx context.Context, t *Table, dir, last string) error {
	h := s.headOf(t)
	since, err := s.since(last, h)
	if err != nil {
		return fmt.Errorf("saving vectors: %w", err)
	}
	var buf []byte
	for group, mask := range h.masks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if mask == 0 {
			continue
		}
		if since != nil && unchanged(t, h, since, group) {
			err = link(groupPath(last, group), groupPath(dir, group))
		} else {
			if buf == nil {
				buf = make([]byte, shapeOf(t.dim, s.half).blockSize())
			}
			err = saveGroup(t, h, group, groupPath(dir, group), buf)
		}
		if err != nil {
			return fmt.Errorf("saving vectors: %w", err)
		}
	}
	if err := writeSynced(filepath.Join(dir, headName), h.encode()); err != nil {
		return fmt.Errorf("saving vectors: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("saving vectors: %w", err)
	}
	if err := s.moveSaved(ctx, dir, h); err != nil {
		return fmt.Errorf("saving vectors: %w", err)
	}
	return nil
}

// headOf returns the head of what t sees.
func (s *Store) headOf(t *Table) *head {
	h := &head{lineage: s.lineage, version: t.version, dim: t.dim, metric: int(s.metric), format: s.format()}
	h.masks = make([]uint16, (len(t.slabs)+groupSlabs-1)/groupSlabs)
	h.seen = make([]uint64, slabWords*len(t.slabs))
	for n, sl := range t.slabs {
		if sl == nil {
			continue
		}
		h.masks[n/groupSlabs] |= 1 << (n % groupSlabs)
		seen := h.seenOf(n)
		for i := range int(sl.used.Load()) {
			if sl.alive(i, t.version) {
				seen[i/64] |= 1 << (i % 64)
			}
		}
	}
	return h
}

// since returns the head of the state in last, if that is one that this store has
// saved, or was loaded from; otherwise nil, as for a damaged one.
func (s *Store) since(last string, h *head) (*head, error) {
	if last == "" {
		return nil, nil
	}
	old, err := readHead(last)
	if errors.Is(err, index.ErrCorrupt) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ours := old.lineage == s.lineage || old.lineage == s.loaded.lineage && old.version == s.loaded.version
	if !ours || old.dim != h.dim || old.metric != h.metric || old.format != h.format {
		return nil, nil
	}
	return old, nil
}

// unchanged says whether all that h sees in a group is in the file of since.
func unchanged(t *Table, h, since *head, group int) bool {
	if group >= len(since.masks) || since.masks[group] != h.masks[group] {
		return false
	}
	for n := group * groupSlabs; n < min((group+1)*groupSlabs, len(t.slabs)); n++ {
		if sl := t.slabs[n]; sl != nil && sl.filled.Load() > since.version {
			return false
		}
	}
	return true
}

// link has the file from be at to, too.
func link(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return create(to, func(out *os.File) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// saveGroup writes the slabs of a group; buf has room for a block.
func saveGroup(t *Table, h *head, group int, path string, buf []byte) error {
	return create(path, func(f *os.File) error {
		end := tail{block: len(buf)}
		n := bits.Len16(h.masks[group])
		for i := range n {
			clear(buf)
			if sl := t.slabs[group*groupSlabs+i]; sl != nil {
				sl.pack(buf, h.seenOf(group*groupSlabs+i))
			}
			end.sums[i] = crc32.Checksum(buf, castagnoli)
			if err := writeFilled(f, buf, int64(i*len(buf))); err != nil {
				return err
			}
		}
		runtime.KeepAlive(t) // what was packed may lie in files of its slabs
		_, err := f.WriteAt(end.encode(), int64(n*len(buf)))
		return err
	})
}

// writeFilled writes b at a place in a new file, but leaves out what is zero
// anyway: a collection of one vector is to be small.
func writeFilled(f *os.File, b []byte, at int64) error {
	const step = 64 << 10
	for len(b) > 0 {
		n := min(step, len(b))
		if !zero(b[:n]) {
			if _, err := f.WriteAt(b[:n], at); err != nil {
				return err
			}
		}
		b, at = b[n:], at+int64(n)
	}
	return nil
}

// zero says whether b, some words long, is nothing but zeros.
func zero(b []byte) bool {
	for _, w := range wordsIn(b, 0, len(b)/8) {
		if w != 0 {
			return false
		}
	}
	return true
}

// pack copies the slots in seen into a block of zeros. It looks at no other slot:
// those may be written meanwhile.
func (s *slab) pack(block []byte, seen []uint64) {
	to := s.within(block)
	for w, left := range seen {
		for ; left != 0; left &= left - 1 {
			i := 64*w + bits.TrailingZeros64(left)
			copy(to.bytes(i), s.bytes(i))
			copy(to.code(i), s.code(i))
			to.rows[i] = s.rows[i]
			to.meta.set(i, s.meta.at(i))
			to.meta.square[i] = s.meta.square[i]
		}
	}
}

// bytes is the vector as it lies.
func (s *slab) bytes(i int) []byte { return unsafe.Slice((*byte)(s.row(i)), s.stride()) }

// create writes a new file and syncs it.
func create(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func writeSynced(path string, b []byte) error {
	return create(path, func(f *os.File) error {
		_, err := f.Write(b)
		return err
	})
}
