package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// A sight is a file that is being looked at.
type sight struct {
	in       io.ReaderAt
	stamp    stamp     // before it is read
	at       time.Time // when the stamp was taken
	compared bool      // all that was sent of it, with what it holds
}

// growing tells whether of a file that was sent up to size only the end is to be
// compared now: it is large, is being written, and has grown by less than a
// quarter since the whole of it was compared. Otherwise a file that grows by
// lines would cost its square.
func (s sight) growing(f *file, c sizes) bool {
	rest := c.grain + time.Duration(f.size)*10*time.Nanosecond // as long as reading takes at 100 MB/s
	return f.size > c.small && s.stamp.inode == f.stamp.inode && s.stamp.size >= f.size &&
		!s.stamp.rested(rest, s.at) && s.stamp.size-f.checked < f.checked/4
}

// look sends what differs between the file and what was sent of it.
func (r *Reader[T]) look(ctx context.Context, name string) error {
	in, info, err := r.place.open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoFile):
		return r.remove(ctx, name)
	case err != nil:
		return r.unread(name, err)
	}
	defer in.Close()
	s := sight{in: in, stamp: stampOf(info), at: time.Now()}
	f := r.files[name]
	switch {
	case f == nil:
		err = r.begin(ctx, name, s)
	case f.stamp != s.stamp || !f.sure || r.config.Static && f.size < s.stamp.size: // a last line without end
		err = r.compare(ctx, f, s)
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return r.unread(name, err)
	}
	return err
}

// unread deals with a file that cannot be read: what was sent of it stays.
func (r *Reader[T]) unread(name string, err error) error {
	if r.config.Static {
		return err
	}
	r.log.Warn("fileio: a file cannot be read", "path", r.config.Path, "file", name, "error", err)
	return nil
}

// begin reads a file of which nothing was sent.
func (r *Reader[T]) begin(ctx context.Context, name string, s sight) error {
	head, err := r.readHead(s.in)
	if err != nil || head == nil {
		return err
	}
	f := &file{name: name, head: head, size: int64(len(head))}
	r.files[name] = f
	r.stats.files.Add(1)
	s.compared = true
	return r.extend(ctx, f, s, 0, 0)
}

// readHead returns what comes before the first row; nil if that is not finished.
func (r *Reader[T]) readHead(in io.ReaderAt) ([]byte, error) {
	for size := int64(4 << 10); ; size *= 16 {
		b, err := io.ReadAll(io.NewSectionReader(in, 0, size))
		if err != nil {
			return nil, err
		}
		ended := int64(len(b)) < size
		n := r.format.layout.head(b, ended && r.config.Static)
		if n < 0 && len(b) > r.config.maxLine() {
			n = max(0, lineLength(b)) // no header, so no record will be a row
		}
		if n >= 0 {
			return append([]byte{}, b[:n]...), nil
		}
		if ended {
			return nil, nil
		}
	}
}

// compare finds what differs in a file of which something was sent.
func (r *Reader[T]) compare(ctx context.Context, f *file, s sight) error {
	head, err := r.readHead(s.in)
	if err != nil {
		return err
	}
	if string(head) != string(f.head) {
		return r.rewrite(ctx, f, s, head, 0)
	}
	first := 0
	if s.growing(f, r.sizes) {
		first = max(0, len(f.blocks)-1)
	}
	same, err := r.compareFrom(f, s.in, first)
	if err == nil && same < len(f.blocks) && first > 0 {
		first = 0
		same, err = r.compareFrom(f, s.in, first)
	}
	if err != nil {
		return err
	}
	s.compared = first == 0
	if same < len(f.blocks) {
		return r.rewrite(ctx, f, s, head, same)
	}
	return r.grow(ctx, f, s)
}

// compareFrom returns the first block from i on that differs, or the number of
// blocks.
func (r *Reader[T]) compareFrom(f *file, in io.ReaderAt, i int) (int, error) {
	at := f.start(i)
	buf := r.buffer()
	defer r.release(buf)
	for ; i < len(f.blocks); i++ {
		b := f.blocks[i]
		sum, n, err := digest(io.NewSectionReader(in, at, b.length), buf[:cap(buf)])
		if err != nil {
			return 0, err
		}
		if n != b.length || sum != b.sum {
			return i, nil
		}
		if b.gap && !b.open {
			stands, err := r.stands(b, in, at)
			if err != nil || !stands {
				return i, err
			}
		}
		if at += n; b.open && more(in, at) {
			return i, nil // what follows belongs to its last line
		}
	}
	return i, nil
}

// stands tells whether the gap b is still one. A record of several lines is cut
// off after its first because of what follows: the quote that it opens is not
// closed within the limit.
func (r *Reader[T]) stands(b block, in io.ReaderAt, at int64) (bool, error) {
	p, err := r.cutterAt(in, at).next()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil && p.block == b, err
}

// more tells whether the file has bytes at and after at.
func more(in io.ReaderAt, at int64) bool {
	n, _ := in.ReadAt(make([]byte, 1), at)
	return n > 0
}

// grow reads what comes after what was sent. A short last block is read again.
func (r *Reader[T]) grow(ctx context.Context, f *file, s sight) error {
	i := len(f.blocks)
	if i == 0 {
		return r.extend(ctx, f, s, 0, 0)
	}
	last := f.blocks[i-1]
	if last.length >= int64(r.sizes.short) || last.gap || last.open {
		return r.extend(ctx, f, s, i, 0)
	}
	return r.extend(ctx, f, s, i-1, int(last.length))
}

// remove retracts all rows of a file that is gone.
func (r *Reader[T]) remove(ctx context.Context, name string) error {
	f := r.files[name]
	if f == nil {
		return nil
	}
	if err := r.settle(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i := range f.blocks {
		if err := r.retract(ctx, f, i); err != nil {
			return err
		}
	}
	delete(r.files, name)
	r.stats.files.Add(-1)
	return r.forget(ctx, f)
}
