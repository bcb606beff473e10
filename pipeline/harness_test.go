package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/dataflow"
	"ragserver/embed"
	"ragserver/embed/hash"
	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/bm25"
	"ragserver/index/flat"
	"ragserver/index/hnsw"
	"ragserver/index/hybrid"
	"ragserver/ingest/ingesttest"
	"ragserver/parse"
	"ragserver/parse/formats"
	"ragserver/remote"
	"ragserver/retrieve"
	"ragserver/store"
	"ragserver/store/memstore"
)

const chunkSize = 40 // tokens

// A world is what survives a restart: the store, the folder of the text index,
// the source's collection, and what was counted.
type world struct {
	t      *testing.T
	store  store.Store
	dir    string
	source *memory
	model  *model
	former *model // that is searched while the model changes, if it is another one
	parses atomic.Int64

	saved   bool // the index saves itself
	bm25    bool // its text leg is bm25, not bleve
	hnsw    bool // its vector leg is hnsw, with a graph from the first vector on, not flat
	history int  // past states that it holds
}

func newWorld(t *testing.T) *world {
	return &world{t: t, store: memstore.New(), dir: t.TempDir(), source: newMemory(), model: &model{id: "a"}}
}

// A memory is the collection of a source, and what it holds by key.
type memory struct {
	docs map[string]string
	live *ingesttest.Memory
}

func newMemory() *memory {
	return &memory{docs: make(map[string]string), live: ingesttest.NewMemory("mem")}
}

func (m *memory) put(key, text string) {
	m.docs[key] = text
	m.live.Put(key, []byte(text))
}

func (m *memory) remove(key string) {
	delete(m.docs, key)
	m.live.Delete(key)
}

// open returns a new source of the collection for every run, since a source runs
// once.
func (m *memory) open() *ingesttest.Memory {
	m.live = m.live.Again()
	return m.live
}

// A model is the hash embedder under a name, that can be switched off.
type model struct {
	hash.Embedder
	id    string
	down  atomic.Bool
	after time.Duration // how long it asks to wait when it is down
	texts atomic.Int64
	dims  int           // if not 0, vectors count letters in so many classes
	gate  chan struct{} // if not nil, what a call of passages waits to receive from
}

func (m *model) Space() embed.Space {
	return embed.Space{ID: m.id, Dimensions: cmp.Or(m.dims, 256), Share: 0.5}
}

func (m *model) Embed(ctx context.Context, role embed.Role, texts []string) ([]rag.Vector, error) {
	if m.down.Load() {
		return nil, &remote.Error{Provider: "test", Status: 503, Message: "down", After: m.after, Temporary: true}
	}
	if role == embed.Passage && m.gate != nil {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	vectors, err := m.Embedder.Embed(ctx, role, texts)
	for i := range vectors {
		if m.dims > 0 {
			vectors[i] = letters(texts[i], m.dims)
		}
	}
	if role == embed.Passage && err == nil {
		m.texts.Add(int64(len(texts)))
	}
	return vectors, err
}

// letters counts the letters of text by classes, as a vector of length 1.
func letters(text string, classes int) rag.Vector {
	v := make(rag.Vector, classes)
	sum := 0.0
	for _, c := range []byte(text) {
		v[int(c*c)%classes]++
	}
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / math.Sqrt(sum))
	}
	return v
}

// A counting parser counts what it is asked.
type counting struct {
	parse.Parser
	n *atomic.Int64
}

func (c counting) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	c.n.Add(1)
	return c.Parser.Parse(ctx, in)
}

type vectorKV struct{ store.Store }

func (v vectorKV) Put(entries []embed.Entry) error {
	var b store.Batch
	for _, e := range entries {
		b.Put(e.Key, e.Value)
	}
	return v.Commit(&b, false)
}

// A running pipeline, from start to stop.
type running struct {
	*Pipeline
	w         *world
	index     *hybrid.Index
	retriever *retrieve.Retriever
	cancel    context.CancelFunc
	ended     chan error
}

func (w *world) start(change ...func(*Config)) *running {
	w.t.Helper()
	text, err := w.openText()
	check(w.t, err)
	vector, err := w.openVector()
	check(w.t, err)
	config := hybrid.Config{History: w.history, Texts: Texts(w.store)}
	if w.saved {
		config.Dir = filepath.Join(w.dir, "checkpoint")
	}
	x, err := hybrid.New(config, vector, text)
	check(w.t, err)
	splitter, err := chunk.New(chunk.Config{Size: chunkSize})
	check(w.t, err)
	cached := embed.Cache(vectorKV{w.store}, w.model)
	c := Config{
		Store: w.store, Index: x,
		Sources: []Source{{Name: "mem", Kind: "memory", Source: w.source.open()}},
		Parser:  counting{formats.Router(formats.Options{}), &w.parses}, ParserID: parse.Version,
		Splitter: splitter, Embedder: cached,
	}
	asked := retrieve.Config{Index: x, Embedder: cached, QueryTimeout: time.Second}
	if m, ok, err := ReadModel(w.store); err != nil || ok && w.former != nil && m.Space != w.model.id {
		check(w.t, err)
		beside, err := flat.New(flat.Config{})
		check(w.t, err)
		x.Beside(beside)
		c.Former = embed.Cache(vectorKV{w.store}, w.former)
		asked.Former = c.Former
	}
	for _, f := range change {
		f(&c)
	}
	p, err := New(c)
	check(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Pipeline: p, w: w, index: x, cancel: cancel, ended: make(chan error, 1)}
	asked.Chunks, asked.CompleteUntil = p, p.CompleteUntil
	r.retriever = retrieve.New(asked)
	go func() { r.ended <- p.Run(ctx) }()
	return r
}

func (w *world) openVector() (index.Leg, error) {
	if w.hnsw {
		return hnsw.New(hnsw.Config{ExactBelow: 1})
	}
	return flat.New(flat.Config{})
}

func (w *world) openText() (index.Leg, error) {
	if w.bm25 {
		return bm25.New(bm25.Config{})
	}
	return bleve.Open(bleve.Config{Dir: filepath.Join(w.dir, "text")})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stop ends the run and returns its error.
func (r *running) stop() error {
	r.cancel()
	err := <-r.ended
	return errors.Join(err, r.index.Close())
}

// await waits until done holds, looking again after every change.
func (r *running) await(what string, done func() bool) {
	r.w.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		changed, committed := r.Changed(), r.graph.Changed()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-committed:
		case err := <-r.ended:
			r.ended <- err
			r.w.t.Fatalf("ended while waiting until %s: %v", what, err)
		case <-deadline:
			r.w.t.Fatalf("waited 30 s until %s; status %+v", what, r.Pipeline.Status())
		}
	}
}

// settled waits until the documents are those of the source, with these texts.
func (r *running) settled() {
	r.w.t.Helper()
	r.await("the documents equal the source", r.equalsSource)
}

func (r *running) equalsSource() bool {
	known := 0
	same := true
	check(r.w.t, r.Documents("", func(d rag.Document) bool {
		_, key := d.Object.URI.Split()
		known++
		want, ok := r.w.source.docs[key]
		_, text, _, err := r.Document(d.Object.URI)
		if errors.Is(err, dataflow.ErrEnded) {
			same = false // it was killed since
			return false
		}
		check(r.w.t, err)
		same = same && ok && d.Status == rag.Indexed && text == want
		return same
	}))
	return same && known == len(r.w.source.docs) && r.graph.Status().Pending == 0 && r.visible()
}

// visible tells whether the index shows all that is in the store.
func (r *running) visible() bool {
	stored, err := lastEpoch(r.w.store)
	check(r.w.t, err)
	s := r.index.Snapshot()
	defer s.Close()
	return s.Epoch() >= stored
}

// chunkTexts returns what is embedded of a document in a world of the usual
// chunk size.
func chunkTexts(text string) []string {
	splitter, err := chunk.New(chunk.Config{Size: chunkSize})
	if err != nil {
		panic(err) // the Config is a constant
	}
	parsed, err := formats.Router(formats.Options{}).Parse(context.Background(), parse.Input{Name: "x.md", Data: []byte(text)})
	if err != nil {
		return nil
	}
	var list []string
	for _, c := range splitter.Split("mem:x", parsed) {
		list = append(list, c.SearchText())
	}
	return list
}

// search returns the hits as lines of place and text, best first.
func (r *running) search(query string, leg retrieve.Leg) []string {
	r.w.t.Helper()
	result, err := r.retriever.Retrieve(context.Background(), retrieve.Query{Text: query, K: 1000, Leg: leg})
	check(r.w.t, err)
	lines := make([]string, len(result.Hits))
	for i, h := range result.Hits {
		lines[i] = fmt.Sprintf("%s %d-%d %.9f %s", h.Chunk.URI, h.Chunk.Start, h.Chunk.End, h.Score, h.Chunk.Text)
	}
	return lines
}

func (r *running) finds(query, text string) bool {
	return slices.ContainsFunc(r.search(query, retrieve.Hybrid), func(line string) bool { return strings.Contains(line, text) })
}
