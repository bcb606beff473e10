// Package dataflow computes collections from changing collections: it turns
// differences of the inputs into differences of the results, doing work in
// proportion to what changed.
//
// # The model
//
// A collection is a multiset of values. A [Stream] is a collection that changes:
// a sequence of epochs, each with a batch of [Delta] - a value, and how many more
// of it there are from then on. A batch has no order within: +1 of a value and -1
// of it are nothing, and a value that is corrected is -1 of what it was with +1 of
// what it is. These are the Z-sets of DBSP, with one total order of time.
//
// An operator means a function of collections. Running, it turns the batch of an
// epoch into the batch of the same epoch, so that what has come out up to any
// epoch adds up to the function of what has gone in up to it:
//
//	lines      "to be or not to be"     "to be or not"
//	epoch      1                        2
//	words      to +2 be +2 or +1 not +1  to -1 be -1
//	counts     (to 2) +1 (be 2) +1 ...   (to 2) -1 (to 1) +1 (be 2) -1 (be 1) +1
//
// From this all else follows. A late or corrected input is a difference like any
// other, and corrects the results that depend on it. A batch is a stream that
// ends: [Options.Static] gives the collection that the stream would end with, as
// one epoch. How the input is cut into epochs, in what order rows stand in one,
// and how many workers share the work has no influence on the collections; an
// operator whose result depends by its meaning on what came first says so.
//
// # A program
//
// A program defines a graph, then runs it; Example shows one whole. [New] makes the
// graph. Inputs are a [Feed], which is sent differences, or an [Input], which keeps
// a collection by key and is sent what a key is now. On their streams stand
//
//   - operators without state: [Map], [Filter], [FlatMap], [Concat], [Negate],
//     [KeyBy], and [TryMap], whose failures are a stream of their own;
//   - [Reduce], which gives one value for every key by an [Aggregator] such as
//     [Count], [Sum] or [TopK]; [Distinct] and [Deduplicate];
//   - [Join] and its kin, which put two collections together by key; set
//     operations by key such as [SemiJoin], [AntiJoin] and [UpdateRows];
//   - by event time: [WindowBy] and [WindowReduce] for windows, [AsOfJoin] and
//     [IntervalJoin], [Sort] and [Diff];
//   - [AsOfNowJoin], which answers queries as of their arrival, for good;
//   - [Upsert], which makes a collection of assignments;
//   - [Iterate], which applies a part of the graph until nothing changes;
//   - [Process], for state by key of the program's own;
//   - [Async], for slow work, such as calls over a network, beside the epochs.
//
// A [Sink] receives what comes out; [Subscribe] and [Collect] are sinks for short
// programs. Package dataflow/fileio reads and writes files, and package
// dataflow/flowtest tests programs with tables of differences.
//
// [Graph.Run] validates the graph, plans it - chains of operators without state
// become one loop, filters go in front, equal parts are computed once, what nothing
// reads is left out - and then closes one epoch after the other, as soon as
// something waits. [Graph.Explain] prints the graph as defined and as planned.
//
// # Functions and values
//
// Functions that operators are given must depend on their arguments alone: a
// retraction calls them again and must find the same value. Several workers may
// call them at once. Two values are the same if they are equal by ==, or for types
// without it and those that hold pointers or interfaces, if their CBOR encoding
// is; only exported fields are encoded, and with a Backend the others are lost.
//
// # Time
//
// There are two times. The epoch is when the engine learns of something; all
// consistency is by epoch. Event time, a [Time] in the data, is when it happened:
// windows and temporal joins read it. What is computed, and when results are out and
// for how long they can be corrected, are choices apart from each other, as in the
// Dataflow model. By default a result is out at once, and corrected for ever. A
// [Behavior] holds the results of windows back, or makes them final when a [Watermark]
// has passed: then nothing is kept of them, and what comes too late is counted and
// is a stream to read.
//
// # Cost and state
//
// An epoch costs in proportion to its deltas and the keys that these touch, never
// to the state. State is sharded by key over [Options.Workers]. With
// [Options.Backend] everything that an epoch did - offsets of the sources, states,
// what sinks staged - is one atomic write to it, and keys that do not fit in memory
// are read from it. A graph that is killed goes on from the last epoch that was
// written, and the outcome is the one that was never interrupted. A send blocks
// while the engine is behind, so memory is bounded from the sinks back.
//
// State is found again by the name of its operator. Name those that matter: an
// operator without a name is known by its place among those of its kind, and is
// computed anew, or refused with the reason, when that changes.
//
// # Sources
//
// F. McSherry, D. G. Murray, R. Isaacs, M. Isard: Differential Dataflow, CIDR 2013
// (differences by time, iteration). M. Budiu, T. Chajed, F. McSherry, L. Ryzhyk,
// V. Tannen: DBSP: Automatic Incremental View Maintenance for Rich Query Languages,
// VLDB 2023 (Z-sets, linear and bilinear operators). T. Akidau et al.: The Dataflow
// Model, VLDB 2015 (event time, windows, corrections).
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
