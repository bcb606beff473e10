package ingesttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"sync"
	"time"

	rag "ragserver"
	"ragserver/ingest"
)

// A Memory is a source whose collection is in memory: a stand-in for tests of
// whoever reads sources. It notices changes at once.
type Memory struct {
	name   string
	poller *ingest.Poller

	mu      sync.Mutex // guards what follows
	objects map[string]memoryObject
	fail    error
}

type memoryObject struct {
	object rag.Object
	data   []byte
}

// NewMemory returns an empty source.
func NewMemory(name string) *Memory {
	m := &Memory{name: name, objects: make(map[string]memoryObject)}
	m.poller = ingest.NewPoller(ingest.PollerConfig{Name: name, Lister: m, Interval: time.Hour, MinRetry: time.Millisecond, MaxRetry: 10 * time.Millisecond})
	m.poller.SetMode(true, time.Hour, "")
	return m
}

// Put adds an object, or replaces the one with this key. Its version is a hash
// of data.
func (m *Memory) Put(key string, data []byte) {
	sum := sha256.Sum256(data)
	m.PutObject(rag.Object{
		URI: rag.NewURI(m.name, key), Path: key, Version: hex.EncodeToString(sum[:8]),
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
