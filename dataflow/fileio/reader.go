package fileio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

// A Reader sends the rows of files to a Feed, which nobody else sends to.
//
// The rows of a file are a multiset: its order means nothing. A file that changed
// is compared with what was sent of it, which is kept, compressed, with the feed:
// in the Backend, or in memory if there is none. Where it only grew, what is new
// is read; else rows that are gone are retracted and new ones inserted, one batch
// for up to 32 MiB of the file, so that a smaller file changes in one epoch. A
// file that is gone has all its rows retracted. The last line of a file that has
// no line end yet waits for it.
//
// A batch has the rows of about 256 KiB. At most two batches for each parser, and
// what the feed holds, are in memory.
type Reader[T any] struct {
	feed   *dataflow.Feed[T]
	config Config
	format format[T]
	place  place
	sizes  sizes
	log    *slog.Logger

	// Used by Run's goroutine only.
	files   map[string]*file
	lane    *lane[T]
	keeps   bool // what is sent may have to be retracted
	flushed uint64

	buffers sync.Pool // of []byte with room for a block
	stats   struct{ rows, bad, bytes, files atomic.Int64 }
}

// Stats are what a Reader has done since Run began.
type Stats struct {
	Files int64 // that are there now
	Rows  int64 // inserted
	Bad   int64 // records that are no rows
	Bytes int64 // parsed
}

func newReader[T any](feed *dataflow.Feed[T], c Config, f format[T]) (*Reader[T], error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if feed == nil {
		return nil, fmt.Errorf("fileio: reading %s: the feed is nil", c.Path)
	}
	at, err := placeOf(c.Path)
	if err != nil {
		return nil, fmt.Errorf("fileio: %w", err)
	}
	f.rows = fmt.Sprintf("%s; at most %d bytes", f.rows, c.maxLine())
	return &Reader[T]{feed: feed, config: c, format: f, place: at, sizes: defaultSizes, log: c.logger(), files: make(map[string]*file)}, nil
}

// Stats returns what was done. Any goroutine may call it.
func (r *Reader[T]) Stats() Stats {
	return Stats{r.stats.files.Load(), r.stats.rows.Load(), r.stats.bad.Load(), r.stats.bytes.Load()}
}

// Run reads until the files have been read, with Static, or ctx is done, which
// returns nil, or the graph has ended. It waits for the graph's Run to begin. It
// is called once.
func (r *Reader[T]) Run(ctx context.Context) error {
	err := r.run(ctx)
	// A graph that runs under the same ctx may end before this notices.
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, dataflow.ErrEnded)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.config.Path, err)
	}
	return nil
}

func (r *Reader[T]) run(ctx context.Context) error {
	durable, err := r.feed.Durable(ctx)
	if err != nil {
		return err
	}
	static, err := r.feed.Static(ctx)
	if err != nil {
		return err
	}
	r.config.Static = r.config.Static || static
	r.keeps = durable || !r.config.Static
	if err := r.load(); err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	r.lane = newLane[T](r.config.parsers())
	for range r.config.parsers() {
		group.Go(r.lane.parse)
	}
	group.Go(func() error { return r.lane.send(inner, r.send) })
	group.Go(func() error {
		defer r.lane.close()
		if r.config.Static {
			return r.pass(inner, nil)
		}
		return r.follow(inner)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if r.config.Static && ctx.Err() == nil {
		r.feed.Close()
	}
	return nil
}

// send hands over what a task has made.
func (r *Reader[T]) send(ctx context.Context, o outcome[T]) error {
	for _, b := range o.bad {
		if r.config.OnBad != nil {
			r.config.OnBad(b)
		}
	}
	r.stats.bad.Add(int64(len(o.bad)))
	r.stats.bytes.Add(o.parsed)
	for _, d := range o.deltas {
		r.stats.rows.Add(int64(max(0, d.Diff)))
	}
	_, err := r.feed.Send(ctx, dataflow.Batch[T]{Deltas: o.deltas, Keep: o.keep})
	return err
}
