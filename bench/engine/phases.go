package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ragserver/bench/measure"
)

// An engine is one of those compared: it runs a program over the inputs below
// data, writing its changes to sink.
type engine struct {
	name    string
	command func(program, data, sink, mode string) []string
}

const (
	ours   = "ragserver"
	theirs = "pathway"
)

// A workload is a program with its inputs, the right answer, and changes to make
// while it streams.
type workload struct {
	name    string
	inputs  []string // folders
	rows    float64  // of input
	truth   func(dir string) (content, error)
	quiet   time.Duration
	changes []change
}

// A change is made to a copy of the inputs in dir; data has the originals.
type change struct {
	name string
	make func(dir, data string) error
}

func (b *bench) workloads() []workload {
	s := newStreams("", b.scale)
	return []workload{
		{name: "wordcount", inputs: []string{"words"}, rows: float64(wordFiles * s.scaled(wordsPerFile)), truth: wordTruth, quiet: 4 * time.Second},
		{name: "join", inputs: []string{"orders", "products"}, rows: float64(orderFiles * s.scaled(ordersPerFile)), truth: joinTruth, quiet: 2 * time.Second,
			changes: []change{{"10,000 orders added", addOrders}, {"100 prices changed", reprice}, {"a file of orders deleted", deleteOrders}}},
		{name: "window", inputs: []string{"events"}, rows: float64(eventFiles * s.scaled(eventsPerFile)), truth: windowTruth, quiet: 2 * time.Second,
			changes: []change{{"10,000 late events", lateEvents}}},
	}
}

func addOrders(dir, data string) error {
	return copyFile(filepath.Join(dir, "orders", "zmore.jsonl"), filepath.Join(data, "more", "more.jsonl"))
}

func lateEvents(dir, data string) error {
	return copyFile(filepath.Join(dir, "events", "zlate.jsonl"), filepath.Join(data, "late", "late.jsonl"))
}

func deleteOrders(dir, _ string) error { return os.Remove(filepath.Join(dir, "orders", "o50.jsonl")) }

func reprice(dir, _ string) error {
	file := filepath.Join(dir, "products", "p7.jsonl")
	var out strings.Builder
	err := lines(file, func(p product) {
		fmt.Fprintf(&out, "{\"product\": %d, \"category\": %d, \"price\": %d}\n", p.Product, p.Category, p.Price+1)
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(out.String()), 0o644)
}

// measure runs one workload on one engine, first as a batch, then as a stream
// with changes.
func (b *bench) measure(e engine, w workload) error {
	dir := filepath.Join(b.work, "in")
	if err := b.copyInputs(dir, w); err != nil {
		return err
	}
	want, err := w.truth(dir)
	if err != nil {
		return err
	}
	if err := b.static(e, w, dir, want); err != nil {
		return fmt.Errorf("%s, %s, batch: %w", e.name, w.name, err)
	}
	if err := b.streaming(e, w, dir, want); err != nil {
		return fmt.Errorf("%s, %s, streaming: %w", e.name, w.name, err)
	}
	return nil
}

func (b *bench) copyInputs(dir string, w workload) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, in := range w.inputs {
		if err := os.CopyFS(filepath.Join(dir, in), os.DirFS(filepath.Join(b.data, in))); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) start(e engine, w workload, dir, mode string) (*measure.Process, string, error) {
	sink := filepath.Join(b.work, "sink.csv")
	if err := os.Remove(sink); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	args := e.command(w.name, dir, sink, mode)
	p, err := measure.Start(filepath.Join(b.work, e.name+".log"), args[0], args[1:]...)
	return p, sink, err
}

func (b *bench) static(e engine, w workload, dir string, want content) error {
	p, sink, err := b.start(e, w, dir, "static")
	if err != nil {
		return err
	}
	defer p.Kill()
	select {
	case <-p.Ended:
	case <-time.After(b.limit):
		return fmt.Errorf("not done after %v", b.limit)
	}
	took := time.Since(p.Start)
	if err := p.Wait(); err != nil {
		return fmt.Errorf("%w; see its log", err)
	}
	b.note(e, w.name+", batch", "rows/s", w.rows/took.Seconds())
	b.note(e, w.name+", batch, peak memory", "MB", megabytes(p.PeakRSS()))
	return b.right(e, w.name+", batch", sink, want)
}

func (b *bench) right(e engine, what, sink string, want content) error {
	got, err := sinkContent(sink)
	if err != nil {
		return err
	}
	if err := compare(got, want); err != nil {
		b.report.Problem(e.name, "%s: wrong: %v", what, err)
	}
	return nil
}

func (b *bench) streaming(e engine, w workload, dir string, want content) error {
	p, sink, err := b.start(e, w, dir, "streaming")
	if err != nil {
		return err
	}
	defer p.Kill()
	took, err := b.settle(p, sink, look{}, p.Start, w.quiet)
	if err != nil {
		return err
	}
	b.note(e, w.name+", streaming", "rows/s", w.rows/took.Seconds())
	if err := b.right(e, w.name+", streaming", sink, want); err != nil {
		return err
	}
	for _, c := range w.changes {
		before, from := lookAt(sink), time.Now()
		if err := c.make(dir, b.data); err != nil {
			return err
		}
		took, err := b.settle(p, sink, before, from, w.quiet)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		b.note(e, w.name+", "+c.name, "ms", took.Seconds()*1000)
		now, err := w.truth(dir)
		if err != nil {
			return err
		}
		if err := b.right(e, w.name+", "+c.name, sink, now); err != nil {
			return err
		}
	}
	b.note(e, w.name+", streaming, peak memory", "MB", megabytes(p.PeakRSS()))
	return nil
}

// settle waits until the sink is not what it was in before, and then does not
// change for as long as quiet. It returns the time from then to the last change,
// as seen by looking every millisecond: the times of files are those of a slower
// clock.
func (b *bench) settle(p *measure.Process, sink string, before look, from time.Time, quiet time.Duration) (time.Duration, error) {
	last, changed := from, false
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		at := <-tick.C
		select {
		case <-p.Ended:
			return 0, fmt.Errorf("it ended: %w", p.Wait())
		default:
		}
		if l := lookAt(sink); l != before && l.size > 0 {
			before, last, changed = l, at, true
		}
		switch {
		case changed && at.Sub(last) > quiet:
			return last.Sub(from), nil
		case at.Sub(from) > b.limit:
			return 0, fmt.Errorf("nothing new within %v", b.limit)
		}
	}
}

// A look is what the system says of a file at a time; zero if it is not there.
type look struct {
	size     int64
	modified time.Time
}

func lookAt(file string) look {
	s, err := os.Stat(file)
	if err != nil {
		return look{}
	}
	return look{s.Size(), s.ModTime()}
}

// startup measures a program that has nothing to do.
func (b *bench) startup(e engine) error {
	var times []time.Duration
	var peak int64
	for range 5 {
		args := e.command("empty", b.data, filepath.Join(b.work, "none"), "static")
		from := time.Now()
		p, err := measure.Start(filepath.Join(b.work, e.name+".log"), args[0], args[1:]...)
		if err != nil {
			return err
		}
		if err := p.Wait(); err != nil {
			return fmt.Errorf("%s: empty program: %w", e.name, err)
		}
		times = append(times, time.Since(from))
		peak = max(peak, p.PeakRSS())
	}
	b.note(e, "start and end of an empty program", "ms", median(times).Seconds()*1000)
	return nil
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// reference is Pathway in a virtual environment, running its own programs.
func reference(venv, scripts string) (engine, error) {
	python := filepath.Join(venv, "bin", "python")
	program := filepath.Join(scripts, "engine.py")
	for _, file := range []string{python, program} {
		if _, err := os.Stat(file); err != nil {
			return engine{}, err
		}
	}
	return engine{theirs, func(name, data, sink, mode string) []string {
		return []string{python, program, name, "--data", data, "--sink", sink, "--mode", mode}
	}}, nil
}

// self is this program, as "program NAME".
func self() (engine, error) {
	file, err := os.Executable()
	if err != nil {
		return engine{}, err
	}
	if _, err := exec.LookPath(file); err != nil {
		return engine{}, err
	}
	return engine{ours, func(name, data, sink, mode string) []string {
		return []string{file, "program", "--data", data, "--sink", sink, "--mode", mode, name}
	}}, nil
}
