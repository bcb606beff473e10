package pipeline

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/store"
)

// The tables of the store that are written here. The engine has its own
// prefix, and the vectors are written by embed.Cache as they are computed.
//
//	d/<uri>       the document's record, JSON, without its chunks
//	i/<uri>       its chunks in order: for each 16 bytes ID, then the key of its vector
//	c/<chunk id>  what a chunk says: document, heading, context, header, text; never changes
//	p/<chunk id>  where it stands now: ordinal, span, page, kind, parent, box
//	x/<question>  what a model said of where a chunk stands, written by package situate
//	m/epoch       the last epoch that changed one of these tables
//	m/settled     there after an end in order with nothing under way
//	m/unused      about how many vectors have no chunk any more
//	m/name        of the store, made up when it was new
//	m/model       the embedding model whose vectors all documents have, JSON
//	t/<epoch>     what an epoch touched, see touched.go
const (
	enginePrefix   = "e/"
	documentPrefix = "d/"
	chunksPrefix   = "i/"
	textPrefix     = "c/"
	placePrefix    = "p/"
	epochKey       = "m/epoch"
	nameKey        = "m/name"
	modelKey       = "m/model"
)

func documentKey(uri rag.URI) []byte { return []byte(documentPrefix + string(uri)) }
func chunksKey(uri rag.URI) []byte   { return []byte(chunksPrefix + string(uri)) }

func textKey(id rag.ChunkID) []byte  { return append([]byte(textPrefix), id[:]...) }
func placeKey(id rag.ChunkID) []byte { return append([]byte(placePrefix), id[:]...) }

// A says is the row of c/: the part of a chunk that its ID is made of.
type says struct {
	URI     rag.URI  `json:"u"`
	Heading []string `json:"h,omitempty"`
	Header  string   `json:"t,omitempty"`
	Context string   `json:"c,omitempty"`
}

func encodeSays(c rag.Chunk) ([]byte, error) {
	return encodeWithText(says{c.URI, c.Heading, c.Header, c.Context}, c.Text)
}

// encodeWithText puts a JSON header before a text, which is kept as it is.
func encodeWithText(header any, text string) ([]byte, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	row := make([]byte, 0, binary.MaxVarintLen64+len(h)+len(text))
	row = binary.AppendUvarint(row, uint64(len(h)))
	row = append(row, h...)
	return append(row, text...), nil
}

func decodeWithText(row []byte, header any) (text string, err error) {
	n, used := binary.Uvarint(row)
	if used <= 0 || n > uint64(len(row)-used) {
		return "", fmt.Errorf("row of %d bytes has no header: %w", len(row), store.ErrCorrupt)
	}
	row = row[used:]
	if err := json.Unmarshal(row[:n], header); err != nil {
		return "", fmt.Errorf("header of a row: %w: %w", err, store.ErrCorrupt)
	}
	if !utf8.Valid(row[n:]) {
		return "", fmt.Errorf("text of a row is not UTF-8: %w", store.ErrCorrupt)
	}
	return string(row[n:]), nil
}

// vectorKeyLen is the length of a key of embed.Key.
const vectorKeyLen = 26

// A passage is what i/ says of a chunk.
type passage struct {
	ID     rag.ChunkID
	Vector string // its key in the table of vectors; "" if it has none yet
}

func encodePassages(list []passage) []byte {
	row := make([]byte, 0, len(list)*(16+1+vectorKeyLen))
	for _, p := range list {
		row = append(row, p.ID[:]...)
		row = append(row, byte(len(p.Vector)))
		row = append(row, p.Vector...)
	}
	return row
}

func decodePassages(row []byte) ([]passage, error) {
	var list []passage
	for len(row) > 0 {
		var p passage
		if len(row) < len(p.ID)+1 || len(row) < len(p.ID)+1+int(row[len(p.ID)]) {
			return nil, fmt.Errorf("list of chunks is cut short: %w", store.ErrCorrupt)
		}
		row = row[copy(p.ID[:], row):]
		n := int(row[0])
		p.Vector, row = string(row[1:1+n]), row[1+n:]
		list = append(list, p)
	}
	return list, nil
}

// readChunk returns the chunk with its text and place, or false if there is
// none any more.
func readChunk(r store.Reader, id rag.ChunkID) (rag.Chunk, bool, error) {
	c := rag.Chunk{ID: id}
	row, err := r.Get(textKey(id))
	if err != nil || row == nil {
		return c, false, err
	}
	var s says
	if c.Text, err = decodeWithText(row, &s); err != nil {
		return c, false, fmt.Errorf("chunk %s: %w", id, err)
	}
	c.URI, c.Heading, c.Header, c.Context = s.URI, s.Heading, s.Header, s.Context
	row, err = r.Get(placeKey(id))
	if err != nil || row == nil {
		return c, false, err
	}
	return c, true, decodePlace(row, &c)
}

func readDocument(r store.Reader, uri rag.URI) (rag.Document, bool, error) {
	var d rag.Document
	row, err := r.Get(documentKey(uri))
	if err != nil || row == nil {
		return d, false, err
	}
	if err := json.Unmarshal(row, &d); err != nil {
		return d, false, fmt.Errorf("record of document %s: %w: %w", uri, err, store.ErrCorrupt)
	}
	return d, true, nil
}

func readPassages(r store.Reader, uri rag.URI) ([]passage, error) {
	row, err := r.Get(chunksKey(uri))
	if err != nil {
		return nil, err
	}
	list, err := decodePassages(row)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", uri, err)
	}
	return list, nil
}

// A getter is the part of a store that one key needs; *dataflow.Tx is one too.
type getter interface {
	Get(key []byte) ([]byte, error)
}

// lastEpoch returns the last epoch that changed a table, 0 in an empty store.
func lastEpoch(r getter) (rag.Epoch, error) {
	row, err := r.Get([]byte(epochKey))
	if err != nil || row == nil {
		return 0, err
	}
	if len(row) != 8 {
		return 0, fmt.Errorf("%s: %w", epochKey, store.ErrCorrupt)
	}
	return rag.Epoch(binary.BigEndian.Uint64(row)), nil
}

// storeName returns the name of the store, and gives it one if it has none. What
// was derived from another store is told by it.
func storeName(s store.Store) (string, error) {
	row, err := s.Get([]byte(nameKey))
	if err != nil || row != nil {
		return string(row), err
	}
	name := rand.Text()
	var b store.Batch
	b.Put([]byte(nameKey), []byte(name))
	if err := s.Commit(&b, false); err != nil && !errors.Is(err, store.ErrFull) {
		return "", err
	}
	return name, nil
}
