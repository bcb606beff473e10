package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	rag "ragserver"
)

// A vectorSet is a file of vectors with another one of queries from the same
// distribution.
type vectorSet struct {
	base, query string // files, as described in protocol.go
	dim, n      int
}

// A shape says how the vectors of a set lie.
type shape string

const (
	// clustered: 2,000 centres of unequal weight and width, the variance of
	// dimension i falling with i^-0.6, a mean that is not 0.
	clustered shape = "clustered"
	// isotropic: normal in all dimensions; the hardest.
	isotropic shape = "isotropic"
	// repeated: clustered, and 30% in groups of 2 to 2,000 equal ones.
	repeated shape = "repeated"
)

// vectorSet returns a data set of n vectors, made unless it is there. The
// largest clustered ones have the names of the study's generator.
func (b *bench) vectorSet(s shape, n, dim int) (vectorSet, error) {
	set := vectorSet{dim: dim, n: n,
		base:  filepath.Join(b.data, fmt.Sprintf("%s_%d_%d.f32", s, n, dim)),
		query: filepath.Join(b.data, fmt.Sprintf("%s_%d_%d_query.f32", s, n, dim)),
	}
	if s == clustered && (n == 100_000 && dim == 256 || n == 20_000 && dim != 256) {
		set.base = filepath.Join(b.data, fmt.Sprintf("base_%d.f32", dim))
		set.query = filepath.Join(b.data, fmt.Sprintf("query_%d.f32", dim))
	}
	_, err := os.Stat(set.base)
	if !errors.Is(err, fs.ErrNotExist) {
		return set, err
	}
	g := newGenerator(s, n, dim)
	if err := writeVectors(set.query, b.queries, g.next); err != nil {
		return set, err
	}
	return set, writeVectors(set.base, n, g.next)
}

// A generator makes vectors of unit length, the same ones every time.
type generator struct {
	random  *rand.Rand
	spread  []float32   // by dimension
	centres [][]float32 // nil: isotropic
	widths  []float32   // of the centres
	weights []float64   // of the centres, summed up
	groups  bool
	again   int // how often last is still to be repeated
	last    rag.Vector
}

func newGenerator(s shape, n, dim int) *generator {
	g := &generator{random: rand.New(rand.NewPCG(7, uint64(dim))), spread: make([]float32, dim), groups: s == repeated}
	for i := range g.spread {
		g.spread[i] = 1
		if s != isotropic {
			g.spread[i] = float32(math.Pow(float64(i+1), -0.3))
		}
	}
	if s == isotropic {
		return g
	}
	mean := g.around(make([]float32, dim), 0.5)
	sum := 0.0
	for k := range min(2000, max(n/50, 2)) {
		g.centres = append(g.centres, g.around(mean, 1))
		g.widths = append(g.widths, 0.35+0.5*g.random.Float32())
		sum += math.Pow(float64(k+10), -0.8)
		g.weights = append(g.weights, sum)
	}
	return g
}

// around returns a point near a centre.
func (g *generator) around(centre []float32, width float32) []float32 {
	v := make([]float32, len(centre))
	for i := range v {
		v[i] = centre[i] + float32(g.random.NormFloat64())*g.spread[i]*width
	}
	return v
}

// next returns the next vector. It is not modified later.
func (g *generator) next() rag.Vector {
	if g.again > 0 {
		g.again--
		return g.last
	}
	if g.centres == nil {
		return unit(g.around(make([]float32, len(g.spread)), 1))
	}
	at := g.centre()
	v := unit(g.around(g.centres[at], g.widths[at]))
	// Groups have 290 members in the mean (2 * 1000^u, u uniform), so one in
	// 670 of the drawn vectors begins one: 290 / (290 + 670) = 30%.
	if g.groups && g.random.Float64() < 1.0/670 {
		g.last, g.again = v, int(2*math.Pow(1000, g.random.Float64()))-1
	}
	return v
}

// centre draws a centre by its weight.
func (g *generator) centre() int {
	x := g.random.Float64() * g.weights[len(g.weights)-1]
	lo, hi := 0, len(g.weights)-1
	for lo < hi {
		if mid := (lo + hi) / 2; g.weights[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// unit gives v the length 1.
func unit(v []float32) rag.Vector {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
	return v
}

// writeVectors writes n vectors to a file.
func writeVectors(file string, n int, next func() rag.Vector) (err error) {
	f, err := os.Create(file + ".part")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var row []byte
	for range n {
		row = row[:0]
		for _, x := range next() {
			row = binary.LittleEndian.AppendUint32(row, math.Float32bits(x))
		}
		w.Write(row) // Flush returns the error
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

// readVectors reads the first n vectors of a file, or all if n is 0.
func readVectors(file string, dim, n int) ([]rag.Vector, error) {
	s, err := openVectors(file, dim)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var all []rag.Vector
	for n == 0 || len(all) < n {
		want := 1 << 14
		if n > 0 {
			want = min(want, n-len(all))
		}
		part, err := s.read(want)
		if err != nil || len(part) == 0 {
			return all, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// A vectorReader reads a file of vectors in order.
type vectorReader struct {
	file *os.File
	in   *bufio.Reader
	dim  int
}

func openVectors(file string, dim int) (*vectorReader, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	return &vectorReader{f, bufio.NewReaderSize(f, 1<<20), dim}, nil
}

// read returns the next n vectors, fewer only at the end.
func (r *vectorReader) read(n int) ([]rag.Vector, error) {
	slab := make([]float32, 0, n*r.dim)
	row := make([]byte, 4*r.dim)
	var list []rag.Vector
	for range n {
		if _, err := io.ReadFull(r.in, row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.file.Name(), err)
		}
		from := len(slab)
		for i := range r.dim {
			slab = append(slab, math.Float32frombits(binary.LittleEndian.Uint32(row[4*i:])))
		}
		list = append(list, slab[from:len(slab):len(slab)])
	}
	return list, nil
}

func (r *vectorReader) close() { r.file.Close() }
