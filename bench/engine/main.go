// Command engine compares the dataflow engine with Pathway: the same programs
// over the same files, each as a process of its own, one after the other, as a
// batch and as a stream that goes on to change.
//
//	go run ./bench/engine [--scale 1] [--runs 3] [--reference VENV --reference-scripts DIR]
//
// VENV is a virtual environment with pathway, DIR holds its programs, engine.py.
// Without them only this engine is measured. Every result is compared with the
// right answer. Figures are medians of the runs, from the start of the process.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"ragserver/bench/measure"
)

// options say what to measure, and how often.
type options struct {
	scale   float64
	runs    int
	what    string
	limit   time.Duration
	json    string
	work    string
	venv    string
	scripts string
}

// A bench is a run of this command.
type bench struct {
	options
	data   string
	report *measure.Report
	all    map[string]map[string][]float64 // by server and row
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "program" {
		exit(runProgram(os.Args[2:]))
	}
	var o options
	quick := flag.Bool("quick", false, "a smoke test: a hundredth of the rows, once")
	flag.Float64Var(&o.scale, "scale", 1, "`share` of the rows")
	flag.IntVar(&o.runs, "runs", 3, "how often each is run")
	flag.StringVar(&o.what, "what", "startup,wordcount,join,window,state", "`list` of what to measure")
	flag.DurationVar(&o.limit, "limit", 5*time.Minute, "how long a program may take")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	flag.StringVar(&o.work, "work", "", "`folder` for all files; a temporary one by default")
	flag.StringVar(&o.venv, "reference", os.Getenv("RAGSERVER_BENCH_REFERENCE"), "virtual environment `folder` of Pathway")
	flag.StringVar(&o.scripts, "reference-scripts", os.Getenv("RAGSERVER_BENCH_REFERENCE_SCRIPTS"), "`folder` of engine.py")
	flag.Parse()
	if *quick {
		o.scale, o.runs = 0.01, 1
	}
	exit(run(o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "engine: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(o options) (err error) {
	if o.scale <= 0 || o.runs < 1 {
		return fmt.Errorf("--scale %g, --runs %d: both must be above 0", o.scale, o.runs)
	}
	if o.work == "" {
		if o.work, err = os.MkdirTemp("", "ragserver-engine-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.work)) }()
	}
	b := &bench{options: o, data: filepath.Join(o.work, "data"), report: measure.NewReport(goals()), all: make(map[string]map[string][]float64)}
	b.report.Setting = fmt.Sprintf("scale %g, median of %d; %d processors, %s/%s, %s", o.scale, o.runs, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Println(b.report.Setting)
	engines, err := b.engines()
	if err != nil {
		return err
	}
	if err := newStreams(b.data, o.scale).write(); err != nil {
		return err
	}
	if err := b.everything(engines); err != nil {
		return err
	}
	b.report.Print(os.Stdout)
	if o.json != "" {
		return b.report.WriteJSON(o.json)
	}
	return nil
}

func (b *bench) engines() ([]engine, error) {
	us, err := self()
	if err != nil || b.venv == "" {
		return []engine{us}, err
	}
	them, err := reference(b.venv, b.scripts)
	return []engine{us, them}, err
}

func (b *bench) wants(what string) bool { return slices.Contains(strings.Split(b.what, ","), what) }

// everything measures the engines in turns, so that what the machine does beside
// it meets both.
func (b *bench) everything(engines []engine) error {
	if b.wants("startup") {
		for _, e := range engines {
			if err := b.startup(e); err != nil {
				return err
			}
		}
	}
	for _, w := range b.workloads() {
		if !b.wants(w.name) {
			continue
		}
		for range b.runs {
			for _, e := range engines {
				if err := b.measure(e, w); err != nil {
					return err
				}
			}
		}
	}
	if b.wants("state") {
		return b.state(engines[0])
	}
	return nil
}

// note keeps a figure of one run; the report has the median.
func (b *bench) note(e engine, what, unit string, v float64) {
	if b.all[e.name] == nil {
		b.all[e.name] = make(map[string][]float64)
	}
	list := append(b.all[e.name][what], v)
	b.all[e.name][what] = list
	fmt.Printf("  %-10s %-45s %12.1f %s\n", e.name, what, v, unit)
	b.report.Set(e.name, what, unit, median(list))
}

func median[T cmp.Ordered](list []T) T {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

// goals are the promises by what they are about.
func goals() map[string]measure.Target {
	g := map[string]measure.Target{"start and end of an empty program": measure.AtMost(50)}
	for _, w := range (&bench{}).workloads() {
		for _, mode := range []string{"batch", "streaming"} {
			g[w.name+", "+mode] = measure.TimesOrMore(2)
			g[w.name+", "+mode+", peak memory"] = measure.TimesOrLess(0.5)
		}
		for _, c := range w.changes {
			g[w.name+", "+c.name] = measure.TimesOrLess(0.1)
		}
	}
	return g
}
