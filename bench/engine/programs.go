package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
	"ragserver/dataflow/durable"
	"ragserver/dataflow/fileio"
	"ragserver/store/pebblestore"
)

// The rows of the inputs.
type (
	word struct {
		Word string `json:"word"`
	}
	order struct {
		Order   int `json:"order"`
		Product int `json:"product"`
		Qty     int `json:"qty"`
	}
	product struct {
		Product  int `json:"product"`
		Category int `json:"category"`
		Price    int `json:"price"`
	}
	event struct {
		T   int `json:"t"`
		Key int `json:"key"`
	}
)

// The rows of the results.
type (
	wordCount struct {
		Word  string `csv:"word"`
		Count int    `csv:"count"`
	}
	revenue struct {
		Category int `csv:"category"`
		Total    int `csv:"total"`
		N        int `csv:"n"`
	}
	windowCount struct {
		Key   int `csv:"key"`
		Start int `csv:"start"`
		N     int `csv:"n"`
	}
)

// A program is a graph with its inputs and its sink.
type program struct {
	graph   *dataflow.Graph
	data    string
	sink    string
	static  bool
	readers []func(context.Context) error
}

// runProgram runs one of the programs that are measured: what the arguments say
// beside it is the same as for the reference's.
func runProgram(args []string) (err error) {
	f := flag.NewFlagSet("program", flag.ContinueOnError)
	data := f.String("data", "", "`folder` of the inputs")
	sink := f.String("sink", "", "`file` of the changes")
	mode := f.String("mode", "static", "static or streaming")
	state := f.String("state", "", "`folder` of the state; none is kept by default")
	workers := f.Int("workers", 0, "`number` of workers; default: one for each processor")
	if err := f.Parse(args); err != nil {
		return err
	}
	p := &program{graph: dataflow.New(f.Arg(0)), data: *data, sink: *sink, static: *mode == "static"}
	define, ok := map[string]func(*program) error{
		"wordcount": countWords, "join": joinOrders, "window": countWindows, "empty": func(*program) error { return nil },
	}[f.Arg(0)]
	if !ok {
		return fmt.Errorf("there is no program %q", f.Arg(0))
	}
	if err := define(p); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := dataflow.Options{Static: p.static, Workers: *workers, MaxBatch: 1 << 17}
	if *state != "" {
		s, err := pebblestore.Open(pebblestore.Config{Dir: *state})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		o.Backend, o.Transient = durable.On(s), durable.Transient
	}
	work, ctx := errgroup.WithContext(ctx)
	for _, r := range p.readers {
		work.Go(func() error { return r(ctx) })
	}
	work.Go(func() error { return p.graph.Run(ctx, o) })
	return work.Wait()
}

// read adds an input: the JSON lines of a folder.
func read[T any](p *program, name string) (dataflow.Stream[T], error) {
	feed := dataflow.NewFeed[T](p.graph, name)
	r, err := fileio.ReadJSON(feed, fileio.Config{Path: filepath.Join(p.data, name) + "/", Static: p.static, OnBad: func(b fileio.BadRow) {
		fmt.Fprintln(os.Stderr, b)
	}})
	if err != nil {
		return dataflow.Stream[T]{}, err
	}
	p.readers = append(p.readers, r.Run)
	return feed.Stream(), nil
}

func write[T any](p *program, s dataflow.Stream[T]) error {
	sink, err := fileio.ChangesCSV[T](fileio.Output{Path: p.sink})
	if err != nil {
		return err
	}
	dataflow.To(s, "sink", sink)
	return nil
}

func countWords(p *program) error {
	words, err := read[word](p, "words")
	if err != nil {
		return err
	}
	counts := dataflow.GroupBy(words, "count", func(w word) string { return w.Word }, dataflow.Count[word]())
	return write(p, dataflow.Map(counts, func(c dataflow.Keyed[string, int]) wordCount {
		return wordCount{c.Key, c.Value}
	}))
}

func joinOrders(p *program) error {
	orders, err := read[order](p, "orders")
	if err != nil {
		return err
	}
	products, err := read[product](p, "products")
	if err != nil {
		return err
	}
	sold := dataflow.Join(
		dataflow.KeyBy(orders, func(o order) int { return o.Product }),
		dataflow.KeyBy(products, func(p product) int { return p.Product }),
		"sold", func(_ int, o order, p product) dataflow.Keyed[int, int] {
			return dataflow.Keyed[int, int]{Key: p.Category, Value: o.Qty * p.Price}
		})
	byCategory := dataflow.Reduce(sold, "revenue", dataflow.Combine2(
		dataflow.Sum(func(amount int) int { return amount }), dataflow.Count[int](),
		func(total, n int) revenue { return revenue{Total: total, N: n} }))
	return write(p, dataflow.Map(byCategory, func(r dataflow.Keyed[int, revenue]) revenue {
		return revenue{r.Key, r.Value.Total, r.Value.N}
	}))
}

func countWindows(p *program) error {
	events, err := read[event](p, "events")
	if err != nil {
		return err
	}
	byKey := dataflow.KeyBy(events, func(e event) int { return e.Key })
	windows := dataflow.WindowBy(byKey, "", func(e event) dataflow.Time { return dataflow.Time(e.T) },
		dataflow.Tumbling(time.Duration(windowSize), 0)) // seconds, as the data has
	counts := dataflow.Reduce(windows, "count", dataflow.Count[event]())
	return write(p, dataflow.Map(counts, func(c dataflow.Keyed[dataflow.Windowed[int], int]) windowCount {
		return windowCount{c.Key.Key, int(c.Key.Start), c.Value}
	}))
}
