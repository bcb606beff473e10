package bleve

import (
	bleveindex "github.com/blevesearch/bleve_index_api"

	rag "ragserver"
)

const (
	idField   = "_id"
	textField = "t"
)

// lengthTerm is a term that every chunk has, as often as it has words, and once
// more. The length of every chunk in a segment is read from its postings, as
// bleve keeps no exact lengths. No text has such a term.
const lengthTerm = "\x00"

// A chunkDocument is a chunk as bleve indexes it: an ID that is stored, and
// terms that are not.
type chunkDocument struct {
	id   field
	text field
}

func newDocument(id rag.ChunkID, text string, analyzers chan analyzer) *chunkDocument {
	return &chunkDocument{
		id: field{
			name: idField, value: id[:],
			options: bleveindex.IndexField | bleveindex.StoreField,
			terms:   bleveindex.TokenFrequencies{string(id[:]): &bleveindex.TokenFreq{Term: id[:]}},
		},
		text: field{name: textField, options: bleveindex.IndexField, text: text, analyzers: analyzers},
	}
}

func (d *chunkDocument) ID() string { return string(d.id.value) }

func (d *chunkDocument) Size() int { return 256 + len(d.text.text) + 64*len(d.text.terms) }

func (d *chunkDocument) VisitFields(visit bleveindex.FieldVisitor) {
	visit(&d.id)
	visit(&d.text)
}

func (d *chunkDocument) VisitComposite(bleveindex.CompositeFieldVisitor) {}
func (d *chunkDocument) HasComposite() bool                              { return false }
func (d *chunkDocument) NumPlainTextBytes() uint64                       { return uint64(len(d.text.text)) }
func (d *chunkDocument) AddIDField()                                     {}
func (d *chunkDocument) StoredFieldsBytes() uint64                       { return uint64(len(d.id.value)) }
func (d *chunkDocument) Indexed() bool                                   { return true }

// A field is one of the two fields of a chunk.
type field struct {
	name      string
	value     []byte
	options   bleveindex.FieldIndexingOptions
	text      string
	analyzers chan analyzer
	terms     bleveindex.TokenFrequencies
}

func (f *field) Name() string                                          { return f.name }
func (f *field) Value() []byte                                         { return f.value }
func (f *field) ArrayPositions() []uint64                              { return nil }
func (f *field) EncodedFieldType() byte                                { return 't' }
func (f *field) Options() bleveindex.FieldIndexingOptions              { return f.options }
func (f *field) NumPlainTextBytes() uint64                             { return uint64(len(f.text)) }
func (f *field) AnalyzedTokenFrequencies() bleveindex.TokenFrequencies { return f.terms }

// AnalyzedLength is stored with every posting. Ours is in lengthTerm instead,
// so the shortest number will do.
func (f *field) AnalyzedLength() int { return 1 }

// Analyze is called by bleve's workers, one field at a time each.
func (f *field) Analyze() {
	if f.terms != nil {
		f.terms[string(f.value)].SetFrequency(1)
		return
	}
	a := <-f.analyzers
	defer func() { f.analyzers <- a }()
	f.terms = count(a, f.text)
	f.text = ""
}

// count returns the terms of text with their frequencies.
func count(a analyzer, text string) bleveindex.TokenFrequencies {
	terms := make(bleveindex.TokenFrequencies, 16+len(text)/12)
	backing := make([]bleveindex.TokenFreq, 0, 16+len(text)/12)
	length := 1
	a.terms(text, func(term string) {
		length++
		if t := terms[term]; t != nil {
			t.SetFrequency(t.Frequency() + 1)
			return
		}
		if len(backing) == cap(backing) {
			backing = make([]bleveindex.TokenFreq, 0, 64)
		}
		backing = append(backing, bleveindex.TokenFreq{})
		t := &backing[len(backing)-1]
		t.SetFrequency(1)
		terms[term] = t
	})
	t := new(bleveindex.TokenFreq)
	t.SetFrequency(length)
	terms[lengthTerm] = t
	return terms
}
