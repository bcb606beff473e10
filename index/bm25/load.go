package bm25

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/cespare/xxhash/v2"

	rag "ragserver"
	"ragserver/index"
)

// Load implements index.Saver. Files are mapped into memory where the system
// can; they are read once, to compare their checksums. An index that was saved
// under another Config is corrupt, too.
func (l *Leg) Load(ctx context.Context, dir string, epoch rag.Epoch) (err error) {
	defer guard(&err)()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoch != 0 || len(l.view.Load().parts) > 0 {
		return fmt.Errorf("bm25: loading %s: the leg is not empty", dir)
	}
	m, err := l.readManifest(dir)
	if err != nil {
		return corrupt(filepath.Join(dir, manifestName), err)
	}
	v := &view{leg: l}
	sums := make(census)
	for _, s := range m.Segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := filepath.Join(dir, s.File)
		p, err := s.open(name)
		if err != nil {
			return corrupt(name, err)
		}
		v.add(p, sums)
	}
	slices.SortStableFunc(v.parts, func(a, b partView) int { return cmp.Compare(b.n, a.n) })
	v.languages = sums.frequent()
	l.census, l.epoch = sums, epoch
	l.view.Store(v)
	l.tidy(v)
	return nil
}

// corrupt says that a file cannot be used; of a failure of the system it only
// says where.
func corrupt(file string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("bm25: %w", err)
	}
	return fmt.Errorf("bm25: reading %s: %w: %w", file, index.ErrCorrupt, err)
}

func (l *Leg) readManifest(dir string) (*manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, err
	}
	if len(data) < 8 || binary.LittleEndian.Uint64(data) != xxhash.Sum64(data[8:]) {
		return nil, errors.New("the checksum is wrong")
	}
	m := new(manifest)
	d := json.NewDecoder(bytes.NewReader(data[8:]))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, err
	}
	if m.Setup != l.config.setup() {
		return nil, fmt.Errorf("it was written as %q, not %q", m.Setup, l.config.setup())
	}
	return m, nil
}

// open reads a segment and what is deleted of it.
func (s saved) open(name string) (partView, error) {
	if filepath.Base(s.File) != s.File {
		return partView{}, fmt.Errorf("%q is not the name of a file", s.File)
	}
	image, mapped, err := mapFile(name)
	if err != nil {
		return partView{}, err
	}
	g, err := s.check(image)
	if err != nil {
		unmap(image, mapped)
		return partView{}, err
	}
	freeAfter(g, image, mapped)
	p := partView{part: g, n: g.n}
	var deleted []uint32
	for i, b := range s.Deleted {
		for ; b != 0; b &= b - 1 {
			deleted = append(deleted, uint32(i*8+bits.TrailingZeros8(b)))
		}
	}
	p.deletion = p.deletion.with(g, deleted)
	return p, nil
}

// check verifies that image is the segment.
func (s saved) check(image []byte) (*segment, error) {
	if err := verify(image); err != nil {
		return nil, err
	}
	g, err := openSegment(image)
	if err != nil {
		return nil, err
	}
	if want := fmt.Sprintf("%016x.segment", g.sum()); s.File != want {
		return nil, fmt.Errorf("it is %s", want)
	}
	last := 0
	if n := len(s.Deleted); n > 0 {
		last = n*8 - bits.LeadingZeros8(s.Deleted[n-1])
	}
	if g.n != s.Chunks || last > int(g.n) {
		return nil, fmt.Errorf("it has %d chunks, and %d are deleted up to %d", g.n, s.Chunks, last)
	}
	return g, nil
}

// add adds a part, and its chunks to the statistics.
func (v *view) add(p partView, sums census) {
	g := p.part.(*segment)
	count := make([]int, len(g.tags))
	for n := range g.n {
		v.end = max(v.end, g.row(n)+1)
		if !p.deletion.has(n) {
			v.chunks++
			v.length += uint64(g.length(n))
			count[g.section[languageSection][n]]++
		}
	}
	for i, n := range count {
		if n > 0 {
			sums[g.tags[i]] += n
		}
	}
	v.parts = append(v.parts, p)
}

// guard makes an error of a page of a mapped file that cannot be read any more:
// defer guard(&err)().
func guard(err *error) func() {
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		r := recover()
		if r == nil {
			return
		}
		fault, ok := r.(interface {
			error
			Addr() uintptr
		})
		if !ok {
			panic(r)
		}
		*err = fmt.Errorf("bm25: reading a mapped file: %w: %w", index.ErrCorrupt, fault)
	}
}
