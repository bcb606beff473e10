// Sessions finds the sessions in which users edit Wikipedia: runs of edits less
// than half an hour apart. Edits that come late extend and join sessions that were
// found before.
package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

//go:embed testdata/sv-edits.jsonl
var file []byte // see testdata/README.md

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

type edit struct {
	Time  time.Time `flow:"at"`
	User  string
	Page  string
	Added int // characters
}

// Activity is what a user does in a session.
type activity struct {
	Edits, Pages, Added int
}

type session = dataflow.Keyed[dataflow.Windowed[string], activity]

// sessions is the program: edits by user, cut where the user rests.
func sessions(edits dataflow.Stream[edit]) dataflow.Stream[session] {
	byUser := dataflow.KeyBy(edits, func(e edit) string { return e.User })
	at := func(e edit) dataflow.Time { return dataflow.At(e.Time) }
	return dataflow.Reduce(dataflow.WindowBy(byUser, "sessions", at, dataflow.Session(30*time.Minute)), "activity",
		dataflow.Combine3(
			dataflow.Count[edit](),
			dataflow.CountDistinct(func(e edit) string { return e.Page }),
			dataflow.Sum(func(e edit) int { return e.Added }),
			func(edits, pages, added int) activity { return activity{edits, pages, added} }))
}

func run(ctx context.Context, w io.Writer) error {
	inTime, late, err := edits()
	if err != nil {
		return err
	}
	g := dataflow.New("sessions")
	feed := dataflow.NewFeed[edit](g, "edits")
	found := sessions(feed.Stream())
	all := dataflow.Collect(found, "all")
	dataflow.Subscribe(found, "changes", func(_ dataflow.Epoch, batch []dataflow.Delta[session]) error {
		return count(w, batch)
	})

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer feed.Close()
		for _, part := range []struct {
			what  string
			edits []edit
		}{{"edits of a day", inTime}, {"more, which come late", late}} {
			fmt.Fprintf(w, "%d %s: ", len(part.edits), part.what)
			sent, err := feed.Insert(ctx, part.edits...)
			if err != nil {
				return err
			}
			if err := g.Wait(ctx, sent); err != nil {
				return err
			}
			if err := show(w, all.Values()); err != nil {
				return err
			}
		}
		return nil
	})
	return running.Wait()
}

// edits reads the file, and takes every eighth edit for one that comes late.
func edits() (inTime, late []edit, err error) {
	for from := json.NewDecoder(bytes.NewReader(file)); ; {
		var e edit
		if err := from.Decode(&e); errors.Is(err, io.EOF) {
			return inTime, late, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("reading edits: %w", err)
		}
		if (len(inTime)+len(late))%8 == 7 {
			late = append(late, e)
		} else {
			inTime = append(inTime, e)
		}
	}
}

// count prints how many sessions come and go.
func count(w io.Writer, batch []dataflow.Delta[session]) error {
	came, gone := 0, 0
	for _, d := range batch {
		if d.Diff > 0 {
			came++
		} else {
			gone++
		}
	}
	_, err := fmt.Fprintf(w, "%d sessions come, %d go\n", came, gone)
	return err
}

// show prints the five sessions with the most edits.
func show(w io.Writer, list []session) error {
	slices.SortFunc(list, func(a, b session) int {
		return cmp.Or(cmp.Compare(b.Value.Edits, a.Value.Edits), cmp.Compare(a.Key.Start, b.Key.Start))
	})
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  user\tfrom\tto\tedits\tpages\tadded")
	for _, s := range list[:5] {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%d\t%d\t%d\n", s.Key.Key, clock(s.Key.Start), clock(s.Key.End), s.Value.Edits, s.Value.Pages, s.Value.Added)
	}
	return t.Flush()
}

func clock(t dataflow.Time) string { return t.Time().Format("15:04:05") }
