package pipeline

import (
	"fmt"
	"strings"
	"sync"

	rag "ragserver"
)

// withParts yields a document and those inside it, each as if its source had
// listed it.
func withParts(t text, yield func(text)) {
	parts := t.Result.Text.Parts
	t.Result.Text.Parts = nil
	yield(t)
	for _, p := range parts {
		withParts(partOf(t, p), yield)
	}
}

func partOf(t text, p rag.Part) text {
	o := t.In.Object
	o.URI, o.Path = o.URI.Part(p.Name), o.Path+"/"+p.Name
	o.Size, o.MediaType = p.Size, p.Text.MediaType
	return text{
		In:     listed{Object: o, Seen: t.In.Seen},
		Result: parsed{Digest: p.Digest, Text: p.Text, Failure: p.Problem},
	}
}

// text returns what has become of the bytes of a document, which may be a part of
// another one, or false if there is no such document.
func (p *Pipeline) text(key string) (parsed, bool, error) {
	found, ok, err := p.texts.Get(key)
	root := string(rag.URI(key).Root())
	if ok || err != nil || root == key {
		return found, ok, err
	}
	parts, err := p.readParts(root)
	found, ok = parts[key]
	return found, ok, err
}

// readParts returns the parts of a document by URI.
func (p *Pipeline) readParts(root string) (map[string]parsed, error) {
	whole, ok, err := p.texts.Get(root)
	if err != nil {
		return nil, fmt.Errorf("of %s: %w", root, err)
	}
	if !ok {
		return nil, nil
	}
	parts := make(map[string]parsed)
	withParts(text{In: listed{Object: rag.Object{URI: rag.URI(root)}}, Result: whole}, func(part text) {
		parts[string(part.In.Object.URI)] = part.Result
	})
	delete(parts, root)
	return parts, nil
}

// A shelf has the parts of the last document whose parts were read one by one, so
// that thousands of them do not read it as often. A part is taken from it once.
type shelf struct {
	mu    sync.Mutex // guards what follows; held while a document is read
	root  string
	parts map[string]parsed
}

// textOnce is text for those who ask for each part of a document once, with the
// digest that it should have.
func (p *Pipeline) textOnce(key, digest string) (parsed, bool, error) {
	root := string(rag.URI(key).Root())
	if root == key {
		return p.text(key)
	}
	s := &p.shelf
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.parts[key]
	if s.root != root || !ok || found.Digest != digest {
		parts, err := p.readParts(root)
		if err != nil {
			return parsed{}, false, err
		}
		s.root, s.parts = root, parts
		if found, ok = parts[key]; !ok {
			return p.texts.Get(key) // a key with the mark of parts
		}
	}
	if delete(s.parts, key); len(s.parts) == 0 {
		s.root, s.parts = "", nil
	}
	return found, true, nil
}

// eachText calls f for a text and those of its parts, always in the same order.
func eachText(t *rag.Text, f func(*rag.Text)) {
	f(t)
	for i := range t.Parts {
		eachText(&t.Parts[i].Text, f)
	}
}

// joinTexts returns the texts of a document and its parts as one, and how long
// each of them is.
func joinTexts(t *rag.Text) (all string, lengths []int) {
	var b strings.Builder
	eachText(t, func(t *rag.Text) {
		lengths = append(lengths, len(t.Text))
		b.WriteString(t.Text)
	})
	return b.String(), lengths
}

// splitTexts gives t and its parts their texts back, or returns false if they are
// not those.
func splitTexts(t *rag.Text, all string, lengths []int) bool {
	ok := true
	eachText(t, func(t *rag.Text) {
		if len(lengths) == 0 || lengths[0] < 0 || lengths[0] > len(all) {
			ok = false
			return
		}
		t.Text, all, lengths = all[:lengths[0]], all[lengths[0]:], lengths[1:]
	})
	return ok && all == "" && len(lengths) == 0
}
