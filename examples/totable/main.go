// Totable makes a table of unstructured text: it finds the fields of invoices in
// mails, and lists the mails in which it does not.
package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

//go:embed testdata/mails
var mails embed.FS // invented

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// toTable is the program: mails to invoices, and what fails is a stream of its
// own. A mail that is corrected leaves the one and enters the other.
func toTable(letters dataflow.Stream[letter]) (dataflow.Stream[invoice], dataflow.Stream[dataflow.Failure[letter]]) {
	return dataflow.TryMap(letters, extract)
}

func run(ctx context.Context, w io.Writer) error {
	g := dataflow.New("totable")
	letters := dataflow.NewInput(g, "mails", func(l letter) string { return l.Name }, dataflow.CBOR[letter]())
	good, bad := toTable(letters.Stream())
	invoices, failures := dataflow.Collect(good, "invoices"), dataflow.Collect(bad, "failures")

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer letters.Close()
		list, err := inbox()
		if err != nil {
			return err
		}
		if err := receive(ctx, g, letters, list...); err != nil {
			return err
		}
		if err := show(w, invoices, failures); err != nil {
			return err
		}
		fmt.Fprintln(w, "\nNorthwind corrects the date in 04.eml:")
		corrected := list[3]
		corrected.Text = strings.Replace(corrected.Text, "31 February", "31 March", 1)
		if err := receive(ctx, g, letters, corrected); err != nil {
			return err
		}
		return show(w, invoices, failures)
	})
	return running.Wait()
}

// inbox reads the mails, in the order of their names.
func inbox() ([]letter, error) {
	files, err := fs.Glob(mails, "testdata/mails/*.eml")
	if err != nil {
		return nil, err
	}
	var list []letter
	for _, name := range files {
		text, err := mails.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, letter{strings.TrimPrefix(name, "testdata/mails/"), string(text)})
	}
	return list, nil
}

// receive sends mails and waits until the table has them.
func receive(ctx context.Context, g *dataflow.Graph, letters *dataflow.Input[letter], list ...letter) error {
	var b dataflow.Batch[letter]
	for _, l := range list {
		b.Deltas = append(b.Deltas, dataflow.Delta[letter]{Value: l, Diff: +1})
	}
	sent, err := letters.Send(ctx, b)
	if err != nil {
		return err
	}
	return g.Wait(ctx, sent)
}

func show(w io.Writer, invoices *dataflow.Collection[invoice], failures *dataflow.Collection[dataflow.Failure[letter]]) error {
	rows := invoices.Values()
	slices.SortFunc(rows, func(a, b invoice) int { return a.Due.Compare(b.Due) })
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "due\tfrom\tnumber\tEUR")
	for _, v := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\n", v.Due.Format("2006-01-02"), v.From, v.Number, float64(v.Cents)/100)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	bad := failures.Values()
	slices.SortFunc(bad, func(a, b dataflow.Failure[letter]) int { return strings.Compare(a.Value.Name, b.Value.Name) })
	for _, f := range bad {
		if _, err := fmt.Fprintf(w, "not a row: %s: %s\n", f.Value.Name, f.Err); err != nil {
			return err
		}
	}
	return nil
}
