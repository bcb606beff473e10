package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// Fingerprint returns a short text that is equal for blocks of one kind with
// equal settings, written in the same order. What a back end has derived is kept
// under it, where its settings decide what that is.
func (b Block) Fingerprint() string {
	h := sha256.New()
	if b.node != nil {
		d := &decoder{file: b.dec.file, getenv: b.dec.getenv}
		d.write(h, b.node, b.key)
	}
	return b.Kind + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// write writes n without its comments and places.
func (d *decoder) write(w io.Writer, n *yaml.Node, key string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	fmt.Fprintf(w, "%d %q %d\n", n.Kind, d.expand(n, key), len(n.Content))
	for _, child := range n.Content {
		d.write(w, child, key)
	}
}
