package pipeline

import (
	"fmt"
	"strings"

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
	whole, ok, err := p.texts.Get(root)
	if err != nil {
		return parsed{}, false, fmt.Errorf("of %s: %w", root, err)
	}
	if !ok {
		return parsed{}, false, nil
	}
	ok = false
	withParts(text{In: listed{Object: rag.Object{URI: rag.URI(root)}}, Result: whole}, func(part text) {
		if string(part.In.Object.URI) == key {
			found, ok = part.Result, true
		}
	})
	return found, ok, nil
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
