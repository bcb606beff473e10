package pipeline

import (
	"encoding/json"
	"fmt"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/store"
)

// parsedCodec keeps a text whole, with its parts.
func parsedCodec() dataflow.Codec[parsed] {
	type kept struct {
		parsed
		Lengths []int `json:"lengths"` // of the texts
	}
	return dataflow.Codec[parsed]{
		Encode: func(dst []byte, p parsed) ([]byte, error) {
			all, lengths := joinTexts(&p.Text)
			row, err := encodeWithText(kept{p, lengths}, all)
			return append(dst, row...), err
		},
		Decode: func(row []byte) (parsed, error) {
			var k kept
			all, err := decodeWithText(row, &k)
			if err == nil && !splitTexts(&k.Text, all, k.Lengths) {
				err = fmt.Errorf("lengths of the texts: %w", store.ErrCorrupt)
			}
			return k.parsed, err
		},
	}
}

// textCodec drops the text, which the stage before keeps: what the document's
// record needs is enough.
func textCodec() dataflow.Codec[text] {
	type kept struct {
		In     listed `json:"in"`
		Result parsed `json:"result"`
	}
	return dataflow.Codec[text]{
		Encode: func(dst []byte, t text) ([]byte, error) {
			t.Result.Text.Sections = nil // Text.Text has no place in JSON
			row, err := json.Marshal(kept{t.In, t.Result})
			return append(dst, row...), err
		},
		Decode: func(row []byte) (text, error) {
			var k kept
			if err := json.Unmarshal(row, &k); err != nil {
				return text{}, fmt.Errorf("parsed document: %w: %w", err, store.ErrCorrupt)
			}
			return text{In: k.In, Result: k.Result}, nil
		},
	}
}

// embeddedCodec keeps the chunks' IDs and the keys of their vectors: all that
// a retraction needs.
func embeddedCodec() dataflow.Codec[embedded] {
	return dataflow.Codec[embedded]{
		Encode: func(dst []byte, e embedded) ([]byte, error) {
			return append(dst, encodePassages(e.passages())...), nil
		},
		Decode: func(row []byte) (embedded, error) {
			list, err := decodePassages(row)
			if err != nil {
				return embedded{}, err
			}
			e := embedded{Chunks: make([]rag.Chunk, len(list)), Keys: make([]string, len(list))}
			for i, p := range list {
				e.Chunks[i].ID, e.Keys[i] = p.ID, p.Vector
			}
			return e, nil
		},
	}
}

func (e embedded) passages() []passage {
	list := make([]passage, len(e.Chunks))
	for i, c := range e.Chunks {
		list[i] = passage{ID: c.ID, Vector: e.Keys[i]}
	}
	return list
}
