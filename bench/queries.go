package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"
)

const (
	hits      = 5
	questions = 1000 // different ones in a cell
)

// clients are the numbers of clients at a time.
var clients = []int{1, 8, 32}

// A filter is a kind of condition of queries.
type filter struct {
	name    string
	apply   func(r *retrieveRequest, file string)
	only3   bool // selects the folder s3
	oneFile bool // selects the document that is asked for
}

var (
	filters = []filter{
		{name: "no filter", apply: func(*retrieveRequest, string) {}},
		{name: "path glob, 10 %", only3: true, apply: func(r *retrieveRequest, _ string) { r.Glob = "**/s3/*" }},
		{name: "metadata filter, 10 %", only3: true, apply: func(r *retrieveRequest, _ string) { r.Filter = "contains(path, `s3/doc_`)" }},
	}
	oneDocument = filter{name: "glob of one document", oneFile: true, apply: func(r *retrieveRequest, file string) {
		r.Glob = "**/" + path.Base(file)
	}}
)

// An asked is a question before it is addressed to a server.
type asked struct {
	retrieveRequest
	phrase string
	file   string
}

// questions returns what is asked with a filter: phrases of documents that it
// selects.
func (b *bench) questions(f filter) []asked {
	rng := random(1)
	list := make([]asked, questions)
	for i := range list {
		doc := b.askable(rng, f)
		q := asked{file: b.corpus.path(doc), phrase: b.corpus.phrase(rng, doc)}
		q.retrieveRequest = retrieveRequest{Query: q.phrase, K: hits}
		f.apply(&q.retrieveRequest, q.file)
		list[i] = q
	}
	return list
}

func (b *bench) askable(rng *rand.Rand, f filter) int {
	if f.only3 {
		return rng.IntN(b.docs/folders)*folders + 3
	}
	return rng.IntN(b.docs)
}

// queries measures every filter with every number of clients. In each cell the
// servers take turns twice, in both orders, so that what else the machine does
// falls on both.
func (b *bench) queries(ctx context.Context) error {
	for _, f := range filters {
		list := b.questions(f)
		err := b.each(awake(func(_ context.Context, s *server) error {
			b.check(s, f, list[:20])
			return nil
		}))(ctx)
		if err != nil {
			return err
		}
		for _, n := range clients {
			if err := b.cell(ctx, f, list, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) cell(ctx context.Context, f filter, list []asked, n int) error {
	turns := slices.Clone(b.servers)
	slices.Reverse(turns)
	turns = append(slices.Clone(b.servers), turns...)
	samples := make(map[*server]*sample)
	for _, s := range b.servers {
		samples[s] = new(sample)
	}
	for _, s := range turns {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.resume(); err != nil {
			return err
		}
		samples[s].add(b.load(s, list, n, b.options.cell/2).run())
		if err := s.pause(); err != nil {
			return err
		}
	}
	for _, s := range b.servers {
		b.note(s, f, n, *samples[s])
	}
	return nil
}

func (b *bench) load(s *server, list []asked, n int, measured time.Duration) load {
	l := load{addr: s.addr, clients: n, warm: measured / 4, measured: measured, limit: 30 * time.Second}
	for _, q := range list {
		l.questions = append(l.questions, newQuestion(s.addr, q.retrieveRequest, q.phrase))
	}
	return l
}

func (b *bench) note(s *server, f filter, n int, got sample) {
	fmt.Printf("  %-10s %s, clients: %d: %v\n", s.name, f.name, n, got)
	if got.Failed > 0 {
		b.report.Problem(s.name, "%s, %d clients: %d queries failed: %s", f.name, n, got.Failed, got.Error)
	}
	if len(got.Latencies) == 0 {
		b.report.Problem(s.name, "%s, %d clients: no answer in time", f.name, n)
		return
	}
	what := fmt.Sprintf("%s, %d clients", f.name, n)
	if n == 1 {
		what = f.name + ", 1 client"
		b.report.Set(s.name, what+", own text found", "%", 100*got.found())
	}
	b.report.Set(s.name, what+", p50", "ms", milliseconds(percentile(got.Latencies, 50)))
	b.report.Set(s.name, what+", p95", "ms", milliseconds(percentile(got.Latencies, 95)))
	b.report.Set(s.name, what, "q/s", got.rate())
}

// selective measures a filter that selects one document, another one each time.
// The reference may not answer at all.
func (b *bench) selective(_ context.Context, s *server) error {
	list := b.questions(oneDocument)
	for _, n := range clients {
		l := b.load(s, list, n, b.options.cell)
		got := l.run()
		b.note(s, oneDocument, n, got)
		if len(got.Latencies) == 0 {
			return nil
		}
	}
	b.check(s, oneDocument, list[:20])
	return nil
}

// check looks whether a server's answers obey a filter and are complete.
func (b *bench) check(s *server, f filter, list []asked) {
	c := &client{addr: s.addr}
	defer c.close()
	for _, q := range list {
		var got []struct {
			Text     string
			Metadata struct{ Path string }
		}
		body, err := json.Marshal(q.retrieveRequest)
		if err == nil {
			err = c.post("/v1/retrieve", json.RawMessage(body), &got, 30*time.Second)
		}
		if err != nil {
			b.report.Problem(s.name, "%s: %v", f.name, err)
			return
		}
		if want := hits; len(got) != want && !f.oneFile || len(got) == 0 {
			b.report.Problem(s.name, "%s: %d hits for %q, not %d", f.name, len(got), q.phrase, want)
		}
		for _, h := range got {
			if f.only3 && !strings.Contains("/"+h.Metadata.Path, "/s3/") || f.oneFile && !strings.HasSuffix(h.Metadata.Path, q.file) {
				b.report.Problem(s.name, "%s: a hit from %s", f.name, h.Metadata.Path)
			}
		}
	}
}
