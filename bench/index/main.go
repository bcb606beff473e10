// Command index compares the indexes with their peers, on the same data and the
// same machine, one thread each, and shows what they cost as they grow.
//
//	go run ./bench/index [--data DIR] [--peers VENV] [--what LIST] [--quick]
//
// DIR keeps the data sets; what is missing there is made. VENV is a virtual
// environment with numpy, psutil, hnswlib, faiss-cpu, usearch and tantivy;
// without it only this project is measured. Engines are processes of their own
// and are asked in turns, so that other work of the machine meets all. Times are
// those of the processor, the best of several passes. Every answer is compared
// with the exact one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	rag "ragserver"
	"ragserver/bench/measure"
)

// options say what to measure, and how much of it.
type options struct {
	data, peers, what, corpus string
	plots, json               string
	vector, text              string // kinds of legs
	most                      int    // chunks
	queries                   int
	passes                    int
	seconds                   float64 // of mixed load
}

// quick is a size that finds a broken benchmark within seconds.
func (o *options) quick() {
	o.most, o.queries, o.passes, o.seconds = 1000, 25, 1, 0.2
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "program" {
		exit(new(program).serve(os.Stdin, os.Stdout))
	}
	o := options{queries: 1000}
	quick := flag.Bool("quick", false, "a smoke test: 1,000 chunks, one pass")
	flag.StringVar(&o.data, "data", "", "`folder` that keeps the data sets; a temporary one by default")
	flag.StringVar(&o.peers, "peers", os.Getenv("RAGSERVER_BENCH_PEERS"), "virtual environment `folder` of the peers")
	flag.StringVar(&o.what, "what", allWorkloads(), "`list` of what to measure")
	flag.StringVar(&o.corpus, "corpus", "docs", "`folder` of documents whose chunks are the real data")
	flag.StringVar(&o.plots, "plots", "", "write the plots of the curves to this `folder`")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	flag.StringVar(&o.vector, "vector", "hnsw", "`kind` of the vector leg")
	flag.StringVar(&o.text, "text", "bm25", "`kind` of the text leg")
	flag.IntVar(&o.most, "most", 1_000_000, "the most chunks of any data set")
	flag.IntVar(&o.passes, "passes", 7, "how often each is timed")
	flag.Float64Var(&o.seconds, "seconds", 60, "of mixed load")
	flag.Parse()
	if *quick {
		o.quick()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "index: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A bench is a run of this command.
type bench struct {
	options
	work   string // folder that is removed at the end
	report *measure.Report

	saved struct { // a leg on disk, see loaded
		done  bool
		dir   string
		epoch rag.Epoch
	}
}

// run measures what the options name and prints the report.
func run(ctx context.Context, o options) (err error) {
	if o.most < 1000 || o.passes < 1 {
		return fmt.Errorf("--most %d, --passes %d: at least 1000 and 1", o.most, o.passes)
	}
	b := &bench{options: o, report: measure.NewReport(goals())}
	if b.work, err = os.MkdirTemp("", "ragserver-index-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	if b.data == "" {
		b.data = b.work
	}
	if err := os.MkdirAll(b.data, 0o755); err != nil {
		return err
	}
	b.report.Reference = "peer"
	b.report.Setting = fmt.Sprintf("%d processors, %s/%s, %s; best of %d passes; at most %d chunks",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), o.passes, o.most)
	fmt.Println(b.report.Setting)
	err = b.all(ctx)
	b.report.Print(os.Stdout)
	if o.json != "" {
		err = errors.Join(err, b.report.WriteJSON(o.json))
	}
	return err
}

// note keeps a figure of an engine, and shows it at once.
func (b *bench) note(engine, what, unit string, v float64) {
	fmt.Printf("  %-10s %-60s %12.5g %s\n", engine, what, v, unit)
	b.report.Set(engine, what, unit, v)
}
