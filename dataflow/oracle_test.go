package dataflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The oracle: after any history of changes, however cut into batches, delayed,
// failed, killed and restarted, the sinks hold what a computation from scratch
// gives.

type oracleDoc struct {
	ID, Text string
	Version  int
}

type parsed struct {
	Words  []string
	Gen    string
	Failed string
}

type piece struct {
	Doc, Word string
	N         int
}

type wordCount struct {
	Word string
	N    int
}

// A world is one history with everything that must hold during it.
type world struct {
	t       *testing.T
	r       *rand.Rand
	history []Delta[oracleDoc]
	parse   string // generations
	embed   string

	mu       sync.Mutex // guards what follows, and r
	disk     *disk
	computed map[string]int // successes by operator and digest, in this life
	stored   map[string]bool
}

func TestAnyHistoryEndsInTheResultFromScratch(t *testing.T) {
	histories := 200
	if testing.Short() {
		histories = 50
	}
	start := rand.Uint64()
	for i := range histories {
		seed := start + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newWorld(t, seed).live() })
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func newWorld(t *testing.T, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{t: t, r: r, disk: newDisk(), parse: "p1", embed: "e1"}
	words := strings.Fields("apple bad cat dog egg fox skip gnu hen")
	for i := range 1 + r.IntN(60) {
		d := Delta[oracleDoc]{Value: oracleDoc{ID: "d" + strconv.Itoa(r.IntN(6)), Version: i}, Diff: +1}
		if r.IntN(4) == 0 {
			d.Diff = -1
		}
		for range r.IntN(5) {
			d.Value.Text += words[r.IntN(len(words))] + " "
		}
		w.history = append(w.history, d)
	}
	return w
}

func (w *world) chance(n int) bool { return w.intn(n) == 0 }

func (w *world) intn(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.r.IntN(n)
}

// live runs the graph until the history is over, through some crashes.
func (w *world) live() {
	for crashes := w.intn(5); ; crashes-- {
		if crashes > 0 {
			w.disk.left, w.disk.after = w.intn(25), w.chance(2)
		}
		if w.life() {
			break
		}
		w.disk = w.disk.restart(w.r)
		if w.chance(3) {
			w.parse += "+"
		}
		if w.chance(4) {
			w.embed += "+"
		}
	}
	w.compare(w.expected(w.truth(len(w.history))))
}

// life is one Run. It returns false if it was killed.
func (w *world) life() bool {
	w.computed, w.stored = map[string]int{}, map[string]bool{}
	for k := range w.disk.synced {
		w.stored[k] = true
	}
	g, in := w.graph()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	ran := make(chan error, 1)
	go func() {
		ran <- g.Run(ctx, Options{Backend: w.disk, Prefix: []byte("engine/"), MaxBatch: 1 + w.intn(20)})
	}()
	err := w.send(ctx, g, in)
	if err == nil {
		err = g.Drained(ctx)
	}
	cancel()
	ended := <-ran
	switch {
	case err == nil && (ended == nil || errors.Is(ended, errKilled)):
		return ended == nil
	case errors.Is(ended, errKilled):
		return false
	}
	w.t.Fatalf("life ended with %v, Run with %v", err, ended)
	return false
}

// send brings the history on from where the last committed offset says.
func (w *world) send(ctx context.Context, g *Graph, in *Input[oracleDoc]) error {
	b, err := in.Offset("history")
	if err != nil {
		return err
	}
	done, _ := strconv.Atoi(string(b))
	for done < len(w.history) {
		n := min(1+w.intn(6), len(w.history)-done)
		ticket, err := in.Send(ctx, Batch[oracleDoc]{
			Deltas:    w.history[done : done+n],
			Partition: "history",
			Offset:    []byte(strconv.Itoa(done + n)),
		})
		if err != nil {
			return err
		}
		done += n
		if w.chance(4) {
			if err := g.Wait(ctx, ticket); err != nil {
				return err
			}
			w.reached(w.history[done-n:done], done)
		}
		if w.chance(2) {
			time.Sleep(time.Duration(w.intn(300)) * time.Millisecond)
		}
	}
	return nil
}

func (w *world) graph() (*Graph, *Input[oracleDoc]) {
	g := New("oracle")
	in := NewInput(g, "docs", func(d oracleDoc) string { return d.ID }, JSON[oracleDoc]())
	kept := Filter(in.Stream(), keeps)
	docs := Async(kept, AsyncConfig[oracleDoc, parsed]{
		Name: "parse", Generation: w.parse,
		Key: func(d oracleDoc) string { return d.ID },
		Prepare: func(ctx context.Context, d oracleDoc) (string, func(context.Context) (parsed, error), error) {
			if err := w.trouble(ctx); err != nil {
				return "", nil, err
			}
			return d.Text, func(ctx context.Context) (parsed, error) {
				if err := w.trouble(ctx); err != nil {
					return parsed{}, err
				}
				p := parse(d.Text, w.parse)
				if p.Failed != "" {
					return parsed{}, errors.New(p.Failed)
				}
				if d.Text != "" {
					w.count("parse", w.parse, d.Text)
				}
				return p, nil
			}, nil
		},
		Failed:    func(d oracleDoc, err error) parsed { return parsed{Failed: err.Error(), Gen: w.parse} },
		Retryable: transient,
		Workers:   1 + w.intn(3), Timeout: 400 * time.Millisecond,
		Backoff: Backoff{First: 50 * time.Millisecond, Max: time.Second},
		In:      JSON[oracleDoc](), Result: JSON[parsed](),
	})
	To(docs, "documents", &tableSink[Done[oracleDoc, parsed]]{w: w, table: "docs", row: docRow})
	pieces := Consolidated(FlatMap(docs, split), func(p piece) piece { return p })
	embedded := Async(pieces, w.embedding())
	To(embedded, "pieces", &tableSink[Done[piece, string]]{w: w, table: "pieces", row: pieceRow})
	counts := Process(pieces, "count", func(p piece) string { return p.Word }, JSON[int](), countWords)
	To(counts, "words", &tableSink[wordCount]{w: w, table: "words", row: func(c wordCount) (string, string) { return c.Word, strconv.Itoa(c.N) }})
	return g, in
}

func (w *world) embedding() AsyncConfig[piece, string] {
	c := AsyncConfig[piece, string]{
		Name: "embed", Generation: w.embed,
		Key: func(p piece) string { return fmt.Sprint(p.Doc, p.N, p.Word) },
		Prepare: func(_ context.Context, p piece) (string, func(context.Context) (string, error), error) {
			digest := p.Word
			if p.Word == "cat" {
				digest = ""
			}
			return digest, func(ctx context.Context) (string, error) {
				if err := w.trouble(ctx); err != nil {
					return "", err
				}
				if digest != "" {
					w.count("embed", w.embed, digest)
				}
				return vector(p.Word, w.embed), nil
			}, nil
		},
		Failed:    func(p piece, err error) string { return err.Error() },
		Retryable: transient,
		Workers:   2,
		Timeout:   time.Second,
		Backoff:   Backoff{First: 10 * time.Millisecond, Max: time.Second},
		In:        JSON[piece](), Result: JSON[string](),
	}
	if w.chance(2) {
		c.Provisional = func(p piece, err error) (string, bool) { return "provisional", p.Word != "dog" }
	}
	return c
}

var errTransient = errors.New("try again")

func transient(err error) bool {
	var p *PanicError
	return errors.Is(err, errTransient) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &p)
}

// trouble makes a call slow, fail, panic, or heed its context late.
func (w *world) trouble(ctx context.Context) error {
	switch n := w.intn(20); {
	case n < 3:
		return errTransient
	case n == 3:
		panic("trouble")
	case n < 10:
		t := time.NewTimer(time.Duration(w.intn(600)) * time.Millisecond)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			if n < 7 {
				return ctx.Err()
			}
		}
	}
	return nil
}

// count sees to it that a digest is computed once, and never again if its result
// is stored.
func (w *world) count(op, generation, digest string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := op + "/" + digest
	if w.computed[k]++; w.computed[k] > 1 {
		w.t.Errorf("%s computed %d times in one life", k, w.computed[k])
	}
	memo := keyspace{prefix: []byte("engine/")}.memo(op, memoName(generation, digest))
	if w.stored[string(memo)] {
		w.t.Errorf("%s computed although its result was stored", k)
	}
}

func keeps(d oracleDoc) bool { return !strings.Contains(d.Text, "skip") }

func parse(text, gen string) parsed {
	if strings.Contains(text, "bad") {
		return parsed{Failed: "bad text: " + text, Gen: gen}
	}
	return parsed{Words: strings.Fields(text), Gen: gen}
}

func vector(word, gen string) string { return gen + "(" + word + ")" }

func split(d Done[oracleDoc, parsed], yield func(piece)) {
	n := map[string]int{}
	for _, word := range d.Result.Words {
		yield(piece{Doc: d.In.ID, Word: word, N: n[word]})
		n[word]++
	}
}

func countWords(word string, n int, batch []Delta[piece], emit func(Delta[wordCount])) (int, bool, error) {
	was := n
	for _, d := range batch {
		n += d.Diff
	}
	if was > 0 {
		emit(Delta[wordCount]{wordCount{word, was}, -1})
	}
	if n > 0 {
		emit(Delta[wordCount]{wordCount{word, n}, +1})
	}
	return n, n > 0, nil
}

func docRow(d Done[oracleDoc, parsed]) (string, string) {
	return d.In.ID, fmt.Sprintf("%d %v", d.In.Version, d.Result)
}

func pieceRow(d Done[piece, string]) (string, string) {
	return fmt.Sprintf("%v", d.In), d.Result
}

// tableSink keeps rows in the store. A retraction must be of the row that is
// there, and a row must not be there twice.
type tableSink[T any] struct {
	w     *world
	table string
	row   func(T) (key, value string)
	last  Epoch
}

func (s *tableSink[T]) Write(tx *Tx, _ Epoch, batch []Delta[T]) error {
	type row struct{ key, value string }
	sums := Consolidate(slices.Clone(batch), func(v T) row {
		k, value := s.row(v)
		return row{k, value}
	})
	slices.SortStableFunc(sums, func(a, b Delta[T]) int { return a.Diff - b.Diff })
	for _, d := range sums {
		k, value := s.row(d.Value)
		key := []byte("table/" + s.table + "/" + k)
		was, err := tx.Get(key)
		if err != nil {
			return err
		}
		switch {
		case d.Diff == -1 && string(was) == value:
			tx.Delete(key)
		case d.Diff == +1 && was == nil:
			tx.Put(key, []byte(value))
		default:
			s.w.t.Errorf("table %s, row %q: %+d of %q, but there is %q", s.table, k, d.Diff, value, was)
		}
	}
	return nil
}

func (s *tableSink[T]) Committed(_ context.Context, e Epoch) error {
	if e <= s.last {
		s.w.t.Errorf("table %s: Committed(%d) after %d", s.table, e, s.last)
	}
	s.last = e
	return nil
}

// truth is the collection after n changes.
func (w *world) truth(n int) map[string]oracleDoc {
	docs := map[string]oracleDoc{}
	for _, d := range w.history[:n] {
		if d.Diff > 0 {
			docs[d.Value.ID] = d.Value
		} else {
			delete(docs, d.Value.ID)
		}
	}
	return docs
}

// expected computes the tables from scratch.
func (w *world) expected(docs map[string]oracleDoc) map[string]string {
	want := map[string]string{}
	words := map[string]int{}
	for id, d := range docs {
		if !keeps(d) {
			continue
		}
		done := Done[oracleDoc, parsed]{d, parse(d.Text, w.parse)}
		_, want["docs/"+id] = docRow(done)
		split(done, func(p piece) {
			words[p.Word]++
			want["pieces/"+fmt.Sprintf("%v", p)] = vector(p.Word, w.embed)
		})
	}
	for word, n := range words {
		want["words/"+word] = strconv.Itoa(n)
	}
	return want
}

func (w *world) tables() map[string]string {
	got := map[string]string{}
	err := w.disk.Scan([]byte("table/"), func(k, v []byte) error {
		got[strings.TrimPrefix(string(k), "table/")] = string(v)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) compare(want map[string]string) {
	if got := w.tables(); !maps.Equal(got, want) {
		w.t.Errorf("history %v\ngot  %v\nwant %v", w.history, got, want)
	}
}

// reached compares the rows of documents whose batch has been waited for.
func (w *world) reached(batch []Delta[oracleDoc], done int) {
	got, want := w.tables(), w.expected(w.truth(done))
	for _, d := range batch {
		for _, k := range []string{"docs/" + d.Value.ID} {
			if got[k] != want[k] {
				w.t.Errorf("after Wait %s is %q, want %q", k, got[k], want[k])
			}
		}
	}
}
