package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/dataflow"
	"ragserver/embed"
	"ragserver/index/analyze"
	"ragserver/ingest"
	"ragserver/parse"
	"ragserver/remote"
)

// A listed is an object as it enters the graph.
type listed struct {
	Object rag.Object `json:"object"`
	Seen   time.Time  `json:"seen"`
}

// A parsed is what became of an object's bytes. It depends on nothing else but
// the name's extension and the media type, so that a moved file has the same.
type parsed struct {
	Digest  string   `json:"digest,omitempty"` // SHA-256 of the bytes
	Text    rag.Text `json:"text"`
	Failure string   `json:"failure,omitempty"`

	Took time.Duration `json:"took,omitempty"` // to parse
}

// parsedVersion changes whenever this package makes something else of what a
// parser returns. All documents are parsed again then; nothing is embedded again.
const parsedVersion = "2"

// A text is an object with its text, between the two stages.
type text = dataflow.Done[listed, parsed]

// An embedded is a document cut into chunks, with their vectors.
type embedded struct {
	Chunks  []rag.Chunk  // after a restart only their IDs are known
	Keys    []string     // of the chunks' vectors in the table of vectors; "" without
	Vectors []rag.Vector // in memory only
	Former  []rag.Vector // of the former model while it changes, or nil; in memory only
	Chars   int
	Partial string // why the vectors are not there yet; "" if they are
}

// A result is a document at the end of the graph.
type result = dataflow.Done[text, embedded]

// A reader opens and parses objects.
type reader struct {
	open    func(context.Context, rag.Object) (io.ReadCloser, error)
	parser  parse.Parser
	maxSize int64
	// textOf returns what has become of a document before.
	textOf func(key string) (parsed, bool, error)
}

// prepare reads the object and returns how to parse it, unless the same bytes
// have been parsed before.
func (r *reader) prepare(ctx context.Context, in listed) (string, func(context.Context) (parsed, error), error) {
	o := in.Object
	if o.Problem != "" {
		return "", failed(parsed{Failure: o.Problem}), nil
	}
	data, err := r.read(ctx, o)
	if err != nil {
		return "", nil, err
	}
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	document := parse.Input{Name: o.Path, MediaType: o.MediaType, Data: data}
	compute := func(ctx context.Context) (parsed, error) {
		began := time.Now()
		t, err := r.parser.Parse(ctx, document)
		took := time.Since(began)
		if err != nil {
			if ctx.Err() != nil {
				return parsed{}, ctx.Err()
			}
			if e, ok := errors.AsType[*remote.Error](err); ok && e.Temporary {
				return parsed{}, err // a service that parses is not there
			}
			return parsed{Digest: digest, Failure: err.Error(), Took: took}, nil // the same bytes will fail again
		}
		if len(data) > 0 && len(t.Parts) == 0 && strings.TrimSpace(t.Text) == "" {
			return parsed{Digest: digest, Failure: parse.ErrNoText.Error(), Took: took}, nil
		}
		nameLanguage(&t)
		return parsed{Digest: digest, Text: t, Took: took}, nil
	}
	key := []string{digest, strings.ToLower(path.Ext(o.Path)), o.MediaType}
	if v, ok := r.parser.(parse.Variant); ok {
		key = append(key, v.Variant(document))
	}
	return strings.Join(key, "|"), compute, nil
}

// nameLanguage finds out the language of a text, and of its parts, where the
// parser did not.
func nameLanguage(t *rag.Text) {
	if t.Language == "" {
		t.Language = analyze.Detect(t.Text)
	}
	for i := range t.Parts {
		nameLanguage(&t.Parts[i].Text)
	}
}

func failed(p parsed) func(context.Context) (parsed, error) {
	return func(context.Context) (parsed, error) { return p, nil }
}

func (r *reader) read(ctx context.Context, o rag.Object) ([]byte, error) {
	if o.Size > r.maxSize {
		return nil, r.tooLarge(o.Size)
	}
	f, err := r.open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, 0, max(o.Size, 0)+512)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := f.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > r.maxSize {
			return nil, r.tooLarge(int64(len(buf)))
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", o.Path, err)
		}
	}
}

func (r *reader) tooLarge(size int64) error {
	return fmt.Errorf("%w: has %d bytes or more, the limit is %d", parse.ErrLimit, size, r.maxSize)
}

// readFailure turns an error into the result of a document that cannot be read.
func readFailure(_ listed, err error) parsed {
	if errors.Is(err, context.DeadlineExceeded) {
		return parsed{Failure: "reading and parsing took too long"}
	}
	return parsed{Failure: err.Error()}
}

// unread is what a document is while a service that parses is not there: failed,
// unless it has been read before, which is then still what is searched.
func (r *reader) unread(in listed, err error) (parsed, bool) {
	if _, ok := errors.AsType[*remote.Error](err); !ok || r.textOf == nil {
		return parsed{}, false
	}
	before, ok, readErr := r.textOf(string(in.Object.URI))
	if readErr != nil || ok && before.Failure == "" {
		return parsed{}, false
	}
	return parsed{Failure: fmt.Sprintf("%v; it will be tried again", err)}, true
}

// readAgain tells whether reading may succeed later without a change of the
// object: a network that fails, not a file that may not be read. What is gone may
// come back as it was, as with a folder that is unmounted for a moment, and its
// source then sees no change; if it stays away, the source takes it out.
func readAgain(err error) bool { return remote.Temporary(err) || errors.Is(err, ingest.ErrGone) }

// An embedStage cuts documents into chunks and embeds them.
type embedStage struct {
	splitter *chunk.Splitter
	context  Situator // nil: none
	embedder embed.Embedder
	// textOf returns what the stage before has made of a document, if it has
	// this digest still.
	textOf func(key, digest string) (parsed, bool, error)

	change *modelChange // nil: none
	// passagesOf returns the chunks that a document has in the store.
	passagesOf func(uri rag.URI) ([]passage, error)
}

// prepare has no digest: unchanged chunks are found by the embedder's cache,
// one by one.
func (s *embedStage) prepare(_ context.Context, in text) (string, func(context.Context) (embedded, error), error) {
	in, err := s.whole(in)
	if err != nil {
		return "", nil, err
	}
	return "", func(ctx context.Context) (embedded, error) { return s.embed(ctx, in) }, nil
}

// whole gives in its text back, which the engine does not keep twice.
func (s *embedStage) whole(in text) (text, error) {
	if in.Result.Text.Text != "" || in.Result.Failure != "" {
		return in, nil
	}
	p, ok, err := s.textOf(string(in.In.Object.URI), in.Result.Digest)
	if err != nil {
		return in, fmt.Errorf("reading the text of %s: %w", in.In.Object.URI, err)
	}
	if ok && p.Digest != in.Result.Digest {
		return in, errSuperseded
	}
	if ok {
		in.Result = p
	}
	return in, nil
}

// errSuperseded says that a newer version of the document has been parsed, which
// is about to replace this one here too.
var errSuperseded = errors.New("a newer version has been parsed")

func (s *embedStage) split(in text) embedded {
	if in.Result.Failure != "" {
		return embedded{}
	}
	chunks := s.splitter.Split(in.In.Object.URI, in.Result.Text)
	return embedded{
		Chunks: chunks, Keys: make([]string, len(chunks)), Vectors: make([]rag.Vector, len(chunks)),
		Chars: countChars(in.Result.Text.Text),
	}
}

func (s *embedStage) embed(ctx context.Context, in text) (embedded, error) {
	e := s.split(in)
	if len(e.Chunks) == 0 {
		return e, nil
	}
	if s.context != nil {
		if err := s.context.Situate(ctx, in.Result.Text, e.Chunks); err != nil {
			return embedded{}, fmt.Errorf("context of %s: %w", in.In.Object.URI, err)
		}
	}
	texts := make([]string, len(e.Chunks))
	for i, c := range e.Chunks {
		texts[i] = c.SearchText()
	}
	vectors, err := s.embedder.Embed(ctx, embed.Passage, texts)
	if err != nil {
		return embedded{}, fmt.Errorf("embedding %s: %w", in.In.Object.URI, err)
	}
	space := s.embedder.Space().ID
	for i, v := range vectors {
		e.Vectors[i] = v
		if v != nil {
			e.Keys[i] = string(embed.Key(space, texts[i]))
		}
	}
	e.Former = s.change.vectors(ctx, texts)
	return e, nil
}

// provisional makes a document searchable by its words while the embedder does
// not answer. While the model changes, a document that has not stays as it is.
func (s *embedStage) provisional(in text, err error) (embedded, bool) {
	e, ok := s.byWords(in, err)
	if ok && s.change != nil && s.isStored(in.In.Object.URI, e.Chunks) {
		return embedded{}, false
	}
	return e, ok
}

// isStored tells whether these are the chunks that the document has already.
func (s *embedStage) isStored(uri rag.URI, chunks []rag.Chunk) bool {
	list, err := s.passagesOf(uri)
	return err == nil && len(list) > 0 && slices.EqualFunc(list, chunks, func(p passage, c rag.Chunk) bool { return p.ID == c.ID })
}

func (s *embedStage) byWords(in text, err error) (embedded, bool) {
	in, readErr := s.whole(in)
	if readErr != nil {
		return embedded{}, false
	}
	e := s.split(in)
	e.Partial = fmt.Sprintf("searchable by words only: %v", err)
	return e, true
}

// refused makes a document searchable by its words for good: the model will not
// take it.
func (s *embedStage) refused(in text, err error) embedded {
	e, _ := s.byWords(in, err)
	return e
}

func countChars(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i]&0xC0 != 0x80 {
			n++
		}
	}
	return n
}
