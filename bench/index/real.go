package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/embed/hash"
	"ragserver/embed/static"
)

// real compares the engines on the chunks of real documents, embedded by the
// models that are part of this project, and on their words.
func (b *bench) real(ctx context.Context) error {
	chunks, err := corpusChunks(ctx, b.corpus)
	if err != nil {
		return err
	}
	rest, sentences := heldOut(chunks, max(2, len(chunks)/(2*b.queries)))
	sentences = sentences[:min(len(sentences), b.queries)]
	fmt.Printf("  %d different chunks, %d questions\n", len(chunks), len(sentences))
	texts := repeatEdited(rest, min(100_000, b.most))
	fixed, err := static.New(static.Config{})
	if err != nil {
		return err
	}
	hashed, err := hash.New(hash.Config{})
	if err != nil {
		return err
	}
	for name, e := range map[string]embed.Embedder{"static": fixed, "hash": hashed} {
		set, err := b.embedded(ctx, name, e, texts, sentences)
		if err != nil {
			return err
		}
		name = fmt.Sprintf("real chunks, %s %d x %d", name, set.n, set.dim)
		if err := b.compareVectors(ctx, name, set, []float64{0.95, 0.98, 0.99}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return b.realTexts(ctx, texts, sentences)
}

// embedded writes the vectors of texts and questions to files. A text without a
// vector is left out.
func (b *bench) embedded(ctx context.Context, name string, e embed.Embedder, texts, questions []string) (vectorSet, error) {
	set := vectorSet{
		base:  filepath.Join(b.work, name+".f32"),
		query: filepath.Join(b.work, name+"_query.f32"),
	}
	for _, f := range []struct {
		file  string
		role  embed.Role
		texts []string
	}{{set.query, embed.Query, questions}, {set.base, embed.Passage, texts}} {
		vectors, err := embedAll(ctx, e, f.role, f.texts)
		if err != nil {
			return set, err
		}
		set.n, set.dim = len(vectors), len(vectors[0])
		i := -1
		err = writeVectors(f.file, set.n, func() rag.Vector { i++; return vectors[i] })
		if err != nil {
			return set, err
		}
	}
	return set, nil
}

func embedAll(ctx context.Context, e embed.Embedder, role embed.Role, texts []string) ([]rag.Vector, error) {
	var all []rag.Vector
	for from := 0; from < len(texts); from += part {
		vectors, err := e.Embed(ctx, role, texts[from:min(from+part, len(texts))])
		if err != nil {
			return nil, err
		}
		for _, v := range vectors {
			if v != nil {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("none of %d texts has a vector", len(texts))
	}
	return all, nil
}

// realTexts compares the text legs. The peer's queries have a syntax, so the
// questions are reduced to their words, each once.
func (b *bench) realTexts(ctx context.Context, texts, questions []string) error {
	set := textSet{filepath.Join(b.work, "real.jsonl"), filepath.Join(b.work, "real_query.txt"), len(texts)}
	if err := writePassages(set.base, len(texts), func(i int) string { return texts[i] }); err != nil {
		return err
	}
	var lines []string
	for _, q := range questions {
		words := strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return r < 'a' || r > 'z' })
		if len(words) > 0 {
			slices.Sort(words)
			lines = append(lines, strings.Join(slices.Compact(words), " "))
		}
	}
	if err := os.WriteFile(set.query, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return b.compareText(ctx, fmt.Sprintf("real text, %d chunks", set.n), set, false)
}
