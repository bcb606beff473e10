package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheSameVectorsEveryTime(t *testing.T) {
	for _, s := range []shape{clustered, isotropic, repeated} {
		a, b := newGenerator(s, 5000, 32), newGenerator(s, 5000, 32)
		for i := range 100 {
			v, w := a.next(), b.next()
			if !slices.Equal(v, w) {
				t.Fatalf("%s: vector %d differs between two runs", s, i)
			}
			if n := dot(v, v); n < 0.9999 || n > 1.0001 {
				t.Fatalf("%s: vector %d has the squared length %v, want 1", s, i, n)
			}
		}
	}
}

func TestAThirdIsRepeated(t *testing.T) {
	g := newGenerator(repeated, 100_000, 4)
	seen := map[[4]float32]int{}
	const n = 200_000
	for range n {
		seen[[4]float32(g.next())]++
	}
	groups, most := 0, 0
	for _, count := range seen {
		if count > 1 {
			groups += count
		}
		most = max(most, count)
	}
	if share := float64(groups) / n; share < 0.2 || share > 0.4 {
		t.Errorf("%v of the vectors have an equal one, want about 0.3", share)
	}
	if most < 1000 || most > 2000 {
		t.Errorf("the largest group has %d, want 1,000 to 2,000", most)
	}
}

func TestVectorsAreReadAsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "v")
	g := newGenerator(clustered, 100, 8)
	if err := writeVectors(file, 20, g.next); err != nil {
		t.Fatal(err)
	}
	again := newGenerator(clustered, 100, 8)
	list, err := readVectors(file, 8, 0)
	if err != nil || len(list) != 20 {
		t.Fatalf("got %d vectors, %v; want 20", len(list), err)
	}
	for i, v := range list {
		if !slices.Equal(v, again.next()) {
			t.Errorf("vector %d is another one", i)
		}
	}
	if list, err = readVectors(file, 8, 7); err != nil || len(list) != 7 {
		t.Errorf("got %d vectors, %v; want 7", len(list), err)
	}
	if err := os.Truncate(file, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := readVectors(file, 8, 0); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that ends within a vector: got %v, want an error that names it", err)
	}
}

func TestChunksOfACorpus(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("The harbour was quiet that morning, and nobody spoke of the storm. ", 20)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.md", "# Title\n\n"+long)
	write("b.jsonl", `{"text": "short"}`+"\nnot JSON\n"+`{"path": "x.md", "text": "`+strings.ReplaceAll(long, "storm", "flood")+`"}`+"\n")
	write("c.bin", "\x00\x01")
	chunks, err := corpusChunks(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(chunks, "\n")
	for _, want := range []string{"storm", "flood"} {
		if !strings.Contains(all, want) {
			t.Errorf("no chunk has %q", want)
		}
	}
	if strings.Contains(all, "short") {
		t.Error("a line that is no document was taken for one")
	}
	if _, err := corpusChunks(context.Background(), t.TempDir()); err == nil {
		t.Error("an empty folder gave no error")
	}
}

func TestHeldOutChunksAreNotIndexed(t *testing.T) {
	chunks := []string{"One sentence with words. Another much longer sentence of this chunk.", "b b b b", "c c c c", "d. e.", "f f f f"}
	rest, questions := heldOut(chunks, 3)
	if want := []string{"b b b b", "c c c c", "f f f f"}; !slices.Equal(rest, want) {
		t.Errorf("rest: got %q, want %q", rest, want)
	}
	if want := []string{"Another much longer sentence of this chunk."}; !slices.Equal(questions, want) {
		t.Errorf("questions: got %q, want %q", questions, want)
	}
}

func TestRepeatedTextsDiffer(t *testing.T) {
	texts := []string{"one two three four five", "six seven eight nine ten"}
	list := repeatEdited(texts, 9)
	if len(list) != 9 || !slices.Equal(list[:2], texts) {
		t.Fatalf("got %q", list)
	}
	changed := 0
	for i, text := range list[2:] {
		if text != texts[i%2] {
			changed++
		}
		if len(strings.Fields(text)) != 5 {
			t.Errorf("%q has another number of words", text)
		}
	}
	if changed < 4 {
		t.Errorf("only %d of 7 were edited", changed)
	}
}

func TestPassagesAreReadAsWritten(t *testing.T) {
	b := &bench{options: options{data: t.TempDir(), queries: 10}}
	set, err := b.textSet(100)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := readPassages(set.base, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if n := len(strings.Fields(text)); n < 110 || n > 190 {
			t.Errorf("passage %d has %d words", i, n)
		}
	}
	queries, err := readLines(set.query, 1000)
	if err != nil || len(queries) != 10 {
		t.Errorf("got %d queries, %v; want 10", len(queries), err)
	}
	if _, err := readPassages(set.base, 101); err == nil {
		t.Error("more passages than there are gave no error")
	}
}
