package retrieve

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/index/hybrid"
)

// Chunks reads the passages behind an index's hits.
type Chunks interface {
	// Chunk returns the chunk as of the last commit, or false if it is gone.
	Chunk(id rag.ChunkID) (rag.Chunk, bool, error)
}

// Config connects a Retriever. All fields but the last four are required.
type Config struct {
	Index    *hybrid.Index
	Chunks   Chunks
	Embedder embed.Embedder
	// CompleteUntil says up to when every noticed change is visible.
	CompleteUntil func() time.Time
	// Former embeds queries for states of the index that are searched by
	// vectors of the former embedding model, while it changes. Without it
	// such states are searched by words.
	Former embed.Embedder
	// Documents reads what stands around a chunk; without it, chunks are all
	// that is read.
	Documents Documents
	// Share is the weight of the vectors in the sum of both scores, 0 to 1;
	// nil: what suits the embedder.
	Share *float64
	// QueryTimeout is how long a query waits for its vector before it goes
	// on with its words alone. Clients of Pathway give up after 3 s.
	QueryTimeout time.Duration // default 2 s
}

// A Retriever searches one index. Any goroutine may use it.
type Retriever struct {
	Config
	conditions conditionCache
	trouble    atomic.Pointer[string]
}

// New returns a Retriever.
func New(c Config) *Retriever {
	if c.QueryTimeout == 0 {
		c.QueryTimeout = 2 * time.Second
	}
	return &Retriever{Config: c}
}

// Trouble says why the last query could not be embedded, "" if it could.
func (r *Retriever) Trouble() string {
	if p := r.trouble.Load(); p != nil {
		return *p
	}
	return ""
}

// Retrieve returns the best chunks for q. Errors of the caller are *BadQuery. A
// query whose vector cannot be had is answered by its words, and the result
// says so; only if nothing but vectors was asked for is that an error.
func (r *Retriever) Retrieve(ctx context.Context, q Query) (Result, error) {
	hq, err := r.compile(q)
	if err != nil {
		return Result{}, err
	}
	result := Result{}
	snapshot, texts, err := r.open(ctx, q, &hq, &result)
	if err != nil {
		return Result{}, err
	}
	defer snapshot.Close()
	if q.Explain {
		hq.Explanation = new(hybrid.Explanation)
		result.Explanation = hq.Explanation
	}
	if q.K > 0 {
		result.Hits, err = r.search(ctx, snapshot, texts, hq)
	}
	if err == nil && q.Parents && r.Documents != nil {
		result.Hits, err = r.withParents(result.Hits)
	}
	return result, err
}

// open embeds the query and returns the state to search with it: both are of one
// embedding model, even if it changes meanwhile.
func (r *Retriever) open(ctx context.Context, q Query, hq *hybrid.Query, result *Result) (*hybrid.Snapshot, Chunks, error) {
	for {
		former := r.Index.Former()
		if err := r.embedQuery(ctx, q, former, hq, result); err != nil {
			return nil, nil, err
		}
		complete := r.CompleteUntil() // before the snapshot: what was visible then is in it
		snapshot, texts, err := r.state(q.Epoch)
		if err != nil {
			return nil, nil, err
		}
		if snapshot.Former() != former {
			snapshot.Close()
			continue // it has changed, which it does once
		}
		result.Epoch = snapshot.Epoch()
		if q.Epoch == 0 {
			result.CompleteUntil = complete // of the newest state
		}
		return snapshot, texts, nil
	}
}

// embedQuery gives hq its vector and its share, or says in result why not.
func (r *Retriever) embedQuery(ctx context.Context, q Query, former bool, hq *hybrid.Query, result *Result) error {
	e := r.Embedder
	if former {
		e = r.Former
	}
	hq.Vector, result.Degraded = nil, ""
	if q.Leg == Text || q.K == 0 || e == nil {
		return nil
	}
	if hq.Share = e.Space().Share; r.Share != nil {
		hq.Share = *r.Share
	}
	vector, err := r.embed(ctx, e, q.Text)
	if err != nil && (q.Leg == Vector || ctx.Err() != nil) {
		return fmt.Errorf("embedding the query: %w", err)
	}
	if err != nil {
		result.Degraded = fmt.Sprintf("searched by words only: %v", err)
	}
	hq.Vector = vector
	return nil
}

// state returns the newest state, or that of an epoch with its own texts.
func (r *Retriever) state(epoch rag.Epoch) (*hybrid.Snapshot, Chunks, error) {
	if epoch == 0 {
		return r.Index.Snapshot(), r.Chunks, nil
	}
	s, err := r.Index.At(epoch)
	if err != nil {
		return nil, nil, err
	}
	if texts := s.Texts(); texts != nil {
		return s, texts, nil
	}
	return s, r.Chunks, nil
}

func (r *Retriever) compile(q Query) (hybrid.Query, error) {
	hq := hybrid.Query{Text: q.Text, K: q.K}
	if q.K < 0 || q.K > MaxK {
		return hq, &BadQuery{Field: "k", Message: fmt.Sprintf("%d is not between 0 and %d", q.K, MaxK)}
	}
	switch q.Leg {
	case "", Hybrid:
		hq.Mode = hybrid.Both
	case Vector:
		hq.Mode = hybrid.VectorOnly
	case Text:
		hq.Mode = hybrid.TextOnly
	default:
		return hq, &BadQuery{Field: "leg", Message: fmt.Sprintf("%q is not one of %q", q.Leg, []Leg{Hybrid, Vector, Text})}
	}
	var err error
	hq.Filter, err = r.filter(q.Filter, q.Glob)
	return hq, err
}

func (r *Retriever) embed(ctx context.Context, e embed.Embedder, text string) (rag.Vector, error) {
	ctx, cancel := context.WithTimeout(ctx, r.QueryTimeout)
	defer cancel()
	vectors, err := e.Embed(ctx, embed.Query, []string{text})
	if err != nil {
		why := err.Error()
		r.trouble.Store(&why)
		return nil, err
	}
	r.trouble.Store(nil)
	return vectors[0], nil
}

// search asks for more when chunks were deleted since the snapshot was taken,
// so that k hits come back when k exist.
func (r *Retriever) search(ctx context.Context, s *hybrid.Snapshot, texts Chunks, q hybrid.Query) ([]Hit, error) {
	for want := q.K; ; want *= 2 {
		wider := q
		wider.K = want
		found, err := s.Search(ctx, wider)
		if err != nil {
			return nil, err
		}
		hits, err := read(s, texts, found)
		if err != nil {
			return nil, err
		}
		if len(hits) >= q.K || len(hits) == len(found) || len(found) < want {
			return hits[:min(len(hits), q.K)], nil
		}
	}
}

func read(s *hybrid.Snapshot, texts Chunks, found []hybrid.Hit) ([]Hit, error) {
	hits := make([]Hit, 0, len(found))
	for _, f := range found {
		chunk, ok, err := texts.Chunk(f.ID)
		if err != nil {
			return nil, fmt.Errorf("reading chunk %s: %w", f.ID, err)
		}
		metadata, known := s.Metadata(f.URI)
		if !ok || !known {
			continue // deleted since the snapshot was taken
		}
		hits = append(hits, Hit{
			Chunk: chunk, Metadata: metadata,
			Score: f.Score, Dist: 1 - f.Score,
			Cosine: f.Cosine, CosineRank: f.CosineRank,
			BM25: f.BM25, BM25Rank: f.BM25Rank,
		})
	}
	return hits, nil
}

// A conditionCache keeps the compiled forms of the last filters, which clients
// send again with every query.
type conditionCache struct {
	mu   sync.Mutex // guards both generations
	now  map[[2]string]*Condition
	last map[[2]string]*Condition
}

const conditionsKept = 256

func (c *conditionCache) get(filter, glob string) (*Condition, error) {
	key := [2]string{filter, glob}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.now[key]; ok {
		return found, nil
	}
	found, ok := c.last[key]
	if !ok {
		var err error
		if found, err = NewCondition(filter, glob); err != nil {
			return nil, err
		}
	}
	if c.now == nil || len(c.now) >= conditionsKept {
		c.last, c.now = c.now, make(map[[2]string]*Condition)
	}
	c.now[key] = found
	return found, nil
}
