// Wordcount counts the words of some lines, and counts again only the words of
// the line that changes.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

//go:embed testdata/hamlet.txt
var hamlet string // Shakespeare, Hamlet, act III, scene I

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// A count is how often a word is there.
type count = dataflow.Keyed[string, int]

// wordCount is the program: lines to words to counts.
func wordCount(lines dataflow.Stream[string]) dataflow.Stream[count] {
	words := dataflow.FlatMap(lines, func(line string, yield func(string)) {
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
			yield(strings.ToLower(word))
		}
	})
	return dataflow.Reduce(dataflow.KeyBy(words, itself), "count", dataflow.Count[string]())
}

func itself(word string) string { return word }

func run(ctx context.Context, w io.Writer) error {
	g := dataflow.New("wordcount")
	lines := dataflow.NewFeed[string](g, "lines")
	counts := wordCount(lines.Stream())
	dataflow.Subscribe(counts, "print", func(e dataflow.Epoch, batch []dataflow.Delta[count]) error {
		return show(w, e, batch)
	})

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer lines.Close()
		return feed(ctx, g, lines)
	})
	return running.Wait()
}

// feed sends the text, waits until it is counted, and then corrects a line.
func feed(ctx context.Context, g *dataflow.Graph, lines *dataflow.Feed[string]) error {
	sent, err := lines.Insert(ctx, slices.Collect(strings.Lines(hamlet))...)
	if err != nil {
		return err
	}
	if err := g.Wait(ctx, sent); err != nil {
		return err
	}
	_, err = lines.Send(ctx, dataflow.Batch[string]{Deltas: []dataflow.Delta[string]{
		{Value: "To be, or not to be, that is the question:\n", Diff: -1},
		{Value: "To be, or not to be, ay, there's the point,\n", Diff: +1}, // the quarto of 1603
	}})
	return err
}

// show prints what an epoch changes: of the first the most frequent words.
func show(w io.Writer, e dataflow.Epoch, batch []dataflow.Delta[count]) error {
	slices.SortFunc(batch, func(a, b dataflow.Delta[count]) int {
		if a.Value.Value != b.Value.Value && e == 1 {
			return b.Value.Value - a.Value.Value
		}
		if a.Value.Key != b.Value.Key {
			return strings.Compare(a.Value.Key, b.Value.Key)
		}
		return a.Diff - b.Diff
	})
	fmt.Fprintf(w, "epoch %d: %d differences\n", e, len(batch))
	if e == 1 {
		batch = batch[:5]
	}
	for _, d := range batch {
		if _, err := fmt.Fprintf(w, "%+d  %-8s %d\n", d.Diff, d.Value.Key, d.Value.Value); err != nil {
			return err
		}
	}
	return nil
}
