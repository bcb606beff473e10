// Package dataflow computes collections from changing collections: it turns
// differences of the inputs into differences of the results, doing work in
// proportion to what changed.
//
// A stream is a sequence of epochs; an epoch carries a batch of deltas. A graph
// is defined first and then run: inputs take upserts and deletions by key,
// linear operators (Map, Filter, FlatMap, Concat, Negate) transform deltas one
// by one, Process keeps state by key, Async does slow work outside of the epoch,
// and a Sink receives what is left.
//
// Everything that an epoch did - the collections of the inputs, the offsets of
// the sources, the states of the operators and what the sinks staged - is one
// atomic write to a Backend. A graph that is killed goes on from the last epoch
// that was written, and the outcome is the one that was never interrupted.
package dataflow

// An Epoch counts the committed batches of changes. The first is 1; 0 means that
// nothing has been committed yet.
type Epoch uint64

// A Delta is one difference of a collection: Value is there Diff more times, or
// -Diff fewer times.
type Delta[T any] struct {
	Value T
	Diff  int
}

// Consolidate adds up the diffs of values with equal keys and drops what comes
// to nothing. What is left is in the order in which the keys were first seen;
// of two values with one key the later is kept. It reuses the memory of batch.
func Consolidate[T any, K comparable](batch []Delta[T], key func(T) K) []Delta[T] {
	if len(batch) < 2 {
		return dropZeros(batch)
	}
	at := make(map[K]int, len(batch))
	sums := batch[:0]
	for _, d := range batch {
		k := key(d.Value)
		i, ok := at[k]
		if !ok {
			at[k] = len(sums)
			sums = append(sums, d)
			continue
		}
		sums[i] = Delta[T]{Value: d.Value, Diff: sums[i].Diff + d.Diff}
	}
	clear(batch[len(sums):])
	return dropZeros(sums)
}

func dropZeros[T any](batch []Delta[T]) []Delta[T] {
	kept := batch[:0]
	for _, d := range batch {
		if d.Diff != 0 {
			kept = append(kept, d)
		}
	}
	clear(batch[len(kept):])
	return kept
}
