package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// A site is the pages in memory, ready to be sent.
type site struct {
	index  asset
	prefix string           // of the assets' addresses, with the hash of all of them
	assets map[string]asset // by path below prefix
}

// An asset is one file as it is sent.
type asset struct {
	body  []byte
	media string
	etag  string
}

// assetRoot is what index.html writes before the path of an asset. The hash is
// put in behind it.
const assetRoot = `"/assets/`

// load reads the pages from root. It refuses a file of a kind it has no media
// type for, because browsers refuse scripts and styles of the wrong type.
func load(root fs.FS) (*site, error) {
	s := &site{assets: make(map[string]asset)}
	all := sha256.New()
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(all, "%s %d\n", name, len(body))
		all.Write(body)
		a, err := newAsset(name, body)
		s.assets[name] = a
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("loading pages: %w", err)
	}
	index, ok := s.assets["index.html"]
	if !ok {
		return nil, fmt.Errorf("loading pages: there is no index.html")
	}
	delete(s.assets, "index.html")
	s.prefix = "/assets/" + hex.EncodeToString(all.Sum(nil)[:8]) + "/"
	body := bytes.ReplaceAll(index.body, []byte(assetRoot), []byte(`"`+s.prefix))
	s.index, err = newAsset("index.html", body)
	return s, err
}

func newAsset(name string, body []byte) (asset, error) {
	media := mediaType(path.Ext(name))
	if media == "" {
		return asset{}, fmt.Errorf("%s: no media type for this extension", name)
	}
	sum := sha256.Sum256(body)
	return asset{body: body, media: media, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}, nil
}

// mediaType does not ask the system, whose tables differ from machine to
// machine.
func mediaType(ext string) string {
	switch ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}

// serve sends a, or 304 if the browser has it already.
func (a asset) serve(w http.ResponseWriter, r *http.Request, cache string) {
	h := w.Header()
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", cache)
	h.Set("ETag", a.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}
