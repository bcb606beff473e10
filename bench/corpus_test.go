package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDocumentsDependOnSeedAndNumberOnly(t *testing.T) {
	a, b := newCorpus(42), newCorpus(42)
	b.document(3) // what was made before does not matter
	if a.document(7) != b.document(7) {
		t.Error("document 7 differs between two corpora of one seed")
	}
	if a.document(7) == a.document(8) || a.document(7) == newCorpus(43).document(7) {
		t.Error("different documents are equal")
	}
}

// TestStatistics keeps the corpus what docs/benchmarks.md says it is.
func TestStatistics(t *testing.T) {
	c := newCorpus(42)
	const docs = 300
	size, words, seen := 0, 0, make(map[string]int)
	for i := range docs {
		text := c.document(i)
		size += len(text)
		list := strings.Fields(text)
		if n := len(list) - 3; n < 300 || n > 3000 { // without the "#" and the last line
			t.Errorf("document %d has %d words, want 300 to 3,000", i, n)
		}
		words += len(list)
		for _, w := range list {
			seen[strings.ToLower(strings.Trim(w, "."))]++
		}
	}
	if mean := float64(size) / docs; mean < 12_000 || mean > 14_500 {
		t.Errorf("documents have %.0f bytes in the mean, want about 13,000", mean)
	}
	if mean := float64(size) / float64(words); mean < 7.5 || mean > 8.5 {
		t.Errorf("words take %.2f bytes in the mean, want about 8", mean)
	}
	for _, rank := range []int{0, 9, 99, 999} {
		want := c.upTo[rank]
		if rank > 0 {
			want -= c.upTo[rank-1]
		}
		got := float64(seen[c.words[rank]]) / float64(words)
		if math.Abs(got-want) > 0.25*want+2e-5 {
			t.Errorf("the word of rank %d has a share of %.5f, want %.5f", rank, got, want)
		}
	}
}

func TestVocabularyHasDifferentWords(t *testing.T) {
	words := newCorpus(1).words
	if len(words) != vocabularySize {
		t.Fatalf("%d words, want %d", len(words), vocabularySize)
	}
	for _, w := range words {
		if len(w) < 2 || len(w) > 14 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Fatalf("word %q is not of 2 to 14 letters", w)
		}
	}
	slices.Sort(words)
	if n := len(slices.Compact(words)); n != vocabularySize {
		t.Errorf("%d of the words differ, want all", n)
	}
}

func TestATenthOfTheFilesIsInEachFolder(t *testing.T) {
	c, dir := newCorpus(42), t.TempDir()
	size, err := c.write(dir, 30)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "s3", "*.md"))
	if err != nil || len(files) != 3 {
		t.Errorf("s3 holds %q (%v), want 3 files", files, err)
	}
	if want := filepath.Join(dir, "s3", "doc_000013.md"); !slices.Contains(files, want) {
		t.Errorf("%s is not among %q", want, files)
	}
	var sum int64
	for i := range 30 {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(c.path(i))))
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum != size {
		t.Errorf("wrote %d bytes, but said %d", sum, size)
	}
}

func TestPhrasesStandInTheirDocument(t *testing.T) {
	c, rng := newCorpus(42), random(1)
	for i := range 200 {
		p := c.phrase(rng, i)
		if n := len(strings.Fields(p)); n != phraseWords {
			t.Errorf("phrase %q has %d words, want %d", p, n, phraseWords)
		}
		if !strings.Contains(c.document(i), " "+p) {
			t.Errorf("document %d does not hold %q", i, p)
		}
	}
}

func TestAnEditAddsOneSentence(t *testing.T) {
	b := &bench{corpus: newCorpus(42)}
	tr := b.newTrial(random(2), "modify", 1, 5, "s5/doc_000005.md")
	before, after := b.corpus.document(5), tr.text
	if got := strings.Replace(after, " "+tr.ask+".", "", 1); got != before {
		t.Errorf("without the sentence %q the text is not what it was", tr.ask)
	}
	if !strings.HasPrefix(tr.ask, tr.mark+" ") || strings.Count(after, tr.mark) != 1 {
		t.Errorf("the mark %q is not once in the text", tr.mark)
	}
}
