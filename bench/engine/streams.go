package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Sizes of the inputs at scale 1. Updates have their size at every scale.
const (
	vocabulary   = 10_000
	wordFiles    = 5
	wordsPerFile = 1_000_000

	productFiles    = 100
	productsPerFile = 100
	products        = productFiles * productsPerFile
	categories      = 100
	orderFiles      = 100
	ordersPerFile   = 10_000

	eventFiles      = 10
	eventsPerFile   = 100_000
	eventKeys       = 100
	eventsPerSecond = 100
	latest          = 30 // seconds that an event comes late
	windowSize      = 60 // seconds

	updates = 10_000
)

// streams writes the inputs of the programs: JSON lines, the same for the same
// scale.
type streams struct {
	dir    string
	scale  float64
	random *rand.Rand
}

func newStreams(dir string, scale float64) *streams {
	return &streams{dir, scale, rand.New(rand.NewPCG(1, 0))}
}

func (s *streams) scaled(n int) int { return max(1, int(float64(n)*s.scale)) }

// write writes all inputs and what the update phases add.
func (s *streams) write() error {
	for _, f := range []func() error{s.words, s.products, s.orders, s.events} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// file writes one file of lines.
func (s *streams) file(dir, name string, lines func(w *bufio.Writer)) error {
	if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(s.dir, dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	lines(w)
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// words are uniform over a vocabulary of random words of 7 letters.
func (s *streams) words() error {
	words := make([]string, vocabulary)
	for i := range words {
		var b [7]byte
		for j := range b {
			b[j] = byte('a' + s.random.IntN(26))
		}
		words[i] = string(b[:])
	}
	for f := range wordFiles {
		err := s.file("words", fmt.Sprintf("w%d.jsonl", f), func(w *bufio.Writer) {
			for range s.scaled(wordsPerFile) {
				fmt.Fprintf(w, "{\"word\": %q}\n", words[s.random.IntN(len(words))])
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *streams) products() error {
	for f := range productFiles {
		err := s.file("products", fmt.Sprintf("p%d.jsonl", f), func(w *bufio.Writer) {
			for i := range productsPerFile {
				fmt.Fprintf(w, "{\"product\": %d, \"category\": %d, \"price\": %d}\n",
					f*productsPerFile+i, s.random.IntN(categories), 1+s.random.IntN(1000))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// orders are for any product; those of "more" come in an update.
func (s *streams) orders() error {
	next := 0
	lines := func(n int) func(*bufio.Writer) {
		return func(w *bufio.Writer) {
			for range n {
				fmt.Fprintf(w, "{\"order\": %d, \"product\": %d, \"qty\": %d}\n", next, s.random.IntN(products), 1+s.random.IntN(9))
				next++
			}
		}
	}
	for f := range orderFiles {
		if err := s.file("orders", fmt.Sprintf("o%d.jsonl", f), lines(s.scaled(ordersPerFile))); err != nil {
			return err
		}
	}
	return s.file("more", "more.jsonl", lines(updates))
}

// events come up to half a minute late; those of "late" are of the first half of
// the time.
func (s *streams) events() error {
	n := s.scaled(eventsPerFile)
	line := func(w *bufio.Writer, t int) {
		fmt.Fprintf(w, "{\"t\": %d, \"key\": %d}\n", t, s.random.IntN(eventKeys))
	}
	for f := range eventFiles {
		err := s.file("events", fmt.Sprintf("e%d.jsonl", f), func(w *bufio.Writer) {
			for i := range n {
				line(w, max(0, (f*n+i)/eventsPerSecond-s.random.IntN(latest+1)))
			}
		})
		if err != nil {
			return err
		}
	}
	return s.file("late", "late.jsonl", func(w *bufio.Writer) {
		for range updates {
			line(w, s.random.IntN(max(1, eventFiles*n/eventsPerSecond/2)))
		}
	})
}
