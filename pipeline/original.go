package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/store"
)

// ErrInside says that a document has no bytes of its own, as its source has only
// the one that it is inside.
var ErrInside = errors.New("the document is inside another one")

// Original returns the bytes of a document as its source has them now, which may
// be newer than what d says. It fails with ErrInside for a part of another one.
func (p *Pipeline) Original(ctx context.Context, d rag.Document) ([]byte, error) {
	o := d.Object
	switch {
	case o.URI.Root() != o.URI:
		return nil, ErrInside
	case o.Problem != "":
		return nil, fmt.Errorf("%s: %s", o.Path, o.Problem)
	}
	r := &reader{open: p.open, maxSize: p.c.MaxSize}
	return r.read(ctx, o)
}

// Parts returns the first documents inside uri, at any depth, in order: limit at
// most.
func (p *Pipeline) Parts(uri rag.URI, limit int) ([]rag.Document, error) {
	snapshot := p.c.Store.Snapshot()
	defer snapshot.Close()
	var list []rag.Document
	for kv, err := range snapshot.Scan(documentKey(uri.Part(""))) {
		if err != nil {
			return nil, err
		}
		if len(list) == limit {
			break
		}
		var d rag.Document
		if err := json.Unmarshal(kv.Value, &d); err != nil {
			name := strings.TrimPrefix(string(kv.Key), documentPrefix)
			return nil, fmt.Errorf("record of document %s: %w: %w", name, err, store.ErrCorrupt)
		}
		list = append(list, d)
	}
	return list, nil
}
