package fileio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"ragserver/dataflow"
)

// Changes is a sink that appends every difference to a file: the fields of the
// value, the epoch, and the diff.
//
// Within an epoch equal rows are added up, those that come to nothing are left
// out, and the others are sorted by their bytes: the file does not depend on the
// number of workers. With a Backend the rows of an epoch are on the disk before
// it is committed, and those of an epoch that was not are cut off when the graph
// runs again: the file has every committed change once. Until then it may end
// with changes that are not committed.
//
// An epoch costs in proportion to its changes, and with a Backend one fsync.
type Changes[T any] struct {
	output  Output
	lines   lines[T]
	file    *os.File
	length  int64 // of what was written
	durable bool
	text    []byte // of an epoch
}

// ChangesJSON returns a sink that writes JSON lines: the object that encoding/json
// makes of a value with the fields "epoch" and "diff", which T must not have.
// Another value than an object is its field "value".
func ChangesJSON[T any](o Output) (*Changes[T], error) {
	e, err := jsonEncoding[T](true)
	return newChanges(o, e, err)
}

// ChangesCSV returns a sink that writes CSV with a header, whose last columns are
// "epoch" and "diff". T is a struct as for ReadCSV.
func ChangesCSV[T any](o Output) (*Changes[T], error) {
	e, err := csvEncoding[T](true, o.config().comma())
	return newChanges(o, e, err)
}

func newChanges[T any](o Output, e coding[T], err error) (*Changes[T], error) {
	if err := errors.Join(o.in(err), o.config().check()); err != nil {
		return nil, err
	}
	return &Changes[T]{output: o, lines: lines[T]{coding: e}}, nil
}

// Recover opens the file and cuts off what was not committed.
func (s *Changes[T]) Recover(get func(key []byte) ([]byte, error)) error {
	s.durable = get != nil
	if s.durable {
		b, err := get(s.output.key())
		if err != nil {
			return s.output.in(err)
		}
		if b != nil {
			if s.length, err = decodeLength(b); err != nil {
				return s.output.in(err)
			}
		}
	}
	return s.output.in(s.open())
}

func (s *Changes[T]) open() (err error) {
	if s.file, err = os.OpenFile(s.output.Path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return err
	}
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < s.length {
		return fmt.Errorf("the file has %d bytes, but %d were committed: it is not the file that was written, or was cut", info.Size(), s.length)
	}
	if err := s.file.Truncate(s.length); err != nil {
		return err
	}
	if s.length == 0 {
		if err := s.append(s.lines.coding.head(true)); err != nil {
			return err
		}
	}
	if !s.durable {
		return nil
	}
	return errors.Join(s.file.Sync(), syncDir(s.output.Path))
}

func (s *Changes[T]) append(text []byte) error {
	n, err := s.file.WriteAt(text, s.length)
	if err == nil {
		s.length += int64(n)
	}
	return err
}

// Write appends the changes of an epoch.
func (s *Changes[T]) Write(tx *dataflow.Tx, e dataflow.Epoch, batch []dataflow.Delta[T]) error {
	if s.file == nil {
		return s.output.in(os.ErrClosed)
	}
	if err := s.write(e, batch); err != nil {
		return s.output.in(err)
	}
	tx.Put(s.output.key(), binary.AppendUvarint(nil, uint64(s.length)))
	return nil
}

// write appends the changes; with a Backend they are on the disk when it returns.
func (s *Changes[T]) write(e dataflow.Epoch, batch []dataflow.Delta[T]) error {
	list, err := s.lines.of(batch)
	if err != nil || len(list) == 0 {
		return err
	}
	s.text = s.text[:0]
	for _, l := range list {
		s.text = s.lines.coding.change(s.text, l.row, e, l.diff)
	}
	if err := s.append(s.text); err != nil || !s.durable {
		return err
	}
	return s.file.Sync()
}

// Committed does nothing: the changes are in the file.
func (s *Changes[T]) Committed(context.Context, dataflow.Epoch) error { return nil }

// Close closes the file. It is called when the graph's Run has returned.
func (s *Changes[T]) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return s.output.in(err)
}
