package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
)

// A textSet is a file of passages, lines of {"text": …}, with a file of queries,
// a line each.
type textSet struct {
	base, query string
	n           int
}

// A passage is one line of a textSet.
type passage struct {
	Text string `json:"text"`
}

// stopWords are the English ones that our analysis leaves out.
func stopWords() ([]string, error) {
	set := analysis.NewTokenMap()
	if err := set.LoadBytes(en.EnglishStopWords); err != nil {
		return nil, err
	}
	var list []string
	for word := range set {
		list = append(list, word)
	}
	slices.Sort(list)
	return list, nil
}

// textSet returns n passages of 110 to 190 words, made unless they are there.
// The frequencies of the words follow the law of Zipf and Mandelbrot, the first
// ones are stop words, and a passage has a topic whose words come together.
func (b *bench) textSet(n int) (textSet, error) {
	set := textSet{filepath.Join(b.data, "text.jsonl"), filepath.Join(b.data, "queries.txt"), n}
	if lines, err := countLines(set.base); err != nil || lines >= n {
		return set, err
	}
	set.base = filepath.Join(b.data, fmt.Sprintf("text_%d.jsonl", n))
	set.query = filepath.Join(b.data, fmt.Sprintf("text_%d_query.txt", n))
	if lines, err := countLines(set.base); err != nil || lines >= n {
		return set, err
	}
	stop, err := stopWords()
	if err != nil {
		return set, err
	}
	w := newWriter(stop)
	var queries []string
	err = writePassages(set.base, n, func(i int) string {
		text := w.passage()
		if i%(max(n/b.queries, 1)) == 0 {
			queries = append(queries, w.query(text))
		}
		return text
	})
	if err != nil {
		return set, err
	}
	return set, os.WriteFile(set.query, []byte(strings.Join(queries, "\n")+"\n"), 0o644)
}

// countLines counts the lines of a file; one that is not there has none.
func countLines(file string) (int, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n := 0
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		n++
	}
	return n, s.Err()
}

// A writer makes passages.
type writer struct {
	random *rand.Rand
	words  []string  // the most frequent first
	sums   []float64 // of the frequencies
	topics [][]int
	stop   int
}

const (
	vocabulary = 70_000
	topics     = 500
	topicWords = 300
)

func newWriter(stop []string) *writer {
	w := &writer{random: rand.New(rand.NewPCG(11, 1)), words: slices.Clone(stop)}
	// An apostrophe is a quotation mark in tantivy's queries.
	w.words = slices.DeleteFunc(w.words, func(word string) bool { return strings.Contains(word, "'") })
	w.stop = len(w.words)
	for i := range vocabulary {
		w.words = append(w.words, madeWord(i))
	}
	sum := 0.0
	for i := range w.words {
		sum += math.Pow(float64(i)+2.7, -1.05)
		w.sums = append(w.sums, sum)
	}
	for range topics {
		var list []int
		for len(list) < topicWords {
			if word := w.draw(); word >= w.stop {
				list = append(list, word)
			}
		}
		w.topics = append(w.topics, list)
	}
	return w
}

// madeWord is the n-th of many words that can be pronounced.
func madeWord(n int) string {
	var b strings.Builder
	for n += 1000; n > 0; n /= 100 {
		b.WriteByte("bcdfghjklmnprstvwxyz"[n%20])
		b.WriteByte("aeiou"[n/20%5])
	}
	return b.String()
}

func (w *writer) draw() int {
	at, _ := slices.BinarySearch(w.sums, w.random.Float64()*w.sums[len(w.sums)-1])
	return min(at, len(w.sums)-1)
}

func (w *writer) passage() string {
	topic := w.topics[w.random.IntN(len(w.topics))]
	words := make([]string, 110+w.random.IntN(81))
	for i := range words {
		word := w.draw()
		if word >= w.stop && w.random.Float64() < 0.15 {
			word = topic[int(math.Pow(w.random.Float64(), 2)*float64(len(topic)))]
		}
		words[i] = w.words[word]
	}
	return strings.Join(words, " ")
}

// query returns 2 to 6 words of a text that are no stop words, and in half of the
// cases one that is.
func (w *writer) query(text string) string {
	words := slices.DeleteFunc(strings.Fields(text), func(word string) bool { return slices.Contains(w.words[:w.stop], word) })
	slices.Sort(words)
	words = slices.Compact(words)
	w.random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	list := words[:min(len(words), 2+w.random.IntN(5))]
	if w.random.IntN(2) == 0 {
		list = append(list, w.words[w.random.IntN(w.stop)])
	}
	return strings.Join(list, " ")
}

// writePassages writes n passages as lines.
func writePassages(file string, n int, text func(i int) string) error {
	f, err := os.Create(file + ".part")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	e := json.NewEncoder(out)
	for i := range n {
		if err = e.Encode(passage{text(i)}); err != nil {
			break
		}
	}
	if err := errors.Join(err, out.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

// readPassages reads the first n texts.
func readPassages(file string, n int) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	var list []string
	for len(list) < n {
		var p passage
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("reading passage %d of %s: %w", len(list), file, err)
		}
		list = append(list, p.Text)
	}
	return list, nil
}

// readLines returns at most n lines of a file.
func readLines(file string, n int) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return lines[:min(n, len(lines))], nil
}
