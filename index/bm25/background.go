package bm25

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// Sealing heads and merging segments are two lanes, so that a large merge does
// not keep heads waiting. Each has a goroutine for as long as there is work.
const (
	sealing = iota
	merging
	lanes
)

const (
	// Full heads are sealed one by one; those that have filled up meanwhile,
	// and are small because their texts are long, together.
	maxSeal = 4

	// Segments of about a size are merged when there are mergeAt of them: of
	// the size of a head, 8 times as many chunks, 64 times and so on. Each
	// round of merges costs as much as all before it, and each segment costs
	// every query about a microsecond.
	mergeAt = 8

	// A segment does not grow beyond maxSegment chunks by merges, and is made
	// anew when more than a third of it is deleted.
	maxSegment = 1 << 23
)

// A lane is work that is done beside Apply.
type lane struct {
	cancel context.CancelFunc // nil: nothing is under way
	work   sync.WaitGroup
}

func (l *lane) stop() {
	if l.cancel != nil {
		l.cancel()
	}
}

// tidy starts the work that v needs. l.mu is held.
func (l *Leg) tidy(v *view) {
	for i, pick := range [lanes]func(*view) []part{pickHeads, pickSegments} {
		work := &l.lanes[i]
		if work.cancel != nil || l.closed {
			continue
		}
		parts := pick(v)
		if len(parts) == 0 {
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		work.cancel = cancel
		work.work.Go(func() { l.join(ctx, i, v, parts) })
	}
}

// pickHeads returns the heads to be sealed, of those that nothing is added to any
// more: as many as are about as large as a whole one.
func pickHeads(v *view) []part {
	var heads []part
	n := uint32(0)
	for i, p := range v.parts {
		h, ok := p.part.(*head)
		if !ok || i == len(v.parts)-1 && p.n < maxHead {
			continue
		}
		if n += p.n; len(heads) == maxSeal || len(heads) > 0 && n > maxHead {
			break
		}
		heads = append(heads, h)
	}
	return heads
}

// pickSegments returns segments to be merged.
func pickSegments(v *view) []part {
	var tiers [33][]part
	for i := range v.parts {
		p := &v.parts[i]
		s, ok := p.part.(*segment)
		if !ok {
			break
		}
		if p.deletion.dead()*3 > int(p.n) {
			return []part{s}
		}
		if live := p.live(); live < maxSegment/mergeAt {
			tier := (max(bits.Len(uint(live)/(maxHead/2)), 1) - 1) / 3
			tiers[tier] = append(tiers[tier], s)
		}
	}
	for _, t := range tiers {
		if len(t) >= mergeAt {
			return t
		}
	}
	return nil
}

// join replaces parts, as v sees them, by one segment, and looks for more work.
func (l *Leg) join(ctx context.Context, lane int, v *view, parts []part) {
	var sources []*source
	for _, p := range v.parts {
		if slices.Contains(parts, p.part) {
			sources = append(sources, &source{part: p.part, n: p.n, deletion: p.deletion, frozen: true})
		}
	}
	s, err := merge(ctx, l.scorer, sources)
	runtime.KeepAlive(v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lanes[lane].cancel()
	l.lanes[lane].cancel = nil
	if err != nil {
		return // the leg is closed, or a file cannot be read: the parts are as good as before
	}
	next := l.view.Load().clone()
	next.replace(sources, s)
	l.view.Store(next)
	l.tidy(next)
}

// replace puts s in the place of sources. What was deleted from them meanwhile
// is deleted from s.
func (v *view) replace(sources []*source, s *segment) {
	var deleted []uint32
	v.parts = slices.DeleteFunc(v.parts, func(p partView) bool {
		i := slices.IndexFunc(sources, func(s *source) bool { return s.part == p.part })
		if i < 0 {
			return false
		}
		p.deletion.after(sources[i].deletion, func(chunk uint32) {
			deleted = append(deleted, sources[i].chunks[chunk])
		})
		return true
	})
	if s.n == 0 {
		return
	}
	p := partView{part: s, n: s.n}
	p.deletion = p.deletion.with(s, deleted)
	at := slices.IndexFunc(v.parts, func(o partView) bool {
		_, segment := o.part.(*segment)
		return !segment || o.n < p.n
	})
	if at < 0 {
		at = len(v.parts)
	}
	v.parts = slices.Insert(v.parts, at, p)
}
