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

// What is measured of a server that gets hostile files.
const (
	giant         = hostileFolder + "/bomb_giant.pdf"
	hostileTime   = "hostile files, until all documents are done"
	hostileMemory = "hostile files, peak memory over the idle server"
	giantTime     = giant + " alone, until it is done"
)

// goodFiles is how many good files are among the hostile ones.
const goodFiles = 20

// siegeLimit ends a siege that does not end by itself.
const siegeLimit = 5 * time.Minute

// besiege gives the real server all hostile files and some good ones at once, and
// then the giant one alone, and notes what it does.
func besiege(ctx context.Context, o options, all map[string]expectation, report *measure.Report) (err error) {
	work, err := os.MkdirTemp("", "ragserver-documents-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	program, err := buildServer(ctx, work)
	if err != nil {
		return err
	}
	files := besiegers(all)
	one := siege{options: o, program: program, dir: filepath.Join(work, "all"), all: all, report: report}
	took, err := one.run(ctx, files, hostileMemory)
	if err != nil {
		return err
	}
	report.Set("ragserver", hostileTime, "s", took.Seconds())
	if _, ok := all[giant]; ok {
		one.dir = filepath.Join(work, "giant")
		if took, err = one.run(ctx, []string{giant}, giant+" alone, peak memory over the idle server"); err != nil {
			return err
		}
		report.Set("ragserver", giantTime, "s", took.Seconds())
	}
	return nil
}

// besiegers returns the hostile files, and good ones of all formats.
func besiegers(all map[string]expectation) []string {
	var bad []string
	good := make(map[string][]string) // by format
	for _, name := range slices.Sorted(maps.Keys(all)) {
		format, _, _ := strings.Cut(name, "/")
		if all[name].Hostile != "" || format == hostileFolder {
			bad = append(bad, name)
		} else if format != "image" { // without OCR they have no text
			good[format] = append(good[format], name)
		}
	}
	var chosen []string
	for i := 0; len(chosen) < goodFiles; i++ {
		before := len(chosen)
		for _, format := range slices.Sorted(maps.Keys(good)) {
			if i < len(good[format]) && len(chosen) < goodFiles && len(all[good[format][i]].Expect) > 0 {
				chosen = append(chosen, good[format][i])
			}
		}
		if len(chosen) == before && i > goodFiles {
			break
		}
	}
	return append(bad, chosen...)
}

// A siege is one server with the files that it gets.
type siege struct {
	options
	program, dir string
	all          map[string]expectation
	report       *measure.Report
}

// run gives the files to a new server and returns how long it takes until the
// last one is done.
func (g *siege) run(ctx context.Context, files []string, memory string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, siegeLimit)
	defer cancel()
	s, err := startServer(ctx, g.program, g.dir, g.parsers.PDFium)
	if err != nil {
		return 0, err
	}
	defer s.process.Kill()
	time.Sleep(time.Second) // until it is idle
	idle, _ := s.process.Usage()
	if err := g.stage(files); err != nil {
		return 0, err
	}
	watch, stop := context.WithCancel(ctx)
	asked := make(chan asking, 1)
	go func() { asked <- keepAsking(watch, s) }()
	began := time.Now()
	if err := os.Rename(filepath.Join(g.dir, "staged"), filepath.Join(s.docs, "all")); err != nil {
		stop()
		return 0, err
	}
	done, err := awaitAll(ctx, s, files)
	took := time.Since(began)
	stop()
	answers := <-asked
	if err != nil {
		return took, err
	}
	g.report.Set("ragserver", memory, "MB", float64(s.process.PeakRSS()-idle)/1e6)
	g.report.Set("ragserver", filepath.Base(g.dir)+": idle server", "MB", float64(idle)/1e6)
	answers.note(filepath.Base(g.dir), g.report)
	return took, g.judge(ctx, s, files, done)
}

// stage copies the files into a folder beside the one that the server watches.
func (g *siege) stage(files []string) error {
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(g.data, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		to := filepath.Join(g.dir, "staged", filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// awaitAll waits until every file is indexed or failed, and returns all documents
// by URI.
func awaitAll(ctx context.Context, s *server, files []string) (map[string]listed, error) {
	for {
		list, err := s.documents(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the documents: %w", err)
		}
		by, open := make(map[string]listed, len(list)), len(files)
		for _, d := range list {
			by[d.URI] = d
			if d.Container == "" && (d.Status == "indexed" || d.Status == "failed") {
				open--
			}
		}
		if open <= 0 {
			return by, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d files are not done: %w", open, len(files), ctx.Err())
		case <-s.process.Ended:
			return nil, fmt.Errorf("the server ended when %d of %d files were not done", open, len(files))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
