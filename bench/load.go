package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A question is a request of /v1/retrieve and what its answer must hold.
type question struct {
	request []byte
	phrase  []byte
}

// A retrieveRequest asks for passages in the words of Pathway's API.
type retrieveRequest struct {
	Query  string `json:"query"`
	K      int    `json:"k"`
	Filter string `json:"metadata_filter,omitempty"`
	Glob   string `json:"filepath_globpattern,omitempty"`
}

func newQuestion(addr string, r retrieveRequest, phrase string) question {
	body, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and a number
	}
	return question{encodePost(addr, "/v1/retrieve", body), []byte(phrase)}
}

// A load is a closed loop: each client sends its next question when it has the
// answer to the last.
type load struct {
	addr      string
	questions []question
	clients   int
	warm      time.Duration // not measured
	measured  time.Duration
	limit     time.Duration // for one answer
}

// A sample is what a load has seen.
type sample struct {
	Seconds   float64         // measured
	Latencies []time.Duration // of the answers
	Found     int             // answers that hold what was asked for
	Failed    int
	Error     string // one of the failures
}

// run runs the load. Answers that begin or end outside of the measured time do
// not count.
func (l load) run() sample {
	from := time.Now().Add(l.warm)
	to := from.Add(l.measured)
	parts := make([]sample, l.clients)
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() { parts[i] = l.client(i, from, to) })
	}
	wg.Wait()
	all := sample{Seconds: l.measured.Seconds()}
	for _, p := range parts {
		p.Seconds = 0
		all.add(p)
	}
	return all
}

func (l load) client(i int, from, to time.Time) (s sample) {
	c := &client{addr: l.addr}
	defer c.close()
	for ; ; i += l.clients {
		q := l.questions[i%len(l.questions)]
		start := time.Now()
		if !start.Before(to) {
			return s
		}
		body, err := c.do(q.request, l.limit)
		end := time.Now()
		if err != nil && start.Add(l.limit).Before(end.Add(time.Millisecond)) {
			s.fail(err)
			return s // it hangs: waiting for more says no more
		}
		if start.Before(from) || end.After(to) {
			continue
		}
		if err != nil {
			s.fail(err)
			time.Sleep(10 * time.Millisecond) // a server that refuses is not to be measured
			continue
		}
		s.Latencies = append(s.Latencies, end.Sub(start))
		if bytes.Contains(body, q.phrase) {
			s.Found++
		}
	}
}

func (s *sample) fail(err error) {
	s.Failed++
	s.Error = err.Error()
}

// add joins two samples of one kind.
func (s *sample) add(other sample) {
	s.Seconds += other.Seconds
	s.Latencies = append(s.Latencies, other.Latencies...)
	s.Found += other.Found
	s.Failed += other.Failed
	if other.Error != "" {
		s.Error = other.Error
	}
}

// rate is the answers a second.
func (s sample) rate() float64 {
	if s.Seconds == 0 {
		return 0
	}
	return float64(len(s.Latencies)) / s.Seconds
}

// found is the share of the answers that hold what was asked for.
func (s sample) found() float64 {
	if len(s.Latencies) == 0 {
		return 0
	}
	return float64(s.Found) / float64(len(s.Latencies))
}

// percentile returns the smallest of the values that at least p percent of them
// do not exceed; 0 of none.
func percentile(values []time.Duration, p int) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	at := (len(sorted)*p + 99) / 100
	return sorted[max(at, 1)-1]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (s sample) String() string {
	text := fmt.Sprintf("%.0f/s, p50 %.2f ms, p95 %.2f ms, found %.1f %%", s.rate(),
		milliseconds(percentile(s.Latencies, 50)), milliseconds(percentile(s.Latencies, 95)), 100*s.found())
	if s.Failed > 0 {
		text += fmt.Sprintf(", %d failed: %s", s.Failed, s.Error)
	}
	return text
}
