package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test of recovery that the reference has too, with its numbers as flags: a
// word count with persistence is killed again and again while files arrive.
var (
	kills      = flag.Int("kills", 2, "how often the word count is killed for each number of workers")
	lineCount  = flag.Int("lines", 5_000, "lines of a file")
	dictionary = flag.Int("dictionary", 2_000, "different words")
	lifetime   = flag.Duration("lifetime", 300*time.Millisecond, "the longest that a process lives before it is killed")
)

// programVariable has the test binary run a program instead of the tests.
const programVariable = "RAGSERVER_BENCH_PROGRAM"

func TestMain(m *testing.M) {
	if args := os.Getenv(programVariable); args != "" {
		exit(runProgram(strings.Split(args, "\n")))
	}
	os.Exit(m.Run())
}

func TestKilledWordCountEndsExact(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			r := &recovery{t: t, dir: t.TempDir(), workers: workers, seed: rand.Uint64()}
			t.Logf("seed %d", r.seed)
			r.run()
		})
	}
}

// A recovery is a word count that is killed while files arrive.
type recovery struct {
	t       *testing.T
	dir     string
	workers int
	seed    uint64

	mu    sync.Mutex // guards what follows
	truth map[string]int
	files int
}

func (r *recovery) run() {
	random := rand.New(rand.NewPCG(r.seed, 0))
	r.truth = make(map[string]int)
	if err := os.MkdirAll(filepath.Join(r.dir, "words"), 0o755); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	var writing sync.WaitGroup
	writing.Go(func() { r.write(ctx, rand.New(rand.NewPCG(r.seed, 1))) })
	for kill := range *kills {
		p := r.start()
		time.Sleep(time.Duration(random.Int64N(int64(*lifetime)))) // the moment is what is tested
		if err := p.Process.Kill(); err != nil {
			r.t.Fatal(err)
		}
		_ = p.Wait() // killed
		r.notMoreThanTheTruth(kill)
	}
	cancel()
	writing.Wait()
	p := r.start()
	r.add(random) // which nobody but this run can count
	r.exact()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		r.t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		r.t.Errorf("ended with %v:\n%s", err, p.Stderr)
	}
	r.t.Logf("%d files of %d lines, %d kills", r.files, *lineCount, *kills)
}

// write adds files until ctx is done.
func (r *recovery) write(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil && r.add(random) {
		select {
		case <-ctx.Done():
		case <-time.After(*lifetime / 8):
		}
	}
}

// add adds a file, all of it at once, and says whether it could.
func (r *recovery) add(random *rand.Rand) bool {
	var lines bytes.Buffer
	counts := make(map[string]int)
	for range *lineCount {
		w := "w" + strconv.Itoa(random.IntN(*dictionary))
		fmt.Fprintf(&lines, "{\"word\": %q}\n", w)
		counts[w]++
	}
	r.mu.Lock()
	for w, n := range counts {
		r.truth[w] += n
	}
	name := fmt.Sprintf("f%d.jsonl", r.files)
	r.files++
	r.mu.Unlock()
	hidden := filepath.Join(r.dir, "words", "."+name)
	err := os.WriteFile(hidden, lines.Bytes(), 0o644)
	if err == nil {
		err = os.Rename(hidden, filepath.Join(r.dir, "words", name))
	}
	if err != nil {
		r.t.Error(err)
	}
	return err == nil
}

func (r *recovery) sink() string { return filepath.Join(r.dir, "sink.csv") }

func (r *recovery) start() *exec.Cmd {
	p := exec.Command(os.Args[0])
	p.Env = append(os.Environ(), programVariable+"="+strings.Join([]string{
		"--data", r.dir, "--sink", r.sink(), "--mode", "streaming",
		"--state", filepath.Join(r.dir, "state"), "--workers", strconv.Itoa(r.workers), "wordcount",
	}, "\n"))
	p.Stderr = new(bytes.Buffer)
	if err := p.Start(); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// notMoreThanTheTruth looks at what a killed process has left.
func (r *recovery) notMoreThanTheTruth(kill int) {
	r.t.Helper()
	got, err := r.counts()
	if err != nil {
		r.t.Fatalf("after kill %d: %v", kill, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for w, n := range got {
		if n > r.truth[w] {
			r.t.Errorf("after kill %d %s was counted %d times; it is there %d times", kill, w, n, r.truth[w])
		}
	}
}

// counts returns the highest count of every word that the sink has; of an epoch
// that was being written there may be a part.
func (r *recovery) counts() (map[string]int, error) {
	data, err := os.ReadFile(r.sink())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	file := filepath.Join(r.t.TempDir(), "whole.csv")
	if err := os.WriteFile(file, whole, 0o644); err != nil || len(whole) == 0 {
		return nil, err
	}
	rows, err := sinkContent(file)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int)
	for row, diff := range rows {
		w, count, _ := strings.Cut(row, " ")
		n, err := strconv.Atoi(count)
		if err != nil {
			return nil, err
		}
		if diff > 0 {
			counts[w] = max(counts[w], n)
		}
	}
	return counts, nil
}

// exact waits until the sink has the truth and nothing else.
func (r *recovery) exact() {
	r.t.Helper()
	want := make(content)
	for w, n := range r.truth {
		want[key(w, n)] = 1
	}
	deadline := time.Now().Add(2 * time.Minute)
	for {
		got, err := sinkContent(r.sink())
		if err == nil {
			err = compare(got, want)
		}
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("it is not right after two minutes: %v", err)
		}
		time.Sleep(50 * time.Millisecond) // another process works
	}
}
