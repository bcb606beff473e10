package hnsw

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ragserver/index"
)

// untuned is what a leg begins with: nothing is known, so that all is compared,
// unless a width was configured.
func (l *Leg) untuned() *tuning {
	return &tuning{least: l.config.Recall, fixed: l.config.EfSearch}
}

// widthSteps are the widths that are tried.
var widthSteps = [...]int{12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096}

// samples is how many questions a tuning asks: recall is then known to about
// half a percent.
const samples = 128

// tuneDue finds out the widths again, if the graph has grown by half since, or
// there are real questions for the first time.
func (l *Leg) tuneDue(ctx context.Context) error {
	done, asked := l.linkedAll.Load(), l.asked.count.Load()/keepEvery
	if l.entry.Load() == 0 || l.waiting.Load() > int64(l.state.Load().table.Len())/4 {
		return nil
	}
	grown := (done-l.tuned.linked)*2 > l.tuned.linked
	real := asked >= samples && l.tuned.asked < samples
	if !grown && !real {
		return nil
	}
	l.tuned = progress{linked: done, asked: asked, at: time.Now()}
	t, err := l.tune(ctx)
	if err != nil {
		return err
	}
	// Before it is used: narrower walks may miss what wider ones found.
	if err := l.find(ctx, t); err != nil {
		return err
	}
	t.fixed = l.tuning.Load().fixed
	l.tuning.Store(t)
	w, _ := t.width(few)
	l.config.Logger.Debug("vector graph tuned", "vectors", t.vectors, "width", w)
	return nil
}

// A trial is a question with its right answer: the scores of the best.
type trial struct {
	question []float32
	scores   []float64
	absent   slot // a node that walks do not go to, if without
	without  bool
}

// tune asks questions exactly and by walks of growing widths, until they find
// enough or cost more than comparing all.
func (l *Leg) tune(ctx context.Context) (*tuning, error) {
	s := l.Snapshot().(*snapshot)
	defer s.Close()
	trials, err := s.trials(ctx)
	if err != nil || len(trials) == 0 {
		return l.untuned(), err
	}
	t := l.untuned()
	t.vectors = s.Len()
	dim := s.state.table.Dim()
	most := float64(s.Len()) * scanCost(dim) / hopCost(dim)
	for _, width := range widthSteps {
		m, err := s.worst(ctx, trials, width)
		if err != nil {
			return nil, err
		}
		t.widths = append(t.widths, m)
		if _, ok := t.width(many); ok || m.Scored > most {
			break
		}
	}
	return t, nil
}

// worst measures real questions and stored vectors apart: the ones may be much
// easier than the others.
func (s *snapshot) worst(ctx context.Context, trials []trial, width int) (measure, error) {
	split := slices.IndexFunc(trials, func(t trial) bool { return t.without })
	if split <= 0 {
		return s.measure(ctx, trials, width)
	}
	m, err := s.measure(ctx, trials[:split], width)
	if err != nil {
		return m, err
	}
	stored, err := s.measure(ctx, trials[split:], width)
	return measure{width, min(m.Few, stored.Few), min(m.Many, stored.Many), max(m.Scored, stored.Scored)}, err
}

// measure walks with one width.
func (s *snapshot) measure(ctx context.Context, trials []trial, width int) (measure, error) {
	m := measure{Width: width}
	for _, t := range trials {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		p, err := s.state.table.NewProbe(t.question)
		if err != nil {
			return m, err
		}
		a := &ask{snapshot: s, probe: p, k: min(few, len(t.scores)), absent: t.absent, without: t.without, trial: true}
		found, _, err := a.walk(ctx, width)
		if err != nil {
			return m, err
		}
		m.Few += recall(found, t.scores[:a.k])
		m.Scored += float64(a.plan.Scored)
		if width < many {
			continue
		}
		a.k = len(t.scores)
		if found, _, err = a.walk(ctx, width); err != nil {
			return m, err
		}
		m.Many += recall(found, t.scores)
	}
	n := float64(len(trials))
	m.Few, m.Many, m.Scored = m.Few/n, m.Many/n, m.Scored/n
	return m, nil
}

// recall is the share of the results that are as good as the right ones.
func recall(found []index.Scored, right []float64) float64 {
	least, hits := right[len(right)-1], 0
	for _, f := range found {
		if f.Score >= least {
			hits++
		}
	}
	return float64(min(hits, len(right))) / float64(len(right))
}

// trials returns questions: the last real ones, and stored vectors, which are
// asked for as if they were not there.
func (s *snapshot) trials(ctx context.Context) ([]trial, error) {
	random := rand.New(rand.NewPCG(uint64(s.Len()), 2))
	var trials []trial
	for _, q := range s.leg.asked.last(samples, s.state.table.Dim()) {
		trials = append(trials, trial{question: q})
	}
	for tries, most := 0, len(trials)+samples; len(trials) < most && tries < 20*samples; tries++ {
		at := random.Uint32N(uint32(s.state.table.Slots()))
		if s.state.table.Sees(at) && s.state.nodes.kind(at) == linked {
			trials = append(trials, trial{question: s.state.table.Vector(at), absent: at, without: true})
		}
	}
	for i := range trials {
		if err := s.solve(ctx, &trials[i]); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(trials, func(t trial) bool { return len(t.scores) == 0 }), nil
}

// solve finds the right answer to t. Of the vector that is absent, and its twins,
// there may be many.
func (s *snapshot) solve(ctx context.Context, t *trial) error {
	away := make(map[index.Row]bool)
	if n := s.state.nodes; t.without {
		for at, ok := t.absent, true; ok; at, ok = n.next(at) {
			away[s.state.table.Row(at)] = true
		}
	}
	best, err := s.exactly(ctx, t.question, many+len(away))
	for _, b := range best {
		if !away[b.Row] && len(t.scores) < many {
			t.scores = append(t.scores, b.Score)
		}
	}
	return err
}

func (s *snapshot) exactly(ctx context.Context, q []float32, k int) ([]index.Scored, error) {
	p, err := s.state.table.NewProbe(q)
	if err != nil || p == nil {
		return nil, err
	}
	return s.state.table.Scan(ctx, p, min(k, s.Len()), nil)
}

// Questions keeps some of the last real questions.
type questions struct {
	count atomic.Int64
	mu    sync.Mutex // guards ring
	ring  [samples][]float32
}

// keepEvery is the share of the questions that is kept: copying all costs more.
const keepEvery = 8

// keep notes some of the questions.
func (a *questions) keep(q []float32) {
	n := a.count.Add(1)
	if n%keepEvery != 0 || !a.mu.TryLock() {
		return
	}
	defer a.mu.Unlock()
	a.ring[n/keepEvery%samples] = slices.Clone(q)
}

// last returns up to n of the questions that have dim dimensions.
func (a *questions) last(n, dim int) (list [][]float32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, q := range a.ring {
		if len(q) == dim && len(list) < n {
			list = append(list, q)
		}
	}
	return list
}
