package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/store"
)

// A Model is the embedding model whose vectors all documents have, as the store
// remembers it.
type Model struct {
	Space string `json:"space"` // its ID
	// Config is what builds the model again, for whoever configures it. No
	// secret should be in it.
	Config string `json:"config"`
}

// ReadModel returns the model that s remembers, or false if there is none: the
// store is new, or was written by a program that did not remember it.
func ReadModel(s store.Store) (Model, bool, error) {
	row, err := s.Get([]byte(modelKey))
	if err != nil || row == nil {
		return Model{}, false, err
	}
	var m Model
	if err := json.Unmarshal(row, &m); err != nil {
		return m, false, fmt.Errorf("%s: %w: %w", modelKey, err, store.ErrCorrupt)
	}
	return m, true, nil
}

// A modelChange is the time from one embedding model to another: the engine
// embeds every document again, and the index is searched by the vectors of the
// former model, if there is one that still works, until all have new ones.
type modelChange struct {
	from   string         // the space before
	former embed.Embedder // nil: it cannot be used any more
	over   atomic.Bool
}

// formerVectorsIn is how long a document waits for its vectors of the former
// model; without them it is found by its words meanwhile.
const formerVectorsIn = 5 * time.Second

// readChange says how the model changes, nil if it does not.
func readChange(c Config) (*modelChange, error) {
	m, ok, err := ReadModel(c.Store)
	if err != nil || !ok || m.Space == c.Embedder.Space().ID {
		return nil, err
	}
	return &modelChange{from: m.Space, former: c.Former}, nil
}

// inUse returns the former model as long as it is searched, else nil.
func (c *modelChange) inUse() embed.Embedder {
	if c == nil || c.over.Load() {
		return nil
	}
	return c.former
}

// vectors returns the vectors of texts in the space that is searched meanwhile,
// nil if they cannot be had. Those of texts that are not new are stored.
func (c *modelChange) vectors(ctx context.Context, texts []string) []rag.Vector {
	former := c.inUse()
	if former == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, formerVectorsIn)
	defer cancel()
	vectors, err := former.Embed(ctx, embed.Passage, texts)
	if err != nil {
		return nil
	}
	return vectors
}

// followModel waits until every document that was there at the start has been
// embedded by the configured model, and then has the index use its vectors and
// the store remember it.
func (p *Pipeline) followModel(ctx context.Context) error {
	defer p.changed.notify()
	if p.change == nil {
		return p.remember()
	}
	p.c.Logger.Info("the embedding model changes", "from", p.change.from, "to", p.c.Embedder.Space().ID,
		"searched_meanwhile_by_the_former", p.change.former != nil)
	if err := p.allEmbedded(ctx); err != nil || ctx.Err() != nil {
		return ignoreEnd(ctx, err)
	}
	p.change.over.Store(true)
	if err := p.c.Index.Swap(ctx, p.identity); err != nil {
		return ignoreEnd(ctx, err)
	}
	p.changed.notify()
	p.c.Logger.Info("the embedding model has changed", "from", p.change.from, "to", p.c.Embedder.Space().ID)
	if err := p.remember(); err != nil {
		return err
	}
	return p.dropSpace(p.change.from)
}

// remember has the store remember the configured model. A full disk is no
// reason to end: the next start does it.
func (p *Pipeline) remember() error {
	now := Model{Space: p.c.Embedder.Space().ID, Config: p.c.Model}
	if was, ok, err := ReadModel(p.c.Store); err != nil || ok && was == now {
		return err
	}
	row, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("embedding model %s: %w", now.Space, err)
	}
	var b store.Batch
	b.Put([]byte(modelKey), row)
	if err := p.c.Store.Commit(&b, true); !errors.Is(err, store.ErrFull) {
		return err
	}
	return nil
}

// dropSpace removes the vectors of a space that nothing uses any more.
func (p *Pipeline) dropSpace(space string) error {
	var keys []string
	for kv, err := range p.c.Store.Scan(embed.KeyPrefix(space)) {
		if err != nil {
			return fmt.Errorf("reading the vectors of %s: %w", space, err)
		}
		keys = append(keys, string(kv.Key))
	}
	if err := p.deleteRows(keys); err != nil && !errors.Is(err, store.ErrFull) {
		return fmt.Errorf("removing the vectors of %s: %w", space, err)
	}
	return nil
}

// lookAgain is the pause between two looks at many waiting documents.
const lookAgain = time.Second

// allEmbedded returns when none of the documents that wait for the embedder now
// waits any more, and the index has what came of them. What comes later does
// not delay it.
func (p *Pipeline) allEmbedded(ctx context.Context) error {
	if _, err := p.objects.Offset(""); err != nil { // the engine knows now what waits
		return err
	}
	waiting := p.waitingBut(nil)
	for {
		changed, committed, pause := p.changed.wait(), p.graph.Changed(), time.Duration(0)
		if waiting = p.waitingBut(waiting); len(waiting) == 0 {
			last, err := lastEpoch(p.c.Store)
			if err != nil || p.visible.Load() >= uint64(last) {
				return err
			}
		} else if len(waiting) > 1000 {
			pause = lookAgain
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-committed:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// waitingBut returns the documents that wait for the embedder: of these only, or
// all if these is nil.
func (p *Pipeline) waitingBut(these map[string]bool) map[string]bool {
	waiting := make(map[string]bool)
	p.graph.Pending(vectorStage, func(key string, _ int, _ error) {
		if these == nil || these[key] {
			waiting[key] = true
		}
	})
	return waiting
}

// changing says how far the change of the model has come, "" if there is none.
func (p *Pipeline) changing() string {
	if p.change == nil || p.change.over.Load() {
		return ""
	}
	done, all := p.c.Index.Vectors()
	s := fmt.Sprintf("embedding model changes from %s to %s: %d of %d chunks", p.change.from, p.c.Embedder.Space().ID, done, all)
	if p.change.former == nil {
		s += "; the others are found by their words only"
	}
	return s
}
