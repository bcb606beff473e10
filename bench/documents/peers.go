package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ragserver/bench/measure"
)

// A result is what a program made of the files of a contest, in its best round.
type result struct {
	files         map[string]reading // by name
	cpu           time.Duration      // of all of them
	failed, late  int                // files: all that it did not read; those that took too long
	wanted        int                // strings
	strict, loose int
}

// A reading is what one file took.
type reading struct {
	cpu     time.Duration
	counted int // pages, or 1 document; 0 if it was not read
}

// rates returns how much r and other count in a second of processor time, of the
// files that both have read.
func (r *result) rates(other *result) (ours, theirs float64) {
	var counted int
	var cpu, otherCPU time.Duration
	for name, f := range r.files {
		if g := other.files[name]; f.counted > 0 && g.counted > 0 {
			counted += f.counted
			cpu += f.cpu
			otherCPU += g.cpu
		}
	}
	per := func(t time.Duration) float64 { return float64(counted) / max(t.Seconds(), 1e-9) }
	return per(cpu), per(otherCPU)
}

// programs are ours and the others.
func (c contest) programs() []contestant { return append(slices.Clip(c.ours), c.others...) }

// comparePeers lets the programs read the same files, in turns, each in a process
// of its own with one thread of Go, and notes what they count in a second of
// processor time.
func comparePeers(ctx context.Context, o options, all map[string]expectation, report *measure.Report) error {
	work, err := os.MkdirTemp("", "ragserver-documents-")
	if err != nil {
		return err
	}
	contests, err := o.contests(work)
	for _, c := range contests {
		if err == nil && o.wants(c.format, "") {
			err = c.hold(ctx, o, all, report)
		}
	}
	return errors.Join(err, os.RemoveAll(work))
}

// hold holds a contest.
func (c contest) hold(ctx context.Context, o options, all map[string]expectation, report *measure.Report) error {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return !strings.HasPrefix(name, c.format+"/") })
	defer func() {
		for _, p := range c.programs() {
			p.close()
		}
	}()
	results := make(map[string]*result)
	for round := range o.peer.rounds {
		now, err := c.round(ctx, o, names, all)
		if err != nil {
			return err
		}
		for name, r := range now {
			if round == 0 || r.cpu < results[name].cpu {
				results[name] = r
			}
		}
	}
	c.print(results)
	c.note(results, report)
	return nil
}

// round lets every program read every file once: the second file after the
// first, each by all programs one after the other.
func (c contest) round(ctx context.Context, o options, names []string, all map[string]expectation) (map[string]*result, error) {
	results := make(map[string]*result)
	for _, name := range names {
		for _, p := range c.programs() {
			r := results[p.name]
			if r == nil {
				r = &result{files: make(map[string]reading)}
				results[p.name] = r
			}
			text, cpu, err := p.read(ctx, filepath.Join(o.data, filepath.FromSlash(name)), o.peer.limit)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil && cpu == 0:
				return nil, fmt.Errorf("%s: %s: %w", name, p.name, err) // it does not run at all
			}
			r.add(name, c.count(all[name]), all[name], text, cpu, err)
		}
	}
	return results, nil
}

// count is what a file counts.
func (c contest) count(e expectation) int {
	if c.unit == "pages" {
		return max(e.Pages, 1)
	}
	return 1
}

func (r *result) add(name string, counted int, e expectation, text string, cpu time.Duration, err error) {
	r.cpu += cpu
	r.wanted += len(e.Expect)
	if err != nil {
		r.files[name] = reading{cpu: cpu}
		r.failed++
		if errors.Is(err, errTime) {
			r.late++
		}
		return
	}
	r.files[name] = reading{cpu, counted}
	strict, loose := strictly(text), loosely(text)
	for _, w := range e.Expect {
		if strings.Contains(strict, strictly(w.Text)) {
			r.strict++
		}
		if strings.Contains(loose, loosely(w.Text)) {
			r.loose++
		}
	}
}

func (c contest) print(results map[string]*result) {
	fmt.Printf("\n%s, %s in a second of processor time\n", c.format, c.unit)
	fmt.Printf("%-14s %9s %9s %8s %8s %7s %9s\n", "program", "CPU s", "a second", "strict", "loose", "failed", "too long")
	for _, p := range c.programs() {
		r := results[p.name]
		rate, _ := r.rates(r)
		fmt.Printf("%-14s %9.2f %9.1f %8s %8s %4d/%-2d %9d\n", p.name, r.cpu.Seconds(), rate, share(r.strict, r.wanted), share(r.loose, r.wanted), r.failed, len(r.files), r.late)
	}
}

// note puts the figures into the report, ours beside each of the others, of the
// files that both have read.
func (c contest) note(results map[string]*result, report *measure.Report) {
	for _, us := range c.ours {
		for _, them := range c.others {
			what := c.format + ", " + us.name + " beside " + them.name
			if goal, ok := c.goals[them.name]; ok {
				report.Goal(what, measure.TimesOrMore(goal))
			}
			ours, theirs := results[us.name].rates(results[them.name])
			report.Set("ragserver", what, c.unit+"/s", ours)
			report.Set("other", what, c.unit+"/s", theirs)
		}
	}
}
