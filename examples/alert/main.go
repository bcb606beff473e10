// Alert watches the temperatures that sensors report: when the mean of the last
// ten minutes is too high, somebody is told. Reports that come late correct the
// means, and with them the alerts.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

//go:embed testdata/reports.csv
var file string // invented; in the order in which they arrive

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

type report struct {
	Sensor  string
	At      dataflow.Time
	Celsius float64
}

// An alert is a window of a sensor that is too hot.
type alert struct {
	Sensor     string
	Start, End dataflow.Time
	Mean       float64
	Reports    int
}

// The rule: a mean above 30 degrees over 10 minutes of at least 3 reports, looked at
// every 5 minutes.
const (
	hop, size = 5 * time.Minute, 10 * time.Minute
	limit     = 30.0
	enough    = 3
)

// alerts is the program: sliding windows, their means, and those that matter. A
// window lets reports in until 15 minutes after its end.
func alerts(reports dataflow.Stream[report]) (alerts dataflow.Stream[alert], late dataflow.Stream[report]) {
	windows := dataflow.WindowReduce(dataflow.KeyBy(reports, func(r report) string { return r.Sensor }), "means",
		func(r report) dataflow.Time { return r.At }, dataflow.Sliding(hop, size, 0),
		dataflow.Behavior{Cutoff: dataflow.Some(15 * time.Minute), KeepResults: true},
		dataflow.Combine2(dataflow.Avg(func(r report) float64 { return r.Celsius }), dataflow.Count[report](),
			func(mean float64, n int) alert { return alert{Mean: mean, Reports: n} }))
	all := dataflow.Map(windows.Results, func(w dataflow.Keyed[dataflow.Windowed[string], alert]) alert {
		return alert{w.Key.Key, w.Key.Start, w.Key.End, w.Value.Mean, w.Value.Reports}
	})
	hot := dataflow.Filter(all, func(a alert) bool { return a.Mean > limit && a.Reports >= enough })
	missed := dataflow.Map(windows.Late, func(l dataflow.Keyed[dataflow.Windowed[string], report]) report { return l.Value })
	return hot, dataflow.DistinctBy(missed, "late", func(r report) report { return r })
}

func run(ctx context.Context, w io.Writer) error {
	reports, err := read(file)
	if err != nil {
		return err
	}
	g := dataflow.New("alert")
	feed := dataflow.NewFeed[report](g, "reports")
	hot, late := alerts(feed.Stream())
	dataflow.Subscribe(hot, "tell", printer(w))
	dataflow.Subscribe(late, "tell late", func(_ dataflow.Epoch, batch []dataflow.Delta[report]) error {
		for _, d := range batch {
			fmt.Fprintf(w, "  too late: %s at %s, %.1f\n", d.Value.Sensor, clock(d.Value.At), d.Value.Celsius)
		}
		return nil
	})

	running, ctx := errgroup.WithContext(ctx)
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer feed.Close()
		for _, r := range reports {
			fmt.Fprintf(w, "%s at %s: %.1f\n", r.Sensor, clock(r.At), r.Celsius)
			sent, err := feed.Insert(ctx, r)
			if err != nil {
				return err
			}
			if err := g.Wait(ctx, sent); err != nil {
				return err
			}
		}
		return nil
	})
	return running.Wait()
}

// read reads lines of sensor, time of the day and degrees.
func read(text string) ([]report, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading reports: %w", err)
	}
	var list []report
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[1])
		if err != nil {
			return nil, fmt.Errorf("reading reports: %w", err)
		}
		celsius, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			return nil, fmt.Errorf("reading reports: %w", err)
		}
		list = append(list, report{row[0], dataflow.At(at), celsius})
	}
	return list, nil
}

// printer tells of alerts that begin, change and end.
func printer(w io.Writer) func(dataflow.Epoch, []dataflow.Delta[alert]) error {
	return func(_ dataflow.Epoch, batch []dataflow.Delta[alert]) error {
		slices.SortFunc(batch, func(a, b dataflow.Delta[alert]) int {
			return cmp.Or(cmp.Compare(a.Value.Start, b.Value.Start), cmp.Compare(a.Diff, b.Diff))
		})
		for _, d := range batch {
			a, what := d.Value, "alert"
			if d.Diff < 0 {
				what = "no more"
			}
			_, err := fmt.Fprintf(w, "  %s: %s from %s to %s, %.1f on average of %d\n", what, a.Sensor, clock(a.Start), clock(a.End), a.Mean, a.Reports)
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func clock(t dataflow.Time) string { return t.Time().Format("15:04") }
