package dataflow

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
)

// latest is what a key becomes by an epoch.
type latest[T any] struct {
	record[T]
	causes causes
}

// take moves whole batches of about limit deltas into the epoch.
func (in *Input[T]) take(limit, _ int) (n int) {
	in.taken, n = in.queue.take(in.taken[:0], limit)
	return n
}

func (in *Input[T]) step(x *turn) error {
	n := 0
	for _, s := range in.taken {
		n += len(s.records)
	}
	last := make([]latest[T], 0, n)
	at := make(map[string]int, n)
	for _, s := range in.taken {
		for _, r := range s.records {
			i, ok := at[r.key]
			if !ok {
				i = len(last)
				at[r.key] = i
				last = append(last, latest[T]{})
			}
			last[i].record = r
			last[i].causes.join(s.causes)
		}
		if s.offset != nil {
			x.tx.put(x.g.keys.offset(in.node.name, s.partition), s.offset)
		}
		x.keep(in.node, s.keep)
		x.finished = append(x.finished, s.causes...)
	}
	clear(in.taken)
	in.taken = in.taken[:0]
	for i := range last {
		x.at, x.cause = in.node, last[i].causes.unique()
		if err := in.apply(x, last[i].record); err != nil {
			return fmt.Errorf("key %q: %w", last[i].key, err)
		}
	}
	return nil
}

func (in *Input[T]) apply(x *turn, r record[T]) error {
	at := x.g.keys.input(in.node.name, r.key)
	old, err := x.tx.Get(at)
	if err != nil {
		return err
	}
	if old == nil && r.bytes == nil || old != nil && r.bytes != nil && bytes.Equal(old, r.bytes) {
		return nil
	}
	if old != nil {
		v, err := in.codec.Decode(old)
		if err != nil {
			return fmt.Errorf("decoding: %w", err)
		}
		in.out.push(x, Delta[T]{v, -1})
	}
	if r.bytes == nil {
		x.tx.delete(at)
		return nil
	}
	x.tx.put(at, r.bytes)
	in.out.push(x, Delta[T]{r.value, +1})
	return nil
}

// recover learns the partitions of earlier runs.
func (in *Input[T]) recover(_ context.Context, x *turn) error { return knowPartitions(x, in.node) }

func knowPartitions(x *turn, n *node) error {
	prefix := x.g.keys.offset(n.name, "")
	return x.g.backend.Scan(prefix, func(k, _ []byte) error {
		x.g.flights.know(string(k[len(prefix):]))
		return nil
	})
}

// oldest serves Graph.Oldest.
func (in *Input[T]) oldest(prefix string) (t time.Time, ok bool) {
	in.queue.each(func(s sent[T]) {
		for _, r := range s.records {
			if !strings.HasPrefix(r.key, prefix) {
				continue
			}
			if seen, _ := in.node.g.flights.origin(s.causes); !ok || seen.Before(t) {
				t, ok = seen, true
			}
			break
		}
	})
	return t, ok
}
