package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ragserver/bench/measure"
)

// An asking is how a server answered all the while.
type asking struct {
	asked   int
	failed  []string
	longest time.Duration
}

// keepAsking asks whether the server is ready, and for passages, until ctx is
// done.
func keepAsking(ctx context.Context, s *server) (a asking) {
	own := &server{base: s.base, client: http.Client{Timeout: 10 * time.Second}}
	for {
		for _, ask := range []func(context.Context) error{own.ready, own.retrieve} {
			began := time.Now()
			err := ask(ctx)
			if ctx.Err() != nil {
				return a
			}
			a.asked++
			a.longest = max(a.longest, time.Since(began))
			if err != nil {
				a.failed = append(a.failed, err.Error())
			}
		}
		select {
		case <-ctx.Done():
			return a
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// note puts how the server answered into the report.
func (a asking) note(siege string, r *measure.Report) {
	r.Set("ragserver", siege+": answers meanwhile", "", float64(a.asked))
	r.Set("ragserver", siege+": longest answer", "ms", float64(a.longest.Microseconds())/1000)
	if len(a.failed) > 0 {
		r.Problem("ragserver", "%s: %d of %d questions failed, first: %s", siege, len(a.failed), a.asked, a.failed[0])
	}
	if a.asked == 0 {
		r.Problem("ragserver", "%s: it was not asked anything", siege)
	}
}

// judge looks at what became of each file: every good one is indexed, a hostile
// one is indexed or has a reason, and what must be found in it is found.
func (g *siege) judge(ctx context.Context, s *server, files []string, done map[string]listed) error {
	var indexed, failed int
	for _, name := range files {
		d, ok := find(done, name)
		switch {
		case !ok:
			g.report.Problem("ragserver", "%s is not listed", name)
			continue
		case d.Status == "indexed":
			indexed++
		case d.Reason == "":
			g.report.Problem("ragserver", "%s failed without a reason", name)
		case g.all[name].Hostile == "":
			g.report.Problem("ragserver", "%s is a good file and failed: %s", name, d.Reason)
		default:
			failed++
			fmt.Printf("  %-60s %s\n", name, d.Reason)
		}
		if err := g.found(ctx, s, d, name, done); err != nil {
			return err
		}
	}
	g.report.Set("ragserver", filepath.Base(g.dir)+": files indexed", "", float64(indexed))
	g.report.Set("ragserver", filepath.Base(g.dir)+": files failed with a reason", "", float64(failed))
	return nil
}

// find returns the document of a file.
func find(done map[string]listed, name string) (listed, bool) {
	for _, d := range done {
		if d.Container == "" && (d.Path == name || strings.HasSuffix(d.Path, "/"+name)) {
			return d, true
		}
	}
	return listed{}, false
}

// found looks for the strings of a hostile file in it and in all that it contains.
func (g *siege) found(ctx context.Context, s *server, d listed, name string, done map[string]listed) error {
	want := g.all[name].Expect
	if g.all[name].Hostile == "" || len(want) == 0 {
		return nil
	}
	var text strings.Builder
	for _, uri := range inside(d.URI, done) {
		t, err := s.text(ctx, uri)
		if err != nil {
			return fmt.Errorf("reading %s: %w", uri, err)
		}
		text.WriteString(t + "\n")
	}
	loose := loosely(text.String())
	for _, w := range want {
		if !strings.Contains(loose, loosely(w.Text)) {
			g.report.Problem("ragserver", "%s: %q is not found", name, w.Text)
		}
	}
	return nil
}

// inside returns a document and all that is inside it.
func inside(uri string, done map[string]listed) []string {
	list := []string{uri}
	for i := 0; i < len(list); i++ {
		for _, d := range done {
			if d.Container == list[i] && !slices.Contains(list, d.URI) {
				list = append(list, d.URI)
			}
		}
	}
	return list
}
