package flowtest

import (
	"context"
	"reflect"
	"sync"
	"testing"

	"ragserver/dataflow"
)

// Run runs a program and returns how its result changes. Rows of one time, of all
// inputs, are one epoch, and what comes of them has that time; what comes out only
// when the inputs are closed has the last time. With o.Static all rows are one
// epoch, and everything has the last time.
//
// Two calls with one o.Backend are a program that is stopped and goes on: the
// inputs of the second are what comes after those of the first.
//
// Anything that fails ends the test.
func Run[Out any](t testing.TB, o dataflow.Options, program func(*Inputs) dataflow.Stream[Out]) Changes[Out] {
	t.Helper()
	w := byTime
	if o.Static {
		w = atOnce
	}
	return run(t, o, w, program)
}

func run[Out any](t testing.TB, o dataflow.Options, w way, program func(*Inputs) dataflow.Stream[Out]) Changes[Out] {
	t.Helper()
	if _, err := columnsOf(reflect.TypeFor[Out]()); err != nil {
		t.Fatal(err)
	}
	in := &Inputs{t: t, graph: dataflow.New(t.Name()), way: w}
	result := program(in)
	if result == (dataflow.Stream[Out]{}) {
		t.Fatal("the program returns the zero Stream")
	}
	out := new(record[Out])
	dataflow.Subscribe(result, "flowtest", out.add)
	if err := in.run(t.Context(), o, out.begin); err != nil {
		t.Fatal(err)
	}
	return out.changes.consolidated()
}

// run runs the graph while it plays the inputs.
func (in *Inputs) run(ctx context.Context, o dataflow.Options, begin func(time int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- in.graph.Run(ctx, o) }()
	played := in.play(ctx, begin)
	if played != nil {
		cancel()
	}
	if err := <-ran; err != nil {
		return err
	}
	return played
}

// A way is how rows are put into epochs.
type way int

const (
	byTime   way = iota // those of one time together
	atOnce              // all together
	rowByRow            // each alone
	crowded             // those of one time, among many that come and go
)

// play sends the rows, time by time, and closes the inputs.
func (in *Inputs) play(ctx context.Context, begin func(time int)) error {
	send := in.sendTogether
	switch in.way {
	case atOnce:
		send = in.sendOnly
	case rowByRow:
		send = in.sendRows
	}
	for _, time := range in.times() {
		begin(time)
		if err := send(ctx, time); err != nil {
			return err
		}
	}
	for _, i := range in.list {
		i.close()
	}
	return nil
}

// sendOnly does not wait: in a batch nothing is committed before the end.
func (in *Inputs) sendOnly(ctx context.Context, time int) error {
	_, err := in.sendAll(ctx, time)
	return err
}

func (in *Inputs) sendAll(ctx context.Context, time int) ([]dataflow.Ticket, error) {
	var tickets []dataflow.Ticket
	for _, i := range in.list {
		ticket, err := i.send(ctx, time, 0, i.rows(time))
		if err != nil {
			return nil, err
		}
		tickets = append(tickets, ticket)
	}
	return tickets, nil
}

func (in *Inputs) sendTogether(ctx context.Context, time int) error {
	var tickets []dataflow.Ticket
	err := in.graph.Together(func() (err error) {
		tickets, err = in.sendAll(ctx, time)
		return err
	})
	if err != nil {
		return err
	}
	for _, ticket := range tickets {
		if err := in.graph.Wait(ctx, ticket); err != nil {
			return err
		}
	}
	return nil
}

func (in *Inputs) sendRows(ctx context.Context, time int) error {
	for _, i := range in.list {
		for n := range i.rows(time) {
			ticket, err := i.send(ctx, time, n, n+1)
			if err != nil {
				return err
			}
			if err := in.graph.Wait(ctx, ticket); err != nil {
				return err
			}
		}
	}
	return nil
}

// A record collects what a program puts out.
type record[T any] struct {
	mu      sync.Mutex // guards what follows
	time    int
	changes Changes[T]
}

// begin gives the time of what comes from now on.
func (r *record[T]) begin(time int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.time = time
}

func (r *record[T]) add(_ dataflow.Epoch, batch []dataflow.Delta[T]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range batch {
		r.changes = append(r.changes, Change[T]{Value: d.Value, Time: r.time, Diff: d.Diff})
	}
	return nil
}
