package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A trial is one change of a file and how its effect is seen.
type trial struct {
	kind string // "add", "modify" or "delete"
	file string
	text string // what the file holds before a deletion, or after another change
	mark string // a word that no other document has
	ask  string
}

// freshness changes files and asks, again at once or 2 ms after the last
// question, until the answer shows it.
func (b *bench) freshness(ctx context.Context, s *server) error {
	rng := random(2)
	var added []trial
	for _, kind := range []string{"add", "modify", "delete"} {
		var seen []time.Duration
		missed := 0
		for i := range b.trials {
			var t trial
			switch kind {
			case "add":
				t = b.newTrial(rng, kind, i, b.docs+i, fmt.Sprintf("s5/added_%04d.md", i))
				added = append(added, t)
			case "modify":
				doc := rng.IntN(b.docs)
				t = b.newTrial(rng, kind, i, doc, b.corpus.path(doc))
			case "delete":
				t = added[i]
				t.kind = kind
			}
			sleep(ctx, time.Duration(rng.Int64N(int64(b.apart()))))
			took, ok, err := b.try(ctx, s, t)
			if err != nil {
				return err
			}
			if ok {
				seen = append(seen, took)
			} else {
				missed++
			}
		}
		if missed > 0 {
			b.report.Problem(s.name, "freshness: %d of %d changes (%s) were not seen within %v", missed, b.trials, kind, unseen)
		}
		b.log(s, "freshness, "+kind+", p50", "ms", milliseconds(percentile(seen, 50)))
		b.log(s, "freshness, "+kind+", p95", "ms", milliseconds(percentile(seen, 95)))
	}
	return nil
}

// unseen is how long a change is waited for.
const unseen = 10 * time.Second

// apart is the longest time between two changes: more than the half second
// after which the reference looks at its folder.
func (b *bench) apart() time.Duration { return min(600*time.Millisecond, b.options.cell) }

// newTrial puts a sentence with a mark of its own into the middle of a document.
func (b *bench) newTrial(rng *rand.Rand, kind string, n, doc int, file string) trial {
	mark := fmt.Sprintf("zf%s%04dx%d", kind, n, rng.Uint32())
	sentence := mark
	for range phraseWords - 1 {
		sentence += " " + b.corpus.word(rng)
	}
	paragraphs := strings.Split(b.corpus.document(doc), "\n\n")
	middle := 1 + rng.IntN(len(paragraphs)-2)
	paragraphs[middle] += " " + sentence + "."
	return trial{kind: kind, file: file, text: strings.Join(paragraphs, "\n\n"), mark: mark, ask: sentence}
}

// try makes the change and returns how long it takes to be seen, or false.
func (b *bench) try(ctx context.Context, s *server, t trial) (time.Duration, bool, error) {
	file := filepath.Join(s.docs, filepath.FromSlash(t.file))
	q := newQuestion(s.addr, retrieveRequest{Query: t.ask, K: hits}, t.mark)
	c := &client{addr: s.addr}
	defer c.close()
	start := time.Now()
	if t.kind == "delete" {
		if err := os.Remove(file); err != nil {
			return 0, false, err
		}
	} else if err := os.WriteFile(file, []byte(t.text), 0o644); err != nil {
		return 0, false, err
	}
	for time.Since(start) < unseen {
		asked := time.Now()
		body, err := c.do(q.request, unseen)
		if err != nil {
			b.report.Problem(s.name, "freshness, %s: %v", t.kind, err)
		} else if bytes.Contains(body, q.phrase) == (t.kind != "delete") {
			return time.Since(start), true, nil
		}
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		time.Sleep(time.Until(asked.Add(2 * time.Millisecond)))
	}
	return 0, false, nil
}
