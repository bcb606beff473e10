package dataflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// plain is a graph input -> sink.
func plain(t *testing.T, build func(Stream[note]) Stream[note]) *rig {
	r := &rig{t: t, g: New("test"), sink: new(epochs[string])}
	r.in = NewInput(r.g, "notes", noteKey, JSON[note]())
	To(Map(build(r.in.Stream()), func(n note) string { return n.Key + "=" + n.Text }), "sink", r.sink)
	return r
}

func same(s Stream[note]) Stream[note] { return s }

func TestInputMakesDifferencesOfUpserts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := plain(t, same)
		r.run(Options{})
		r.send(is("a", "1"), is("b", "1"), is("a", "2"))
		r.send(is("a", "2"))
		r.send(gone("c"))
		r.send(is("a", "3"), gone("b"))
		r.send(Delta[note]{})
		r.sink.want(t, "+1a=2 +1b=1", "-1a=2 +1a=3 -1b=1")
		if e := r.g.Status().Epoch; e != 2 {
			t.Errorf("epoch %d, want 2: what changes nothing has none", e)
		}
		var all []string
		if err := r.in.Each(func(n note) error { all = append(all, n.Key); return nil }); err != nil || strings.Join(all, "") != "a" {
			t.Errorf("collection %q, %v", all, err)
		}
	})
}

func TestLinearOperators(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := plain(t, func(s Stream[note]) Stream[note] {
			twice := FlatMap(s, func(n note, yield func(note)) { yield(n); yield(note{n.Key, n.Text + "'"}) })
			short := Filter(s, func(n note) bool { return len(n.Text) < 2 })
			all := Concat(twice, Negate(short))
			return Consolidated(all, func(n note) note { return n })
		})
		r.run(Options{})
		r.send(is("a", "x"))
		r.send(is("a", "long"))
		r.sink.want(t, "+1a=x'", "-1a=x' +1a=long +1a=long'")
		for _, want := range []string{"dataflow test", `input "notes"`, "flatmap#2 <- input \"notes\"", `sink "sink" <- map#`} {
			if got := r.g.Explain(); !strings.Contains(got, want) {
				t.Errorf("Explain gives\n%swithout %q", got, want)
			}
		}
	})
}

func TestConsolidateKeepsOrderAndTheLatestValue(t *testing.T) {
	in := []Delta[note]{is("b", "1"), is("a", "1"), is("c", "1"), {note{"b", "2"}, +2}, {note{"a", "1"}, -1}}
	got := fmt.Sprint(Consolidate(in, noteKey))
	if want := "[{{b 2} 3} {{c 1} 1}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Consolidate([]Delta[note]{{note{}, 0}}, noteKey); len(got) != 0 {
		t.Errorf("got %v of a delta that is none", got)
	}
}

func TestStateOfProcessSurvivesARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := Memory()
		count := func(s Stream[note]) Stream[note] {
			return Process(s, "count", func(n note) string { return n.Text }, JSON[int](),
				func(k string, n int, batch []Delta[note], emit func(Delta[note])) (int, bool, error) {
					for _, d := range batch {
						n += d.Diff
					}
					emit(is(k, fmt.Sprint(n)))
					return n, n > 0, nil
				})
		}
		r := plain(t, count)
		r.run(Options{Backend: b})
		r.send(is("a", "x"), is("b", "x"))
		r.stop()
		r = plain(t, count)
		r.run(Options{Backend: b})
		r.send(is("c", "x"))
		r.send(is("a", "y"), gone("b"), gone("c"))
		r.sink.want(t, "+1x=3", "+1x=0 +1y=1")
		if v, _ := b.Get(keyspace{}.process("count", "x")); v != nil {
			t.Errorf("state %q is left, want none", v)
		}
	})
}

func TestOffsetIsCommittedWithItsDeltas(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDisk()
		r := plain(t, same)
		r.run(Options{Backend: d})
		b := Batch[note]{Deltas: []Delta[note]{is("a", "1")}, Partition: "p", Offset: []byte("7")}
		if _, err := r.in.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		b = Batch[note]{Partition: "q", Offset: []byte("8")}
		if _, err := r.in.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		r.drain()
		for p, want := range map[string]string{"p": "7", "q": "8", "other": ""} {
			if got, err := r.in.Offset(p); string(got) != want || err != nil {
				t.Errorf("offset of %s is %q, %v, want %q", p, got, err, want)
			}
		}
		if len(d.unsynced) > 1 {
			t.Errorf("%d commits are not synced, want at most that of the offset alone", len(d.unsynced))
		}
	})
}

func TestOnlyEpochsWithOutputAreSynced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDisk()
		r := plain(t, func(s Stream[note]) Stream[note] {
			return Filter(s, func(n note) bool { return n.Text != "" })
		})
		r.run(Options{Backend: d})
		r.send(is("a", ""))
		if d.commits != 1 || d.syncs != 0 {
			t.Errorf("%d commits, %d synced; want 1, 0", d.commits, d.syncs)
		}
		r.send(is("a", "1"))
		if d.commits != 2 || d.syncs != 1 {
			t.Errorf("%d commits, %d synced; want 2, 1", d.commits, d.syncs)
		}
	})
}

func TestWaitReturnsWhenAllThatFollowsIsCommitted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.pause["two"], s.pause["three"] = time.Hour, time.Minute
		r := start(t, Options{}, s)
		first := r.send(is("a", "one"), is("b", "two"))
		began := time.Now()
		r.send(is("b", "three")) // what it replaces counts as done with it
		if err := r.g.Wait(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != time.Minute {
			t.Errorf("waited %v, want 1m", d)
		}
		r.sink.want(t, "+1a=ONE", "+1b=THREE")
		if err := r.g.Wait(t.Context(), Ticket{}); err != nil {
			t.Error(err)
		}

		last := r.send(is("c", "two"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.g.Wait(ctx, last); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait gave up with %v", err)
		}
		r.stop()
		if err := r.g.Wait(t.Context(), last); !errors.Is(err, ErrEnded) {
			t.Errorf("Wait after Run gives %v", err)
		}
		if _, err := r.in.Send(t.Context(), Batch[note]{Deltas: []Delta[note]{is("a", "b")}}); !errors.Is(err, ErrEnded) {
			t.Errorf("Send after Run gives %v", err)
		}
	})
}

func TestManyVersionsOfAKeyDoNotPileUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		r := start(t, Options{}, s)
		seen := time.Now()
		var tickets []Ticket
		for i := range 100 {
			text := fmt.Sprint(i)
			s.pause[text] = time.Hour
			tickets = append(tickets, r.send(is("a", text)))
			time.Sleep(time.Second)
		}
		if n := r.g.flights.count; n > maxHeld {
			t.Errorf("%d flights, want at most %d", n, maxHeld)
		}
		if at, ok := r.g.Oldest(""); !ok || !at.Equal(seen) {
			t.Errorf("oldest %v, want %v", at, seen)
		}
		for _, ticket := range tickets {
			if err := r.g.Wait(t.Context(), ticket); err != nil {
				t.Fatal(err)
			}
		}
		r.sink.want(t, "+1a=99")
		if n := r.g.flights.count; n != 0 {
			t.Errorf("%d flights are left", n)
		}
	})
}

func TestOldestIsByPartition(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.pause["one"], s.pause["two"] = time.Hour, time.Hour
		r := start(t, Options{}, s)
		synctest.Wait()
		begin := time.Now()
		for i, p := range []string{"docs", "mail"} {
			b := Batch[note]{Partition: p, Seen: begin.Add(time.Duration(i)), Deltas: []Delta[note]{is(p+":x", []string{"one", "two"}[i])}}
			if _, err := r.in.Send(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		for p, want := range map[string]time.Time{"docs": begin, "mail": begin.Add(1), "docs:": begin, "mail:x": begin.Add(1), "other": {}} {
			if got, ok := r.g.Oldest(p); !got.Equal(want) || ok == want.IsZero() {
				t.Errorf("oldest of %q is %v, %v; want %v", p, got, ok, want)
			}
		}
		r.drain()
		if got, ok := r.g.Oldest("docs"); ok {
			t.Errorf("oldest is %v when nothing is under way", got)
		}
	})
}

func TestSendBlocksWhileTheEngineIsBehind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		hold := make(chan struct{})
		r := plain(t, func(s Stream[note]) Stream[note] {
			return Map(s, func(n note) note { <-hold; return n })
		})
		r.run(Options{MaxBatch: 2})
		var sent int
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			for i := range 100 {
				if _, err := r.in.Send(ctx, Batch[note]{Deltas: []Delta[note]{is(fmt.Sprint(i), "")}}); err != nil {
					return
				}
				sent = i + 1
			}
		}()
		synctest.Wait()
		if sent < 8 || sent > 10 { // 8 in the queue and what the epoch took
			t.Errorf("%d were let in, want about 8", sent)
		}
		close(hold)
		synctest.Wait()
		if sent != 100 {
			t.Errorf("%d were let in, want all", sent)
		}
	})
}

func TestSendAndReadWaitForRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := plain(t, same)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.in.Send(ctx, Batch[note]{Deltas: []Delta[note]{is("a", "")}}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send before Run gives %v", err)
		}
		if until := r.g.Status().CompleteUntil; !until.IsZero() {
			t.Errorf("complete until %v before Run", until)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := r.in.Offset("p"); err != nil {
				t.Error(err)
			}
		})
		r.run(Options{})
		wg.Wait()
	})
}

// full fails some commits.
type full struct {
	Backend
	failures int
}

var errFull = errors.New("disk is full")

func (b *full) Commit(writes []Write, sync bool) error {
	if b.failures > 0 {
		b.failures--
		return errFull
	}
	return b.Backend.Commit(writes, sync)
}

func TestTransientCommitErrorIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := plain(t, same)
		b := &full{Memory(), 10}
		r.run(Options{Backend: b, Transient: func(err error) bool { return errors.Is(err, errFull) }})
		changed := r.g.Changed()
		r.send(is("a", "1"))
		if err := r.g.Status().Stalled; !errors.Is(err, errFull) {
			t.Errorf("stalled by %v", err)
		}
		r.sink.want(t, "+1a=1")
		r.drain()
		<-changed
		if s := r.g.Status(); s.Stalled != nil || s.Epoch != 1 {
			t.Errorf("status %+v, want epoch 1, not stalled", s)
		}
		r.sink.want(t, "+1a=1")

		b.failures = 1 << 30
		r.send(is("a", "2"))
		if err := r.stop(); err != nil {
			t.Errorf("Run ended while stalled: %v", err)
		}
	})
}

func TestRunNamesWhatFailed(t *testing.T) {
	boom := func(note) note { panic("boom") }
	fails := Codec[int]{
		Encode: func([]byte, int) ([]byte, error) { return nil, errors.New("cannot encode") },
		Decode: func([]byte) (int, error) { return 0, nil },
	}
	id := func(_ string, _ int, _ []Delta[note], _ func(Delta[note])) (int, bool, error) { return 1, true, nil }
	bad := func(string, int, []Delta[note], func(Delta[note])) (int, bool, error) {
		return 0, false, errors.New("bad update")
	}
	for want, build := range map[string]func(Stream[note]) Stream[note]{
		"map#2: panic: boom":                       func(s Stream[note]) Stream[note] { return Map(s, boom) },
		`process "p": key "a": bad update`:         func(s Stream[note]) Stream[note] { return Process(s, "p", noteKey, JSON[int](), bad) },
		`process "p": key "a": encoding the state`: func(s Stream[note]) Stream[note] { return Process(s, "p", noteKey, fails, id) },
		`async "slow": key "a": panic: boom`: func(s Stream[note]) Stream[note] {
			c := newSlow().AsyncConfig
			c.Prepare = func(context.Context, note) (string, func(context.Context) (string, error), error) {
				return "", nil, errors.New("no")
			}
			c.Failed = func(note, error) string { panic("boom") }
			return Map(Async(s, c), func(d Done[note, string]) note { return d.In })
		},
	} {
		bubble(t, func(t *testing.T) {
			r := plain(t, build)
			ran := make(chan error)
			go func() { ran <- r.g.Run(t.Context(), Options{Backend: Memory()}) }()
			r.send(is("a", "1"))
			err := <-ran
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run gives %v, want %q", err, want)
			}
			if err := r.g.Drained(t.Context()); !errors.Is(err, ErrEnded) {
				t.Errorf("Drained gives %v", err)
			}
		})
	}
}

func TestDefinitionIsChecked(t *testing.T) {
	other := NewInput(New("other"), "x", noteKey, JSON[note]())
	for want, build := range map[string]func(*Graph){
		`input "a" has the name of input "a"`: func(g *Graph) {
			NewInput(g, "a", noteKey, JSON[note]())
			NewInput(g, "a", noteKey, JSON[note]())
		},
		"concat#2 reads a stream of another graph, argument 2": func(g *Graph) {
			Concat(NewInput(g, "a", noteKey, JSON[note]()).Stream(), other.Stream())
		},
		"concat#2 reads a stream of another graph, argument 1": func(g *Graph) {
			Concat(Stream[note]{}, NewInput(g, "a", noteKey, JSON[note]()).Stream())
		},
		`input#1 has no name`:         func(g *Graph) { NewInput(g, "", noteKey, JSON[note]()) },
		`has a zero byte in its name`: func(g *Graph) { NewInput(g, "a\x00", noteKey, JSON[note]()) },
		`input "a" needs a key`:       func(g *Graph) { NewInput(g, "a", noteKey, Codec[note]{}) },
		`async "x" needs Key`: func(g *Graph) {
			Async(NewInput(g, "a", noteKey, JSON[note]()).Stream(), AsyncConfig[note, int]{Name: "x"})
		},
		`process "x" needs a key`: func(g *Graph) {
			Process[note, int, int](NewInput(g, "a", noteKey, JSON[note]()).Stream(), "x", nil, JSON[int](), nil)
		},
		`sink "x" is nil`: func(g *Graph) { To(NewInput(g, "a", noteKey, JSON[note]()).Stream(), "x", nil) },
	} {
		g := New("g")
		build(g)
		if err := g.Run(t.Context(), Options{Backend: Memory()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run gives %v, want %q", err, want)
		}
	}
	if err := New("g").Run(t.Context(), Options{}); err != nil {
		t.Errorf("Run of an empty graph gives %v", err)
	}
	g := New("g")
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Run(done, Options{Backend: Memory()}); err != nil {
		t.Errorf("Run that is ended gives %v", err)
	}
	if err := g.Run(done, Options{Backend: Memory()}); err == nil {
		t.Error("Run twice gives no error")
	}
}

func TestNothingComesOfNothing(t *testing.T) {
	var s Stream[note]
	s = Consolidated(Negate(Filter(Map(s, func(n note) note { return n }), func(note) bool { return true })), noteKey)
	s = Concat(s, FlatMap(s, func(note, func(note)) {}))
	d := Async(s, newSlow().AsyncConfig)
	p := Process(d, "p", func(Done[note, string]) string { return "" }, JSON[int](),
		func(string, int, []Delta[Done[note, string]], func(Delta[int])) (int, bool, error) {
			return 0, false, nil
		})
	To(p, "sink", new(epochs[int]))
	if p.n != nil {
		t.Error("a stream was made of none")
	}
}

func TestDamagedStateIsAnError(t *testing.T) {
	for _, key := range [][]byte{keyspace{}.epoch(), keyspace{}.pending("slow", "a"), keyspace{}.dead("slow", "x")} {
		b := Memory()
		if err := b.Commit([]Write{
			{Key: keyspace{}.generation("slow"), Value: []byte{}},
			{Key: key, Value: []byte("\xff\xff")},
		}, true); err != nil {
			t.Fatal(err)
		}
		g := New("test")
		in := NewInput(g, "notes", noteKey, JSON[note]())
		To(Async(in.Stream(), newSlow().AsyncConfig), "sink", new(epochs[Done[note, string]]))
		if err := g.Run(t.Context(), Options{Backend: b}); err == nil {
			t.Errorf("Run accepts %q as the value of %q", "\xff\xff", key)
		}
	}
}

func TestResultsAreReadByKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := &rig{t: t, g: New("test"), sink: new(epochs[string])}
		r.in = NewInput(r.g, "notes", noteKey, JSON[note]())
		s := newSlow()
		s.errs["two"] = []error{errors.New("no")}
		done := Async(r.in.Stream(), s.AsyncConfig)
		results := ResultsOf(done)
		r.run(Options{})
		r.send(is("a", "one"), is("b", "two"), is("c", "three"))
		r.send(gone("c"))
		for k, want := range map[string]string{"a": "ONE", "b": "failed: no", "c": "", "d": ""} {
			if got, ok, err := results.Get(k); got != want || ok != (want != "") || err != nil {
				t.Errorf("result of %s is %q, %v, %v, want %q", k, got, ok, err, want)
			}
		}
	})
	if _, ok, err := (Results[int]{}).Get("a"); ok || err != nil {
		t.Errorf("no results give %v, %v", ok, err)
	}
	g := New("g")
	in := NewInput(g, "a", noteKey, JSON[note]())
	ResultsOf(Map(in.Stream(), func(n note) Done[note, string] { return Done[note, string]{In: n} }))
	if err := g.Validate(); err == nil || !strings.Contains(err.Error(), "map#2 is not an asynchronous operator") {
		t.Errorf("results of a map give %v", err)
	}
}
