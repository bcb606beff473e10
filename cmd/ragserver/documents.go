package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/api"
	"ragserver/pipeline"
	"ragserver/retrieve"
	"ragserver/store"
)

// documents lists the pipeline's documents and keeps the folder of uploads,
// which the pipeline follows like any other.
type documents struct {
	pipeline *pipeline.Pipeline
	uploads  string
	maxSize  int64
}

const defaultListLimit = 100

func (d *documents) List(ctx context.Context, q api.ListQuery) ([]rag.Document, string, error) {
	condition, err := retrieve.NewCondition(q.Filter, q.Glob)
	if err != nil {
		return nil, "", err
	}
	limit := orElse(q.Limit, defaultListLimit)
	var list []rag.Document
	next := ""
	err = d.pipeline.Documents(rag.URI(q.Cursor), func(doc rag.Document) bool {
		if ctx.Err() != nil || !listed(doc, q, condition) {
			return ctx.Err() == nil
		}
		if len(list) == limit {
			next = string(list[limit-1].Object.URI)
			return false
		}
		list = append(list, doc)
		return true
	})
	for i := 0; i < len(list) && err == nil; i++ {
		list[i].Chunks, err = d.pipeline.Chunks(list[i].Object.URI)
	}
	return list, next, errors.Join(err, ctx.Err())
}

func listed(d rag.Document, q api.ListQuery, condition *retrieve.Condition) bool {
	source, _ := d.Object.URI.Split()
	text := strings.ToLower(q.Text)
	return (q.Status == "" || d.Status == q.Status) &&
		(q.Source == "" || source == q.Source) &&
		(strings.Contains(strings.ToLower(d.Object.Path), text) || strings.Contains(strings.ToLower(d.Title), text)) &&
		(condition.Empty() || condition.Match(d.Metadata()))
}

func (d *documents) Get(_ context.Context, uri rag.URI) (rag.Document, string, error) {
	doc, text, ok, err := d.pipeline.Document(uri)
	if err == nil && !ok {
		err = api.ErrNotFound
	}
	return doc, text, err
}

func (d *documents) Parts(_ context.Context, uri rag.URI, limit int) ([]rag.Document, error) {
	return d.pipeline.Parts(uri, limit)
}

// Put writes to a name that the source does not look at, syncs, and renames.
func (d *documents) Put(_ context.Context, name string, body io.Reader) (rag.URI, string, error) {
	clean, err := uploadPath(name)
	if err != nil {
		return "", "", err
	}
	target := filepath.Join(d.uploads, filepath.FromSlash(clean))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return "", "", badPath(clean, err)
	}
	began := time.Now()
	digest, err := writeFile(target, body, d.maxSize)
	if errors.Is(err, syscall.ENOSPC) {
		return "", "", fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	if err != nil {
		return "", "", err
	}
	uri := documentURI(clean)
	return uri, token{URI: uri, Digest: digest, At: began}.String(), nil
}

func writeFile(target string, body io.Reader, maxSize int64) (digest string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".upload-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(body, maxSize+1))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("storing the upload: %w", err)
	}
	if n > maxSize {
		return "", &api.BadRequest{Field: "body", Message: fmt.Sprintf("is larger than %d bytes, the most that one document may have", maxSize)}
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return "", badPath(target, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// badPath blames the caller where a folder stands in the way of a file.
func badPath(name string, err error) error {
	if errors.Is(err, fs.ErrExist) || strings.Contains(err.Error(), "directory") {
		return &api.BadRequest{Field: "path", Message: fmt.Sprintf("%q: a folder or a file is in the way", path.Base(name))}
	}
	return err
}

// uploadPath checks the path of an upload: relative, inside the folder, and
// nothing that the source would leave out.
func uploadPath(name string) (string, error) {
	bad := func(why string) error {
		return &api.BadRequest{Field: "path", Message: fmt.Sprintf("%q %s", name, why)}
	}
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	switch {
	case name == "" || clean == ".":
		return "", bad("is empty")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", bad("has characters that a path cannot have")
	case !filepath.IsLocal(filepath.FromSlash(clean)):
		return "", bad("leaves the folder of uploads")
	case len(clean) > 1024:
		return "", bad("is longer than 1024 bytes")
	}
	for part := range strings.SplitSeq(clean, "/") {
		if strings.HasPrefix(part, ".") || len(part) > 200 {
			return "", bad("has a part that is hidden or too long")
		}
	}
	return clean, nil
}

func (d *documents) Delete(_ context.Context, uri rag.URI) (string, error) {
	source, key := uri.Split()
	if source != uploadsSource {
		if _, ok, err := d.pipeline.Record(uri); err != nil || !ok {
			return "", errors.Join(err, notFound(ok))
		}
		return "", api.ErrReadOnly
	}
	clean, err := uploadPath(key)
	if err != nil {
		return "", api.ErrNotFound
	}
	began := time.Now()
	file := filepath.Join(d.uploads, filepath.FromSlash(clean))
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() {
		return "", api.ErrNotFound
	}
	err = os.Remove(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return "", api.ErrNotFound
	}
	return token{URI: uri, At: began}.String(), err
}

func notFound(ok bool) error {
	if !ok {
		return api.ErrNotFound
	}
	return nil
}

// A token stands for a change: this content of a document, or none.
type token struct {
	URI    rag.URI   `json:"u"`
	Digest string    `json:"d,omitempty"` // "" for a deletion
	At     time.Time `json:"t"`
}

func (t token) String() string {
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // strings and a time always have a JSON form
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseToken(s string) (token, error) {
	var t token
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(text, &t) != nil || t.URI == "" {
		return t, &api.BadRequest{Field: "after", Message: "is not a token that this server gave"}
	}
	return t, nil
}

// Wait waits for the change, or for one of the same document that came after
// it.
func (d *documents) Wait(ctx context.Context, s string) error {
	t, err := parseToken(s)
	if err != nil {
		return err
	}
	return d.pipeline.WaitFor(ctx, t.URI, func(doc rag.Document, ok bool) bool {
		if t.Digest == "" {
			return !ok || doc.Seen.After(t.At)
		}
		return ok && (doc.Digest == t.Digest || doc.Seen.After(t.At) && doc.Digest != "")
	})
}
