package bleve

import (
	bleveindex "github.com/blevesearch/bleve_index_api"

	rag "ragserver"
	"ragserver/index/bleve/postings"
)

// A document is a chunk on its way into a segment. It is its own only field,
// which bleve's workers analyze.
type document struct {
	id       rag.ChunkID
	text     string
	language string
	counters chan *counter
	words    []postings.Word
}

// Chunk implements postings.Source.
func (d *document) Chunk() (postings.ID, []postings.Word) { return postings.ID(d.id), d.words }

// Analyze is called by bleve's workers.
func (d *document) Analyze() {
	c := <-d.counters
	defer func() { d.counters <- c }()
	d.words = c.count(d.text, d.language)
	d.text = ""
}

// The rest is what bleve asks of a document, and of a field.

func (d *document) ID() string                                            { return string(d.id[:]) }
func (d *document) Size() int                                             { return 256 + 24*len(d.words) }
func (d *document) VisitFields(visit bleveindex.FieldVisitor)             { visit(d) }
func (d *document) VisitComposite(bleveindex.CompositeFieldVisitor)       {}
func (d *document) HasComposite() bool                                    { return false }
func (d *document) AddIDField()                                           {}
func (d *document) StoredFieldsBytes() uint64                             { return 0 }
func (d *document) Indexed() bool                                         { return true }
func (d *document) NumPlainTextBytes() uint64                             { return uint64(len(d.text)) }
func (d *document) Name() string                                          { return "text" }
func (d *document) Value() []byte                                         { return nil }
func (d *document) ArrayPositions() []uint64                              { return nil }
func (d *document) EncodedFieldType() byte                                { return 't' }
func (d *document) Options() bleveindex.FieldIndexingOptions              { return bleveindex.IndexField }
func (d *document) AnalyzedLength() int                                   { return 0 }
func (d *document) AnalyzedTokenFrequencies() bleveindex.TokenFrequencies { return nil }
