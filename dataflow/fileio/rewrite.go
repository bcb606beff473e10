package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"ragserver/dataflow"
)

// rewrite replaces the blocks of f from i on by those of the file, which begins
// with head, group by group.
func (r *Reader[T]) rewrite(ctx context.Context, f *file, s sight, head []byte, i int) error {
	same := string(head) == string(f.head)
	if !same && len(f.blocks) > r.sizes.group {
		// What is left of the old file must not be read with the new head.
		if err := r.remove(ctx, f.name); err != nil {
			return err
		}
		return r.begin(ctx, f.name, s)
	}
	if err := r.settle(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	w := swap[T]{reader: r, name: f.name, oldHead: f.head, head: head, sameHead: same}
	old := slices.Clone(f.blocks[i:])
	f.set(i)
	if !same {
		f.head, f.size = head, int64(len(head))
	}
	f.begun()
	s.compared = true
	c := r.cutterAt(s.in, f.size)
	for len(old) > 0 {
		n := min(len(old), r.sizes.group)
		w.at, w.line, w.old, old = i, f.line(len(f.blocks)), old[:n], old[n:]
		ended, err := w.cut(c)
		if err != nil {
			return err
		}
		for _, p := range w.pieces {
			f.set(len(f.blocks), p.block)
		}
		if ended && len(old) == 0 {
			f.done(s, r.sizes.grain)
		}
		w.file = f.encode(r.format.rows)
		if err := r.do(ctx, f, w.do); err != nil {
			return err
		}
		if ended && len(old) == 0 {
			return nil
		}
		i += n
	}
	return r.extend(ctx, f, s, len(f.blocks), 0)
}

// A swap replaces some blocks of a file by others.
type swap[T any] struct {
	reader        *Reader[T]
	name          string
	oldHead, head []byte
	sameHead      bool

	at     int // the first block
	line   int // of the new one
	old    []block
	pieces []piece
	file   []byte // to be kept
}

// cut takes the next group of new blocks, and tells whether it is the last.
func (w *swap[T]) cut(c *cutter) (ended bool, err error) {
	w.pieces = nil
	for len(w.pieces) < w.reader.sizes.group {
		p, err := c.next()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", w.name, err)
		}
		w.pieces = append(w.pieces, p)
	}
	return false, nil
}

// do sends the rows that differ. Receiver by value: it is a task of its own.
func (w swap[T]) do() (outcome[T], error) {
	o := outcome[T]{keep: w.keep()}
	before, after := w.reader.newParser(w.name, w.oldHead), w.reader.newParser(w.name, w.head)
	layout, bag := w.reader.format.layout, bag{at: make(map[string]int)}
	for i, b := range w.old {
		raw, err := w.reader.content(w.name, w.at+i, b)
		if err != nil {
			return outcome[T]{}, err
		}
		list := layout.records(raw, 1)
		for b, _, ok := list.next(); ok; b, _, ok = list.next() {
			bag.add(b)
		}
	}
	var fresh []record
	line := w.line
	for _, p := range w.pieces {
		if p.gap {
			o.bad = append(o.bad, BadRow{w.name, line, ErrTooLong})
		}
		list := layout.records(p.raw, line)
		for b, at, ok := list.next(); ok; b, at, ok = list.next() {
			if !w.sameHead || !bag.take(b) {
				fresh = append(fresh, record{at, b, +1})
			}
		}
		line += p.lines
		o.parsed += p.length
	}
	before.list(bag.rest())
	after.list(fresh)
	o.deltas = append(before.rows.deltas, after.rows.deltas...)
	o.bad = append(o.bad, after.rows.bad...)
	for _, p := range w.pieces {
		w.reader.release(p.raw)
	}
	return o, nil
}

// keep returns what is kept of the new blocks, and of the old ones no more.
func (w swap[T]) keep() []dataflow.Write {
	list := []dataflow.Write{put(fileKey(w.name), w.file)}
	for i, p := range w.pieces {
		list = append(list, put(blockKey(keptBlock, w.name, w.at+i), p.encode()))
		if content := blockKey(keptContent, w.name, w.at+i); p.gap {
			list = append(list, gone(content))
		} else {
			list = append(list, put(content, pack(p.raw)))
		}
	}
	for i := len(w.pieces); i < len(w.old); i++ {
		list = append(list, gone(blockKey(keptBlock, w.name, w.at+i)), gone(blockKey(keptContent, w.name, w.at+i)))
	}
	return list
}

// A bag counts records.
type bag struct {
	at     map[string]int // of counts
	counts []record       // diff is below 0 by how many there are
}

func (b *bag) add(rec []byte) {
	i, ok := b.at[string(rec)]
	if !ok {
		i = len(b.counts)
		b.at[string(rec)] = i
		b.counts = append(b.counts, record{bytes: rec})
	}
	b.counts[i].diff--
}

// take removes rec, if it is there.
func (b *bag) take(rec []byte) bool {
	i, ok := b.at[string(rec)]
	if !ok || b.counts[i].diff == 0 {
		return false
	}
	b.counts[i].diff++
	return true
}

// rest returns what is left.
func (b *bag) rest() []record {
	return slices.DeleteFunc(b.counts, func(r record) bool { return r.diff == 0 })
}
