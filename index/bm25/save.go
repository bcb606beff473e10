package bm25

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/cespare/xxhash/v2"

	"ragserver/index"
)

// manifestName is the file that says which segments make a state. It is written
// last.
const manifestName = "manifest"

// A manifest is a saved state. In its file a checksum stands before it.
type manifest struct {
	Setup    string // see Config.setup
	Segments []saved
}

// A saved is a segment in a manifest. Its file is named by its checksum, so that
// files of one name are the same.
type saved struct {
	File    string
	Chunks  uint32
	Deleted []byte // bits by chunk; empty if none is
}

// Save implements index.Saver. A segment is a file, and heads together are
// another one. Segments that last has are linked; their cost does not grow with
// their size.
func (l *Leg) Save(ctx context.Context, s index.Snapshot, dir, last string) (err error) {
	snap, ok := s.(snapshot)
	if !ok || snap.view.leg != l {
		return fmt.Errorf("bm25: saving to %s: the snapshot is not of this leg", dir)
	}
	defer runtime.KeepAlive(snap.view)
	defer guard(&err)()
	m := manifest{Setup: l.config.setup()}
	var heads []*source
	for i := range snap.view.parts {
		p := &snap.view.parts[i]
		g, ok := p.part.(*segment)
		if !ok {
			heads = append(heads, &source{part: p.part, n: p.n, deletion: p.deletion})
			continue
		}
		if err := l.saveSegment(ctx, &m, g, p.deletion, dir, last); err != nil {
			return err
		}
	}
	if len(heads) > 0 {
		g, err := merge(ctx, l.scorer, heads)
		if err != nil {
			return fmt.Errorf("bm25: saving to %s: %w", dir, err)
		}
		if err := l.saveSegment(ctx, &m, g, nil, dir, last); err != nil {
			return err
		}
	}
	if err := m.write(dir); err != nil {
		return fmt.Errorf("bm25: saving the manifest: %w", err)
	}
	if err := syncFolder(dir); err != nil {
		return fmt.Errorf("bm25: saving to %s: %w", dir, err)
	}
	return nil
}

// saveSegment writes or links the file of a segment, and notes it.
func (l *Leg) saveSegment(ctx context.Context, m *manifest, g *segment, d *deletion, dir, last string) error {
	s := saved{File: fmt.Sprintf("%016x.segment", g.sum()), Chunks: g.n}
	if d != nil {
		s.Deleted = make([]byte, (g.n+7)/8)
		d.after(nil, func(chunk uint32) { s.Deleted[chunk/8] |= 1 << (chunk % 8) })
	}
	m.Segments = append(m.Segments, s)
	to := filepath.Join(dir, s.File)
	if last != "" && link(filepath.Join(last, s.File), to, len(g.image)) {
		return nil
	}
	if err := writeFile(ctx, to, g.image); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("bm25: saving a segment: %w", err)
	}
	return nil
}

// link links a file if it has the right size, and says whether it did.
func link(from, to string, size int) bool {
	info, err := os.Stat(from)
	return err == nil && info.Size() == int64(size) && os.Link(from, to) == nil
}

// writeFile writes a new file and syncs it.
func writeFile(ctx context.Context, name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	const piece = 4 << 20
	for len(data) > 0 && err == nil {
		n := min(piece, len(data))
		if err = ctx.Err(); err == nil {
			_, err = f.Write(data[:n])
		}
		data = data[n:]
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (m *manifest) write(dir string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	data := binary.LittleEndian.AppendUint64(nil, xxhash.Sum64(text))
	return writeFile(context.Background(), filepath.Join(dir, manifestName), append(data, text...))
}
