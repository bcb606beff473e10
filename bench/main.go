// Command bench compares this server with Pathway on the same documents, the
// same cheap embedder and the same machine, and prints both figures, their ratio
// and the goal.
//
//	go run ./bench [--docs 10000] [--reference VENV --reference-scripts DIR]
//
// VENV is a virtual environment with pathway[xpack-llm], DIR holds the program
// rag_server.py that serves a folder with it. Without them only this server is
// measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"ragserver/bench/measure"
)

// options say what to measure, and for how long.
type options struct {
	docs    int
	cell    time.Duration // of queries of one kind from one number of clients
	trials  int           // of each kind of change
	idle    time.Duration
	limit   time.Duration // for indexing
	json    string
	work    string
	venv    string
	scripts string
}

// quick is a size that finds a broken benchmark within a minute.
func (o *options) quick() {
	o.docs, o.cell, o.trials, o.idle = 200, 500*time.Millisecond, 3, time.Second
}

func main() {
	var o options
	quick := flag.Bool("quick", false, "a smoke test: few documents, short cells")
	flag.IntVar(&o.docs, "docs", 1000, "`number` of documents")
	flag.DurationVar(&o.cell, "cell", 4*time.Second, "measured time of each cell of queries")
	flag.IntVar(&o.trials, "trials", 30, "changes of each kind")
	flag.DurationVar(&o.idle, "idle", 10*time.Second, "how long to look at an idle server")
	flag.DurationVar(&o.limit, "limit", 15*time.Minute, "how long a server may take to index all")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	flag.StringVar(&o.work, "work", "", "`folder` for all files; a temporary one by default")
	flag.StringVar(&o.venv, "reference", os.Getenv("RAGSERVER_BENCH_REFERENCE"), "virtual environment `folder` of Pathway")
	flag.StringVar(&o.scripts, "reference-scripts", os.Getenv("RAGSERVER_BENCH_REFERENCE_SCRIPTS"), "`folder` of rag_server.py")
	flag.Parse()
	if *quick {
		o.quick()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// run measures in a folder that it removes, unless one is given.
func run(ctx context.Context, o options) (err error) {
	if o.docs < folders {
		return fmt.Errorf("--docs %d: at least %d are needed", o.docs, folders)
	}
	if o.work == "" {
		if o.work, err = os.MkdirTemp("", "ragserver-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.work)) }()
	}
	b := &bench{options: o, corpus: newCorpus(42), report: measure.NewReport(goals())}
	if err := b.prepare(); err != nil {
		return err
	}
	defer b.killAll()
	b.report.Setting = fmt.Sprintf("%d documents, %.1f MB; %d processors, %s/%s, %s%s",
		o.docs, float64(b.size)/1e6, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), others())
	fmt.Println(b.report.Setting)
	if err := b.all(ctx); err != nil {
		return err
	}
	b.report.Print(os.Stdout)
	if o.json != "" {
		return b.report.WriteJSON(o.json)
	}
	return nil
}

// others says how busy the machine is with other work, where Linux tells.
func others() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	load, _, _ := strings.Cut(string(data), " ")
	return "; load before the start " + load
}
