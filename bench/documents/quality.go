package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ragserver/bench/measure"
	"ragserver/parse"
	"ragserver/parse/isolate"
)

// hostileFolder holds what was made to do harm.
const hostileFolder = "hostile"

// readAll reads the files as the service would, in one process that may crash,
// and notes what was found.
func readAll(ctx context.Context, o options, all map[string]expectation, report *measure.Report) error {
	pool := isolate.New(isolate.Config{Workers: 1, Options: o.parsers.String()})
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- pool.Run(ctx) }()
	defer func() { stop(); <-ended }()

	scores := make(map[string]*score)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		format, _, _ := strings.Cut(name, "/")
		if !o.wants(format, name) {
			continue
		}
		s := scores[format]
		if s == nil {
			s = &score{}
			scores[format] = s
		}
		data, err := os.ReadFile(filepath.Join(o.data, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		began := time.Now()
		t, err := pool.Parse(ctx, parse.Input{Name: name, Data: data})
		s.add(name, all[name], t, err, time.Since(began), o.misses)
	}
	noteScores(scores, report)
	for _, format := range slices.Sorted(maps.Keys(scores)) {
		if s := scores[format]; o.strict && (s.Strict < s.Strings || s.Right < s.Placed) {
			report.Problem("ragserver", "%s: %d of %d strings found, %d of %d in their places", format, s.Strict, s.Strings, s.Right, s.Placed)
		}
	}
	return nil
}

// noteScores prints a line for each format, and notes those with goals.
func noteScores(scores map[string]*score, report *measure.Report) {
	var good score
	fmt.Printf("%-10s %5s %6s %7s %8s %8s %8s %8s %6s %9s\n", "format", "files", "failed", "strings", "strict", "loose", "page", "kept", "pages", "time")
	for _, format := range slices.Sorted(maps.Keys(scores)) {
		s := scores[format]
		s.print(format)
		if format != hostileFolder {
			good.join(s)
		}
		s.note(format, report)
	}
	good.print("together")
	good.note("together", report)
}

// note puts the shares of a format into the report.
func (s *score) note(format string, report *measure.Report) {
	set := func(what string, n, of int) {
		if of > 0 {
			report.Set("ragserver", format+", "+what, "%", 100*float64(n)/float64(of))
		}
	}
	set("found strictly", s.Strict, s.Strings)
	set("found loosely", s.Loose, s.Strings)
	set("page right", s.Right, s.Placed)
	if s.Boilerplate > 0 {
		report.Set("ragserver", format+", boilerplate kept", "%", 100*float64(s.Kept)/float64(s.Boilerplate))
	}
}

// goals are the promises by what they are about.
func (o options) goals() map[string]measure.Target {
	strictPDF := 93.0
	if o.parsers.PDFium != "" {
		strictPDF = 98
	}
	return map[string]measure.Target{
		"together, found strictly":   measure.AtLeast(98),
		"together, found loosely":    measure.AtLeast(99),
		"together, page right":       measure.AtLeast(99),
		"together, boilerplate kept": measure.AtMost(10.2), // 10 of 99
		"pdf, found strictly":        measure.AtLeast(strictPDF),
		hostileTime:                  measure.AtMost(60),
		hostileMemory:                measure.AtMost(1000),
		giantTime:                    measure.AtMost(10),
	}
}
