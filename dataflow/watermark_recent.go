package dataflow

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// seenTimes are the times that one worker has seen in the running epoch.
type seenTimes struct {
	list   []Delta[Time]
	limit  int // length at which equal times are added up
	causes causes
}

func (s *seenTimes) add(t Time, diff int) {
	if len(s.list) >= max(kept, s.limit) {
		s.list = sumTimes(s.list)
		s.limit = 2 * len(s.list)
	}
	s.list = append(s.list, Delta[Time]{t, diff})
}

func (s *seenTimes) reset() { s.list, s.causes = emptied(s.list), causes{} }

// sumTimes sorts the times and adds up the diffs of equal ones, in the memory of
// list.
func sumTimes(list []Delta[Time]) []Delta[Time] {
	slices.SortFunc(list, func(a, b Delta[Time]) int { return cmp.Compare(a.Value, b.Value) })
	sums := list[:0]
	for _, d := range list {
		if n := len(sums); n > 0 && sums[n-1].Value == d.Value {
			sums[n-1].Diff += d.Diff
			continue
		}
		sums = append(sums, d)
	}
	return dropZeros(sums)
}

// evenly returns n of the times, which are in order, or all if there are fewer:
// those in the middle of n equal parts.
func evenly(times []Delta[Time], n int) []Time {
	total := 0
	for _, d := range times {
		total += d.Diff
	}
	n = min(n, total)
	list := make([]Time, 0, n)
	at, passed := 0, 0 // passed of the times are before times[at]
	for i := range n {
		rank := (2*i + 1) * total / (2 * n)
		for rank >= passed+times[at].Diff {
			passed += times[at].Diff
			at++
		}
		list = append(list, times[at].Value)
	}
	return list
}

// recentTimes are the last times that a watermark is the median of, by epoch. The
// state has one record for each epoch, so that a change costs as much as the
// epoch has times.
type recentTimes struct {
	epochs []epochTimes
	total  int
}

type epochTimes struct {
	epoch Epoch
	times []Time // in order
}

// add takes in the times of an epoch and lets go of the oldest beyond limit. An
// epoch of which some go keeps others evenly.
func (r *recentTimes) add(x *turn, key []byte, e Epoch, times []Time, limit int) {
	r.epochs = append(r.epochs, epochTimes{e, times})
	r.total += len(times)
	r.save(x, key, r.epochs[len(r.epochs)-1])
	for r.total > limit {
		oldest, over := &r.epochs[0], r.total-limit
		if over >= len(oldest.times) {
			r.total -= len(oldest.times)
			oldest.times = nil
			r.save(x, key, *oldest)
			r.epochs = r.epochs[1:]
			continue
		}
		ones := make([]Delta[Time], len(oldest.times))
		for i, t := range oldest.times {
			ones[i] = Delta[Time]{t, 1}
		}
		oldest.times = evenly(ones, len(ones)-over)
		r.total = limit
		r.save(x, key, *oldest)
	}
}

// median returns the lower median, or no time if there are fewer than n times.
func (r *recentTimes) median(n int) Time {
	if r.total < n {
		return noTime
	}
	all := make([]Time, 0, r.total)
	for _, e := range r.epochs {
		all = append(all, e.times...)
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

func (r *recentTimes) save(x *turn, key []byte, e epochTimes) {
	at := binary.BigEndian.AppendUint64(slices.Clone(key), uint64(e.epoch))
	if len(e.times) == 0 {
		x.tx.delete(at)
		return
	}
	var b []byte
	last := Time(0)
	for _, t := range e.times {
		b = binary.AppendVarint(b, int64(t-last)) // may wrap, and wraps back
		last = t
	}
	x.tx.put(at, b)
}

func (r *recentTimes) load(epoch, b []byte) error {
	if len(epoch) != 8 {
		return fmt.Errorf("%q is not an epoch", epoch)
	}
	e := epochTimes{epoch: Epoch(binary.BigEndian.Uint64(epoch))}
	last := Time(0)
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return fmt.Errorf("the times of epoch %d are damaged", e.epoch)
		}
		last += Time(d)
		e.times = append(e.times, last)
		b = b[n:]
	}
	r.epochs = append(r.epochs, e)
	r.total += len(e.times)
	return nil
}
