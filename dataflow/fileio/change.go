package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"

	"ragserver/dataflow"
)

// buffer returns an empty slice with room for a block.
func (r *Reader[T]) buffer() []byte {
	if b, ok := r.buffers.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, r.sizes.block)
}

func (r *Reader[T]) release(b []byte) {
	if cap(b) == r.sizes.block {
		r.buffers.Put(&b)
	}
}

func digest(from io.Reader, buf []byte) (sum uint64, n int64, err error) {
	h := xxhash.New()
	for {
		m, err := from.Read(buf)
		h.Write(buf[:m])
		n += int64(m)
		if errors.Is(err, io.EOF) {
			return h.Sum64(), n, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}

// cutterAt returns a cutter for the file from at on.
func (r *Reader[T]) cutterAt(in io.ReaderAt, at int64) *cutter {
	return &cutter{
		layout: r.format.layout, size: r.sizes.block, limit: r.config.maxLine(), final: r.config.Static,
		from: io.NewSectionReader(in, at, 1<<62-at), spare: r.buffer,
	}
}

// extend makes blocks of the file from the begin of block i on, which is after
// the last, or is the last: then the first old bytes were sent already.
func (r *Reader[T]) extend(ctx context.Context, f *file, s sight, i, old int) error {
	c := r.cutterAt(s.in, f.start(i))
	p, err := c.next()
	if old > 0 && err == nil && p.length == int64(old) {
		r.release(p.raw) // nothing was appended to it
		i, old = i+1, 0
		p, err = c.next()
	}
	if errors.Is(err, io.EOF) {
		known := f.sure
		f.done(s, r.sizes.grain)
		if !r.keeps || i > 0 && known == f.sure {
			return nil
		}
		return r.note(ctx, f, put(fileKey(f.name), f.encode(r.format.rows)))
	}
	f.begun()
	for line := f.line(i); err == nil; i++ {
		following, next := c.next()
		f.set(i, p.block)
		if errors.Is(next, io.EOF) {
			f.done(s, r.sizes.grain)
		}
		if err := r.insert(ctx, f, i, p, old, line); err != nil {
			return err
		}
		line += p.lines
		old, p, err = 0, following, next
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return nil
}

// insert sends the rows of a piece that is block i.
func (r *Reader[T]) insert(ctx context.Context, f *file, i int, p piece, old, line int) error {
	name, head := f.name, f.head
	var keep []dataflow.Write
	if r.keeps {
		keep = append(keep, put(fileKey(name), f.encode(r.format.rows)), put(blockKey(keptBlock, name, i), p.encode()))
	}
	return r.do(ctx, f, func() (outcome[T], error) {
		o := outcome[T]{keep: keep, parsed: p.length}
		if p.gap {
			o.bad = []BadRow{{name, line, ErrTooLong}}
			return o, nil
		}
		parser := r.newParser(name, head)
		parser.block(p.raw, old, line, +1)
		o.rows = parser.rows
		if r.keeps {
			o.keep = append(o.keep, put(blockKey(keptContent, name, i), pack(p.raw)))
		}
		r.release(p.raw)
		return o, nil
	})
}

// retract sends the rows of block i as gone, and forgets it.
func (r *Reader[T]) retract(ctx context.Context, f *file, i int) error {
	b, name, head := f.blocks[i], f.name, f.head
	return r.do(ctx, f, func() (outcome[T], error) {
		o := outcome[T]{keep: []dataflow.Write{gone(blockKey(keptBlock, name, i)), gone(blockKey(keptContent, name, i))}}
		raw, err := r.content(name, i, b)
		if err != nil || b.gap {
			return o, err
		}
		parser := r.newParser(name, head)
		parser.block(raw, 0, 1, -1)
		o.rows = parser.rows
		return o, nil
	})
}

// forget drops a file without blocks.
func (r *Reader[T]) forget(ctx context.Context, f *file) error {
	return r.note(ctx, f, gone(fileKey(f.name)))
}

// note sends no rows, but something to keep.
func (r *Reader[T]) note(ctx context.Context, f *file, keep dataflow.Write) error {
	return r.do(ctx, f, func() (outcome[T], error) {
		return outcome[T]{keep: []dataflow.Write{keep}}, nil
	})
}

// content returns the bytes that are kept of block i, none for a gap.
func (r *Reader[T]) content(name string, i int, b block) ([]byte, error) {
	if b.gap {
		return nil, nil
	}
	packed, err := r.feed.Kept(blockKey(keptContent, name, i))
	if err != nil {
		return nil, err
	}
	raw, err := b.unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("%s, block %d: %w", name, i, err)
	}
	return raw, nil
}

// do adds a task that changes what is kept of f.
func (r *Reader[T]) do(ctx context.Context, f *file, task func() (outcome[T], error)) error {
	if err := r.lane.add(ctx, task); err != nil {
		return err
	}
	f.task = r.lane.added
	return nil
}

// settle returns when all that was sent of f is committed, so that it can be read
// back.
func (r *Reader[T]) settle(ctx context.Context, f *file) error {
	if f.task <= r.flushed {
		return nil
	}
	if err := r.lane.drain(ctx); err != nil {
		return err
	}
	upTo := r.lane.added
	if err := r.feed.Flush(ctx); err != nil {
		return err
	}
	r.flushed = upTo
	return nil
}
