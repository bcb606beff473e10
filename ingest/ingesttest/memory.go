package ingesttest

import (
	"bytes"
	"context"
	"io"
	"iter"
	"strconv"
	"sync"
	"time"

	rag "ragserver"
	"ragserver/ingest"
)

// A Memory is a source whose collection is in memory: a stand-in for tests of
// whoever reads sources. It notices changes at once.
type Memory struct {
	*collection
	name   string
	poller *ingest.Poller
}

// A collection outlives the sources that read it.
type collection struct {
	mu      sync.Mutex // guards what follows
	objects map[string]memoryObject
	puts    int
	fail    error
}

type memoryObject struct {
	object rag.Object
	data   []byte
}

// NewMemory returns an empty source.
func NewMemory(name string) *Memory {
	return newMemory(name, &collection{objects: make(map[string]memoryObject)})
}

// Again returns a new source of the same collection, as after a restart: a source
// runs once. It alone is told of what changes by its own methods.
func (m *Memory) Again() *Memory { return newMemory(m.name, m.collection) }

func newMemory(name string, c *collection) *Memory {
	m := &Memory{collection: c, name: name}
	m.poller = ingest.NewPoller(ingest.PollerConfig{Name: name, Lister: m, Interval: time.Hour, MinRetry: time.Millisecond, MaxRetry: 10 * time.Millisecond})
	m.poller.SetMode(true, time.Hour, "")
	return m
}

// Put adds an object, or replaces the one with this key. No two have the same
// version: were it made of data, then data that goes and comes back between two
// looks would be no change, although what was there meanwhile, or that nothing
// was, may have been read under that version.
func (m *Memory) Put(key string, data []byte) {
	m.mu.Lock()
	m.puts++
	version := strconv.Itoa(m.puts)
	m.mu.Unlock()
	m.PutObject(rag.Object{
		URI: rag.NewURI(m.name, key), Path: key, Version: version,
		Size: int64(len(data)), Modified: time.Now(),
	}, data)
}

// PutObject is Put for an object with all that a source may say of one.
func (m *Memory) PutObject(o rag.Object, data []byte) {
	_, key := o.URI.Split()
	m.mu.Lock()
	m.objects[key] = memoryObject{o, bytes.Clone(data)}
	m.mu.Unlock()
	m.poller.Hint(key)
}

// Delete removes an object.
func (m *Memory) Delete(key string) {
	m.mu.Lock()
	delete(m.objects, key)
	m.mu.Unlock()
	m.poller.Hint(key)
}

// Fail lets every listing fail with err, until Fail(nil).
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	m.fail = err
	m.mu.Unlock()
	m.poller.Hint("")
}

// Relist has the whole collection listed again.
func (m *Memory) Relist() { m.poller.Hint("") }

// List implements ingest.Lister.
func (m *Memory) List(_ context.Context, l *ingest.Look, scopes []string) error {
	m.mu.Lock()
	var found []rag.Object
	err := m.fail
	for key, o := range m.objects {
		if scopes == nil || within(key, scopes) {
			found = append(found, o.object)
		}
	}
	m.mu.Unlock()
	for _, o := range found {
		if err := l.Found(o); err != nil {
			return err
		}
	}
	return err
}

func within(key string, scopes []string) bool {
	for _, s := range scopes {
		if key == s || len(key) > len(s) && key[:len(s)] == s && key[len(s)] == '/' {
			return true
		}
	}
	return false
}

// Run implements ingest.Source.
func (m *Memory) Run(ctx context.Context, known iter.Seq[rag.Object], emit ingest.Emit) error {
	return m.poller.Run(ctx, known, emit)
}

// Open implements ingest.Source.
func (m *Memory) Open(_ context.Context, o rag.Object) (io.ReadCloser, error) {
	_, key := o.URI.Split()
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.objects[key]
	if !ok {
		return nil, ingest.ErrGone
	}
	return io.NopCloser(bytes.NewReader(found.data)), nil
}

// Status implements ingest.Source.
func (m *Memory) Status() ingest.Status { return m.poller.Status() }
