package dataflow

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// timed is an event that a stream form of a behavior let through ("in") or not.
type timed struct {
	What string
	E    event
}

func timedAs(what string) func(event) timed {
	return func(e event) timed { return timed{what, e} }
}

// naiveTimed calls see for every change with the watermark before its epoch, and
// returns the watermark after the last.
func naiveTimed(h []moment[event, struct{}], recent int, see func(d Delta[event], w Time)) Time {
	clock := naiveWatermark{at: noTime, recent: recent}
	for _, m := range h {
		for _, d := range m.a {
			see(d, clock.at)
		}
		clock.add(m)
	}
	return clock.at
}

// changeTimed makes a change to a list of events.
func changeTimed(list []event, d Delta[event]) []event {
	if d.Diff > 0 {
		return append(slices.Clone(list), d.Value)
	}
	return withoutEvent(list, d.Value)
}

func TestIgnoreLateKeepsWhatIsOnTime(t *testing.T) {
	for _, recent := range []int{0, 4} {
		operatorTest[event, struct{}, timed]{
			a: randomEvent,
			build: func(a Stream[event], _ Stream[struct{}]) Stream[timed] {
				s := IgnoreLate(a, "", windowTime, 3, Watermark{Recent: recent})
				missing := Concat(a, Negate(s.Late)) // the late ones are what is missing on time
				return Concat(Map(s.OnTime, timedAs("in")), Map(missing, timedAs("not late")))
			},
			naive: func(h []moment[event, struct{}]) []timed {
				var in []event
				naiveTimed(h, recent, func(d Delta[event], w Time) {
					if d.Value.T+3 > w {
						in = changeTimed(in, d)
					}
				})
				var list []timed
				for _, e := range in {
					list = append(list, timed{"in", e}, timed{"not late", e})
				}
				return list
			},
		}.check(t)
	}
}

func TestBufferShowsWhatHasCome(t *testing.T) {
	for _, recent := range []int{0, 4} {
		operatorTest[event, struct{}, event]{
			a: randomEvent,
			build: func(a Stream[event], _ Stream[struct{}]) Stream[event] {
				return Buffer(a, "buffer", windowTime, 4, Watermark{Recent: recent})
			},
			naive: func(h []moment[event, struct{}]) []event {
				w := naiveTimed(h, recent, func(Delta[event], Time) {})
				return slices.DeleteFunc(presentA(h), func(e event) bool { return e.T+4 > w })
			},
		}.check(t)
	}
}

func TestForgetKeepsWhatIsRecent(t *testing.T) {
	for _, recent := range []int{0, 4} {
		operatorTest[event, struct{}, timed]{
			a: randomEvent,
			build: func(a Stream[event], _ Stream[struct{}]) Stream[timed] {
				s := Forget(a, "", windowTime, 4, Watermark{Recent: recent})
				return Concat(Map(s.OnTime, timedAs("in")), Map(Concat(a, Negate(s.Late)), timedAs("not late")))
			},
			naive: func(h []moment[event, struct{}]) []timed {
				var came []event
				w := naiveTimed(h, recent, func(d Delta[event], w Time) {
					if d.Value.T+4 > w {
						came = changeTimed(came, d)
					}
				})
				var list []timed
				for _, e := range came {
					list = append(list, timed{"not late", e})
					if e.T+4 > w {
						list = append(list, timed{"in", e})
					}
				}
				return list
			},
		}.check(t)
	}
}

// Heartbeats, not the values, say how far time has come.
func TestAWatermarkOfAnotherStream(t *testing.T) {
	operatorTest[event, event, event]{
		a: randomEvent, b: randomEvent,
		build: func(a, b Stream[event]) Stream[event] {
			return Buffer(a, "", windowTime, 0, WatermarkOf(b, "beats", windowTime, Watermark{}))
		},
		naive: func(h []moment[event, event]) []event {
			clock := naiveWatermark{at: noTime}
			for _, m := range h {
				clock.add(moment[event, struct{}]{a: m.b})
			}
			return slices.DeleteFunc(presentA(h), func(e event) bool { return e.T > clock.at })
		},
	}.check(t)
}

// What a cutoff has closed takes no memory and no room in the backend.
func TestClosedWindowsAreNotKept(t *testing.T) {
	for _, keep := range []bool{false, true} {
		for name, w := range map[string]Window{"tumbling": Tumbling(10, 0), "session": Session(5)} {
			t.Run(fmt.Sprintf("%s, keep %v", name, keep), func(t *testing.T) {
				backend := Memory().(*memory)
				g := New("bounded")
				in := NewFeed[event](g, "in")
				b := Behavior{Cutoff: Some[time.Duration](20), KeepResults: keep, Watermark: Watermark{Recent: 8}}
				r := WindowReduce(KeyBy(in.Stream(), eventKey), "windows", windowTime, w, b, windowDigest())
				results := Collect(r.Results, "results")
				s, err := startStepper(t.Context(), g, Options{Backend: backend, Workers: 2})
				if err != nil {
					t.Fatal(err)
				}
				most := 0
				for i := range 500 {
					if err := s.step(t.Context(), func() {
						deliver(t, in, Batch[event]{Deltas: []Delta[event]{{event{K: fmt.Sprint(i % 7), T: Time(6 * i)}, +1}}})
					}); err != nil {
						t.Fatal(err)
					}
					most = max(most, len(backend.m))
				}
				if most > 60 {
					t.Errorf("%d records are kept", most)
				}
				for _, o := range g.running.ops {
					states, booked := -1, 0
					switch r := o.stage.(type) {
					case *windowReduce[string, event, string]:
						states = len(r.tables[0].states) + len(r.tables[1].states)
						booked = len(r.agendas[0].heap) + len(r.agendas[1].heap)
					case *sessionReduce[string, event, string]:
						states = len(r.tables[0].states) + len(r.tables[1].states)
						booked = len(r.agendas[0].heap) + len(r.agendas[1].heap)
					}
					if states == 0 || states > 14 || booked > 28 {
						t.Errorf("%s has %d states and %d entries in its agenda", o.node, states, booked)
					}
				}
				if n := len(results.Values()); keep && n < 200 || !keep && n > 14 {
					t.Errorf("there are %d results", n)
				}
			})
		}
	}
}

func TestWindowDefinitionsThatAreWrong(t *testing.T) {
	for name, define := range map[string]func(s Stream[Keyed[string, event]]){
		"no size": func(s Stream[Keyed[string, event]]) { WindowBy(s, "", windowTime, Tumbling(0, 0)) },
		"no hop":  func(s Stream[Keyed[string, event]]) { WindowBy(s, "", windowTime, Sliding(-1, 5, 0)) },
		"no gap":  func(s Stream[Keyed[string, event]]) { WindowBy(s, "", windowTime, Session(0)) },
		"no time": func(s Stream[Keyed[string, event]]) { WindowBy(s, "", nil, Session(1)) },
		"no reducer": func(s Stream[Keyed[string, event]]) {
			WindowReduce(s, "", windowTime, Session(1), Behavior{}, Aggregator[event, int]{})
		},
		"no function": func(s Stream[Keyed[string, event]]) { Buffer(s, "", nil, 1, Watermark{}) },
		"a watermark of -1": func(s Stream[Keyed[string, event]]) {
			IgnoreLate(s, "", func(e Keyed[string, event]) Time { return e.Value.T }, 1, Watermark{Recent: -1})
		},
		"another graph": func(s Stream[Keyed[string, event]]) {
			other := NewFeed[event](New("other"), "in").Stream()
			w := WatermarkOf(other, "", windowTime, Watermark{})
			WindowReduce(s, "", windowTime, Tumbling(1, 0), Behavior{Watermark: w}, Count[event]())
		},
	} {
		g := New("wrong")
		define(KeyBy(NewFeed[event](g, "in").Stream(), eventKey))
		if err := g.Validate(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var none Stream[Keyed[string, event]]
	r := WindowReduce(none, "", windowTime, Tumbling(1, 0), Behavior{}, Count[event]())
	if r.Results.n != nil || r.Late.n != nil || WindowBy(none, "", windowTime, Session(1)).n != nil || Forget(none, "", nil, 1, Watermark{}).Late.n != nil {
		t.Error("the zero stream is not nothing")
	}
}
