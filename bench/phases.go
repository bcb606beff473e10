package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ragserver/bench/measure"
)

// sentinel is the text of one more document that tells when all is searchable:
// it is found by words that no other document has.
const sentinel = "sentinel quagga xylophone brontosaurus kumquat zither ocelot axolotl bandicoot zqsentinelzq"

// A bench measures the servers, one phase after the other. While one server is
// measured the other one is stopped.
type bench struct {
	options
	corpus  *corpus
	size    int64 // of the documents
	servers []*server
	report  *measure.Report
}

// prepare builds and finds the servers, and writes the documents for each.
func (b *bench) prepare() error {
	ours, err := newOurs(b.work)
	if err != nil {
		return err
	}
	b.servers = append(b.servers, ours)
	if installed(b.venv, b.scripts) {
		reference, err := newReference(b.work, b.venv, b.scripts)
		if err != nil {
			return err
		}
		b.servers = append(b.servers, reference)
	} else {
		fmt.Println("the reference is not installed: skipped")
	}
	for _, s := range b.servers {
		if b.size, err = b.corpus.write(s.docs, b.docs); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.docs, "sentinel.md"), []byte(sentinel+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) killAll() {
	for _, s := range b.servers {
		s.kill()
	}
}

// all runs the phases.
func (b *bench) all(ctx context.Context) error {
	for _, phase := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"empty start", b.each(b.emptyStart)},
		{"initial indexing", b.each(b.indexing)},
		{"idle", b.each(awake(b.idling))},
		{"queries", b.queries},
		{"freshness", b.each(awake(b.freshness))},
		{"one document of all", b.each(awake(b.selective))},
		{"kill -9 and restart", b.each(b.restart)},
	} {
		fmt.Printf("\n%s\n", phase.name)
		if err := phase.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
	}
	return nil
}

// A step is done with one server.
type step func(ctx context.Context, s *server) error

// each makes a phase that does a step with one server after the other.
func (b *bench) each(do step) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, s := range b.servers {
			if err := do(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		return nil
	}
}

// awake makes a step of a server that is stopped before and after.
func awake(do step) step {
	return func(ctx context.Context, s *server) error {
		if err := s.resume(); err != nil {
			return err
		}
		sleep(ctx, 300*time.Millisecond)
		if err := do(ctx, s); err != nil {
			return err
		}
		return s.pause()
	}
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// log prints a figure as soon as it is there, and keeps it.
func (b *bench) log(s *server, what, unit string, value float64) {
	fmt.Printf("  %-10s %-44s %10.5g %s\n", s.name, what, value, unit)
	b.report.Set(s.name, what, unit, value)
}

// emptyStart measures from the start of the process to its first answer.
func (b *bench) emptyStart(ctx context.Context, s *server) error {
	empty := filepath.Join(s.dir, "empty")
	if err := os.MkdirAll(empty, 0o755); err != nil {
		return err
	}
	var times []time.Duration
	for range 3 {
		if err := s.reset(s); err != nil {
			return err
		}
		if err := s.start(empty); err != nil {
			return err
		}
		took, err := b.await(ctx, s, 2*time.Millisecond, func(c *client) bool {
			_, err := s.statistics(c, b.limit)
			return err == nil
		})
		if err != nil {
			return err
		}
		times = append(times, took)
		sleep(ctx, time.Second)
		rss, _ := s.process.Usage()
		b.report.Set(s.name, "empty start, memory", "MB", megabytes(rss))
		s.kill()
	}
	b.log(s, "empty start, until it answers", "ms", milliseconds(percentile(times, 50)))
	return s.reset(s)
}

// await asks until done says that it has what it wants, and returns how long
// after the start of the process that was.
func (b *bench) await(ctx context.Context, s *server, pause time.Duration, done func(*client) bool) (time.Duration, error) {
	c := &client{addr: s.addr}
	defer c.close()
	for {
		if done(c) {
			return time.Since(s.process.Start), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-s.process.Ended:
			return 0, fmt.Errorf("it has ended; the end of its log:\n%s", logEnd(filepath.Join(s.dir, "log")))
		case <-time.After(pause):
		}
		if time.Since(s.process.Start) > b.limit {
			return 0, fmt.Errorf("not ready after %v", b.limit)
		}
	}
}

func logEnd(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// awaitAll waits until every document is counted and the sentinel is found.
func (b *bench) awaitAll(ctx context.Context, s *server) (time.Duration, error) {
	q := newQuestion(s.addr, retrieveRequest{Query: sentinel, K: 5}, "zqsentinelzq")
	counted := false
	return b.await(ctx, s, 10*time.Millisecond, func(c *client) bool {
		if !counted {
			n, err := s.statistics(c, b.limit)
			if counted = err == nil && n == b.docs+1; !counted {
				return false
			}
		}
		body, err := c.do(q.request, b.limit)
		return err == nil && strings.Contains(string(body), string(q.phrase))
	})
}

func (b *bench) indexing(ctx context.Context, s *server) error {
	if err := s.start(s.docs); err != nil {
		return err
	}
	took, err := b.awaitAll(ctx, s)
	if err != nil {
		return err
	}
	_, cpu := s.process.Usage()
	chunks, _, err := s.counts(s)
	if err != nil {
		return err
	}
	b.log(s, "chunks", "", float64(chunks))
	b.log(s, "initial indexing, from start to searchable", "s", took.Seconds())
	b.log(s, "initial indexing", "docs/s", float64(b.docs)/took.Seconds())
	b.log(s, "initial indexing, processor time", "s", cpu.Seconds())
	b.log(s, "initial indexing, peak memory", "MB", megabytes(s.process.PeakRSS()))
	return s.pause()
}

func (b *bench) idling(ctx context.Context, s *server) error {
	sleep(ctx, b.idle/3)
	_, before := s.process.Usage()
	start := time.Now()
	sleep(ctx, b.idle)
	rss, after := s.process.Usage()
	b.log(s, "idle, of one processor", "%", 100*(after-before).Seconds()/time.Since(start).Seconds())
	b.log(s, "idle, memory", "MB", megabytes(rss))
	return nil
}

// restart kills the server and waits until all is searchable again.
func (b *bench) restart(ctx context.Context, s *server) error {
	b.log(s, "peak memory", "MB", megabytes(s.process.PeakRSS()))
	s.kill()
	if err := s.start(s.docs); err != nil {
		return err
	}
	took, err := b.awaitAll(ctx, s)
	if err != nil {
		return err
	}
	_, embedded, err := s.counts(s)
	if err != nil {
		return err
	}
	b.log(s, "restart after kill -9, until searchable", "s", took.Seconds())
	b.log(s, "restart after kill -9, texts embedded again", "", float64(max(0, embedded-1))) // one is the question
	s.kill()
	return nil
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

// random returns the random numbers of a phase: the same for every server.
func random(phase uint64) *rand.Rand { return rand.New(rand.NewPCG(phase, 7)) }
