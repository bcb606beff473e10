package dataflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOldOutputStaysUntilTheNewOneIsThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.pause["two"] = time.Minute
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(is("a", "two"))
		time.Sleep(59 * time.Second)
		r.sink.want(t, "+1a=ONE")
		r.drain()
		r.sink.want(t, "+1a=ONE", "-1a=ONE +1a=TWO")
	})
}

func TestNewestVersionWinsAndCancelsTheOlder(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			s := newSlow()
			s.deaf = deaf
			s.pause["one"] = time.Hour
			r := start(t, Options{}, s)
			began := time.Now()
			r.send(is("a", "one"))
			r.send(is("a", "two"))
			r.drain()
			if d := time.Since(began); d > time.Second {
				t.Errorf("took %v", d)
			}
			if !slices.Equal(s.cancels, []string{"one"}) {
				t.Errorf("cancelled %q, want one", s.cancels)
			}
			r.sink.want(t, "+1a=TWO")
		})
	}
}

func TestDeletionIsOutputAtOnceAndComputesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.pause["two"] = time.Hour
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(is("b", "bee"))
		r.send(is("a", "two"))
		r.send(gone("a"), gone("b"))
		r.sink.want(t, "+1a=ONE", "+1b=BEE", "-1a=ONE -1b=BEE")
		s.did(t, "one", "bee", "two")
		if !slices.Equal(s.cancels, []string{"two"}) {
			t.Errorf("cancelled %q, want two", s.cancels)
		}
		if st := r.g.Status(); st.Pending != 0 {
			t.Errorf("%d pending after deletion", st.Pending)
		}
	})
}

func TestProvisionalResultIsReplacedByTheFinalOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Provisional = func(note, error) (string, bool) { return "soon", true }
		s.errs["one"] = []error{errTransient, errTransient}
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.sink.want(t, "+1a=soon")
		r.drain()
		r.sink.want(t, "+1a=soon", "-1a=soon +1a=ONE")
	})
}

func TestPermanentFailureIsAResult(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.MaxTries = 3
		s.errs["one"] = []error{errors.New("no")}
		s.errs["two"] = []error{errTransient, errTransient, errTransient, nil}
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.drain()
		r.send(is("b", "two"))
		r.drain()
		r.sink.want(t, "+1a=failed: no", "+1b=failed: try again")
		s.did(t, "one", "two", "two", "two")

		r.g.Retry("slow", "a")
		r.g.Retry("slow", "nobody")
		r.g.Retry("nowhere", "a")
		synctest.Wait()
		r.sink.want(t, "+1a=failed: no", "+1b=failed: try again", "-1a=failed: no +1a=ONE")
	})
}

func TestRetryDoesNotUndoAChangeOfTheSameEpoch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		hold := make(chan struct{})
		op := r.g.names["slow"].object.(*async[note, string])
		op.mu.Lock() // the scheduler takes both together
		go func() {
			r.g.Retry("slow", "a")
			close(hold)
		}()
		if _, err := r.in.Send(t.Context(), Batch[note]{Deltas: []Delta[note]{is("a", "two")}}); err != nil {
			t.Fatal(err)
		}
		op.asked = append(op.asked, "a", "a")
		op.mu.Unlock()
		<-hold
		r.drain()
		synctest.Wait()
		if last := r.sink.list[len(r.sink.list)-1]; !strings.HasSuffix(last, "+1a=TWO") {
			t.Errorf("epochs were %q, want TWO at the end", r.sink.list)
		}
	})
}

func TestRetryHurriesWhatWaitsForAnotherTry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Backoff = Backoff{First: time.Hour, Max: time.Hour}
		s.errs["one"] = []error{errTransient}
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.g.Pending("slow", func(key string, attempts int, last error) {
			if key != "a" || attempts != 1 || !errors.Is(last, errTransient) {
				t.Errorf("pending %s, %d tries, %v", key, attempts, last)
			}
		})
		if op := r.g.Status().Ops[0]; op.Retrying != 1 || !errors.Is(op.LastError, errTransient) {
			t.Errorf("status %+v, want one retrying", op)
		}
		r.g.Retry("slow", "a")
		synctest.Wait()
		r.sink.want(t, "+1a=ONE")
	})
}

type busy time.Duration

func (b busy) Error() string             { return "busy" }
func (b busy) RetryAfter() time.Duration { return time.Duration(b) }

func TestErrorSaysWhenToTryAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Retryable = func(error) bool { return true }
		s.errs["one"] = []error{fmt.Errorf("asking: %w", busy(time.Hour))}
		r := start(t, Options{}, s)
		began := time.Now()
		r.send(is("a", "one"))
		r.drain()
		if d := time.Since(began); d != time.Hour {
			t.Errorf("second try after %v, want 1h", d)
		}
	})
}

func TestWaitingForAnotherTryHoldsNoWorker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Workers = 1
		s.Backoff = Backoff{First: time.Hour, Max: time.Hour}
		s.errs["one"] = []error{errTransient}
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(is("b", "two"))
		r.sink.want(t, "+1b=TWO")
	})
}

func TestTryThatTakesTooLongFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Timeout = time.Second
		s.Retryable = nil
		s.pause["one"] = time.Hour
		s.Failed = func(_ note, err error) string { return fmt.Sprint(errors.Is(err, context.DeadlineExceeded)) }
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		time.Sleep(time.Second)
		synctest.Wait()
		r.sink.want(t, "+1a=true")
	})
}

func TestPanicCostsItsInputOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Retryable = nil
		prepare := s.Prepare
		s.Prepare = func(ctx context.Context, n note) (string, func(context.Context) (string, error), error) {
			switch n.Text {
			case "prepare":
				panic("in prepare")
			case "compute":
				return "", func(context.Context) (string, error) { panic("in compute") }, nil
			case "nothing":
				return "", nil, nil
			}
			return prepare(ctx, n)
		}
		s.Workers = 1
		r := start(t, Options{}, s)
		for _, text := range []string{"prepare", "compute", "nothing", "fine"} {
			r.send(is(text[:1], text))
		}
		r.sink.want(t, "+1p=failed: panic: in prepare", "+1c=failed: panic: in compute",
			"+1n=failed: no function from Prepare", "+1f=FINE")
	})
}

func TestMoveComputesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(gone("a"), is("b", "one")) // in one epoch
		r.send(gone("b"))
		r.send(is("c", "one")) // in two
		r.send(is("d", "one")) // a copy
		s.did(t, "one")
		op := r.g.Status().Ops[0]
		if op.Done != 4 || op.Computed != 1 || op.MemoHits != 3 {
			t.Errorf("status %+v, want 4 done, 1 computed, 3 found", op)
		}
		r.sink.want(t, "+1a=ONE", "-1a=ONE", "+1b=ONE", "-1b=ONE", "+1c=ONE", "+1d=ONE")
	})
}

func TestRetractionHasTheStoredValue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Result.Encode = func(dst []byte, v string) ([]byte, error) { return append(dst, v[0]), nil }
		s.Result.Decode = func(b []byte) (string, error) { return string(b) + ".", nil }
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(is("b", "one"))
		r.send(gone("a"))
		r.sink.want(t, "+1a=ONE", "+1b=O.", "-1a=O.")
	})
}

func TestForgottenResultIsComputedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Forget = func(v string) bool { return v == "ONE" }
		r := start(t, Options{}, s)
		r.send(is("a", "one"), is("b", "two"))
		r.send(is("c", "one"), is("d", "two"))
		slices.Sort(s.computed)
		s.did(t, "one", "one", "two")
	})
}

func TestOneDigestIsComputedOnceAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Workers = 2
		s.pause["one"] = time.Minute
		s.errs["one"] = []error{errTransient}
		r := start(t, Options{}, s)
		r.send(is("a", "one"), is("b", "one"), is("c", "one"))
		r.send(is("d", "two"))
		r.sink.want(t, "+1d=TWO") // those who wait hold no worker
		s.did(t, "one", "two")
		r.drain()
		s.did(t, "one", "two", "one")
	})
}

func TestCancelledWorkGoesOnForOthersWhoWaitForIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.pause["one"] = time.Minute
		r := start(t, Options{}, s)
		r.send(is("a", "one"))
		r.send(is("b", "one"))
		r.send(gone("a"))
		r.drain()
		r.sink.want(t, "+1b=ONE")
	})
}

func TestPendingWorkSurvivesARestart(t *testing.T) {
	for _, generation := range []string{"", "next"} {
		bubble(t, func(t *testing.T) { restartWhilePending(t, generation) })
	}
}

func restartWhilePending(t *testing.T, generation string) {
	s, b := newSlow(), Memory()
	s.pause["one"] = time.Hour
	r := start(t, Options{Backend: b}, s)
	seen := time.Now()
	r.send(is("a", "one"))
	time.Sleep(time.Minute)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	s.Generation = generation
	r = start(t, Options{Backend: b}, s)
	for range 100 { // the state may be looked at while it is recovered
		r.g.Status()
		r.g.Pending("slow", func(string, int, error) {})
		r.g.Oldest("a")
	}
	synctest.Wait()
	if at, ok := r.g.Oldest("a"); !ok || !at.Equal(seen) {
		t.Errorf("oldest %v, want %v", at, seen)
	}
	if until := r.g.Status().CompleteUntil; !until.Equal(seen) {
		t.Errorf("complete until %v, want %v", until, seen)
	}
	r.drain()
	r.sink.want(t, "+1a=ONE")
	if until := r.g.Status().CompleteUntil; !until.Equal(time.Now()) {
		t.Errorf("complete until %v, want now", until)
	}
}

func TestNewGenerationComputesAgainWhileOldResultsStay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, b := newSlow(), Memory()
		r := start(t, Options{Backend: b}, s)
		r.send(is("a", "one"), is("c", "two"))
		r.stop()

		s.Generation = "next"
		s.pause["one"] = time.Hour
		s.computed = nil
		r = start(t, Options{Backend: b}, s)
		synctest.Wait()
		r.sink.want(t, "-1c=TWO +1c=TWO")
		if until := r.g.Status().CompleteUntil; !until.Equal(time.Now()) {
			t.Errorf("complete until %v, want now: what is visible is old, but whole", until)
		}
		r.drain()
		r.sink.want(t, "-1c=TWO +1c=TWO", "-1a=ONE +1a=ONE")
		r.stop()

		s.computed = nil
		r = start(t, Options{Backend: b}, s)
		r.drain()
		s.did(t)
	})
}

func TestInputsThatAreFilteredOutNowGoWithTheNewGeneration(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := Memory()
		build := func(s *slow, drop string) *rig {
			r := &rig{t: t, g: New("test"), sink: new(epochs[string])}
			r.in = NewInput(r.g, "notes", noteKey, JSON[note]())
			kept := Filter(r.in.Stream(), func(n note) bool { return n.Key != drop })
			To(Map(Async(kept, s.AsyncConfig), func(d Done[note, string]) string { return d.Result }), "sink", r.sink)
			r.run(Options{Backend: b})
			return r
		}
		s := newSlow()
		r := build(s, "")
		r.send(is("a", "one"), is("b", "two"))
		r.stop()
		s.Generation = "without b"
		r = build(s, "b")
		r.drain()
		synctest.Wait()
		all := strings.Join(r.sink.list, " ")
		if !strings.Contains(all, "-1TWO") || strings.Contains(all, "+1TWO") || !strings.Contains(all, "-1ONE +1ONE") {
			t.Errorf("epochs were %q, want TWO retracted and ONE replaced", r.sink.list)
		}
	})
}

func TestChangeThatComesAloneGoesBeforeBulk(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Workers = 1
		var bulk []Delta[note]
		for i := range 1000 {
			n := is(fmt.Sprint("bulk", i), fmt.Sprint("text", i))
			s.pause[n.Value.Text] = time.Second
			bulk = append(bulk, n)
		}
		r := start(t, Options{}, s)
		r.send(bulk...)
		began := time.Now()
		ticket := r.send(is("fresh", "fresh"))
		if err := r.g.Wait(t.Context(), ticket); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("waited %v behind bulk", d)
		}
		r.drain()
		if n := len(s.computed); n != 1001 {
			t.Errorf("computed %d, want all", n)
		}
	})
}

func TestBulkGoesOnUnderSteadyChanges(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		s.Workers = 1
		var bulk []Delta[note]
		for i := range 20 {
			bulk = append(bulk, is(fmt.Sprint("bulk", i), fmt.Sprint("text", i)))
		}
		r := start(t, Options{}, s)
		s.pause["busy"] = time.Second
		r.send(is("first", "busy"))
		ticket := r.send(bulk...)
		for i := range 300 {
			text := fmt.Sprint("steady", i)
			s.mu.Lock()
			s.pause[text] = time.Second
			s.mu.Unlock()
			r.send(is(text, text))
		}
		time.Sleep(200 * time.Second)
		synctest.Wait()
		if r.g.flights.wait(ticket.f) != nil {
			t.Error("bulk of 20 is not through after 200 others")
		}
	})
}

func TestMemosWithoutReferencesAreCollected(t *testing.T) {
	b := Memory()
	g := New("test")
	g.backend = b
	m := memos{op: "op"}
	result := func() ([]byte, error) { return []byte("result"), nil }
	epoch := Epoch(0)
	do := func(f func(x *turn) error) {
		t.Helper()
		epoch++
		x := &turn{round: &round{g: g, epoch: epoch, tx: newTx(b, 0)}}
		if err := f(x); err != nil {
			t.Fatal(err)
		}
		if err := m.collect(x); err != nil {
			t.Fatal(err)
		}
		if err := b.Commit(x.tx.writes, false); err != nil {
			t.Fatal(err)
		}
	}
	left := func() (n int) {
		t.Helper()
		if err := b.Scan(g.keys.memo("op", ""), func(_, _ []byte) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	do(func(x *turn) error { return m.acquire(x, "revived", result) })
	do(func(x *turn) error { return m.release(x, "revived") })
	do(func(x *turn) error { return m.acquire(x, "revived", result) })
	do(func(x *turn) error {
		for i := range maxDead + 100 {
			if err := m.keep(x, fmt.Sprint(i), result); err != nil {
				return err
			}
		}
		return nil
	})
	if n := left(); n != maxDead+1 {
		t.Errorf("%d memos are left, want the newest %d and the revived one", n, maxDead)
	}
	m.dead = nil
	do(m.recover)
	if len(m.dead) != maxDead {
		t.Errorf("%d are found after a restart, want %d", len(m.dead), maxDead)
	}
	epoch += maxEpochs
	for range maxDead / perEpoch {
		do(func(*turn) error { return nil })
	}
	if n := left(); n != 1 {
		t.Errorf("%d memos are left after many epochs, want 1", n)
	}
	x := &turn{round: &round{g: g, epoch: epoch, tx: newTx(b, 0)}}
	if err := m.release(x, "unknown"); err == nil {
		t.Error("a reference that was never taken is released")
	}
}
