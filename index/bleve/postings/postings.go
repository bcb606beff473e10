// Package postings is the format in which the text leg keeps words: a kind of
// segment for bleve's scorch, which decides when segments are written, merged
// and removed.
//
// scorch's usual segments hold fields, positions and stored values, and take most
// of an index's time to build from maps of maps. These hold what BM25 needs, in
// an order in which a query can skip: which chunks have a word, how often, and
// how much that can be worth at most.
//
// A segment is one run of bytes, in memory or in a file:
//
//	lists     for each word its chunks, see List
//	ids       16 bytes for each chunk, by number
//	order     the numbers of the chunks, 4 bytes each, sorted by ID
//	lengths   words in each chunk, 4 bytes each
//	words     an entry of 32 bytes for each word, sorted
//	names     the words themselves
//	footer    how many of each, where they begin, a checksum
//
// Numbers are little-endian, but for the checksum.
package postings

import (
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// The parameters of BM25: how soon more of a word says no more, and how much a
// long text is held against it. The bounds in a segment are made with them.
const (
	K1 = 1.2
	B  = 0.75
)

// An ID is the name of a chunk.
type ID [16]byte

// A Word is a word of a chunk, and how often it is there.
type Word struct {
	Text  string
	Count uint32
}

// A Source is a document that segments can be made of. It is asked after scorch
// has analyzed it.
type Source interface {
	bleveindex.Document

	// Chunk returns the name and the words of the chunk: each word once, in
	// any order. They are not kept.
	Chunk() (ID, []Word)
}

// The name and version of this kind of segment, under which Register makes it
// known to scorch.
const (
	Type    = "ragserver"
	Version = 1
)

// Register makes the format known to scorch, in a table that the whole process
// shares.
var Register = sync.OnceFunc(func() { scorch.RegisterSegmentPlugin(plugin{}, false) })

// A plugin is what scorch makes and opens segments with.
type plugin struct{}

func (plugin) Type() string    { return Type }
func (plugin) Version() uint32 { return Version }

func (plugin) New(docs []bleveindex.Document) (segment.Segment, uint64, error) {
	s, err := build(docs)
	if err != nil {
		return nil, 0, err
	}
	return s, uint64(len(s.data)), nil
}

func (p plugin) NewUsing(docs []bleveindex.Document, _ map[string]any) (segment.Segment, uint64, error) {
	return p.New(docs)
}

func (plugin) Open(path string) (segment.Segment, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (p plugin) OpenUsing(path string, _ map[string]any) (segment.Segment, error) {
	return p.Open(path)
}

func (plugin) Merge(segments []segment.Segment, drops []*roaring.Bitmap, path string, closed chan struct{}, _ segment.StatsReporter) ([][]uint64, uint64, error) {
	return mergeFile(segments, drops, path, closed)
}

func (p plugin) MergeUsing(segments []segment.Segment, drops []*roaring.Bitmap, path string, closed chan struct{}, r segment.StatsReporter, _ map[string]any) ([][]uint64, uint64, error) {
	return p.Merge(segments, drops, path, closed, r)
}
