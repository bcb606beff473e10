package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/parse"
	"ragserver/parse/formats"
)

// largestFile is what a file of a corpus may have: larger ones are data sets of
// another kind.
const largestFile = 64 << 20

// corpusChunks returns the different chunks of the documents below a folder:
// files that our parsers read as text, and the texts in files of JSON lines,
// which may be packed with gzip. What cannot be read is left out.
func corpusChunks(ctx context.Context, folder string) ([]string, error) {
	splitter, err := chunk.New(chunk.Config{})
	if err != nil {
		return nil, err
	}
	c := corpus{parser: formats.Router(formats.Options{}), splitter: splitter, seen: make(map[string]bool)}
	err = filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > largestFile {
			return err
		}
		return c.file(ctx, file)
	})
	if err == nil && len(c.chunks) == 0 {
		err = fmt.Errorf("no document below %s", folder)
	}
	return c.chunks, err
}

// A corpus gathers chunks.
type corpus struct {
	parser   parse.Parser
	splitter *chunk.Splitter
	seen     map[string]bool
	chunks   []string
}

func (c *corpus) file(ctx context.Context, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name := file
	if strings.HasSuffix(name, ".gz") {
		name = strings.TrimSuffix(name, ".gz")
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		var plain bytes.Buffer
		if _, err := plain.ReadFrom(z); err != nil {
			return fmt.Errorf("reading %s: %w", file, err)
		}
		data = plain.Bytes()
	}
	switch filepath.Ext(name) {
	case ".jsonl":
		return c.lines(ctx, data)
	case ".md", ".txt", ".html", ".htm", ".rst", ".adoc":
		c.document(ctx, name, data)
	}
	return ctx.Err()
}

// lines adds the texts of JSON lines, as in {"text": …, "path": …}.
func (c *corpus) lines(ctx context.Context, data []byte) error {
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, largestFile)
	for s.Scan() && ctx.Err() == nil {
		var line struct{ Path, Title, Text string }
		if json.Unmarshal(s.Bytes(), &line) != nil || len(line.Text) < 200 {
			continue // an answer, a question
		}
		if line.Path == "" {
			line.Path = "text.txt"
		}
		c.document(ctx, line.Path, []byte(line.Text))
	}
	return s.Err()
}

func (c *corpus) document(ctx context.Context, name string, data []byte) {
	text, err := c.parser.Parse(ctx, parse.Input{Name: name, Data: data})
	if err != nil {
		return // a document for tests of parsers may be broken
	}
	for _, ch := range c.splitter.Split(rag.URI("bench:"+name), text) {
		if !c.seen[ch.Text] {
			c.seen[ch.Text] = true
			c.chunks = append(c.chunks, ch.Text)
		}
	}
}

var sentenceEnd = regexp.MustCompile(`[.!?]\s+`)

// heldOut takes every n-th chunk away and returns one sentence of each, for
// questions that the rest cannot answer word by word.
func heldOut(chunks []string, n int) (rest, sentences []string) {
	for i, text := range chunks {
		if i%n != 0 {
			rest = append(rest, text)
			continue
		}
		longest := ""
		for _, s := range sentenceEnd.Split(text, -1) {
			s = strings.Join(strings.Fields(s), " ")
			if len(s) > len(longest) && len(s) < 300 {
				longest = s
			}
		}
		if len(strings.Fields(longest)) >= 3 {
			sentences = append(sentences, longest)
		}
	}
	return rest, sentences
}

// repeatEdited returns n texts: those given, and then them again with about one
// word of twenty replaced by another word of the corpus.
func repeatEdited(texts []string, n int) []string {
	random := rand.New(rand.NewPCG(21, 1))
	list := append([]string(nil), texts[:min(n, len(texts))]...)
	for len(list) < n {
		words := strings.Fields(texts[len(list)%len(texts)])
		other := strings.Fields(texts[random.IntN(len(texts))])
		if len(words) == 0 || len(other) == 0 {
			list = append(list, texts[len(list)%len(texts)])
			continue
		}
		for range 1 + len(words)/20 {
			words[random.IntN(len(words))] = other[random.IntN(len(other))]
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}
