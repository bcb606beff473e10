package fileio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ragserver/dataflow"
)

// Snapshot is a sink whose file always is the collection as of an epoch: every
// row as often as it is there, sorted by its bytes. The file is replaced as a
// whole, by renaming a new one, so that a reader never sees a part.
//
// With a Backend the new file is on the disk before the epoch is committed, and
// is given its name after that, at the latest when the graph runs again.
//
// The collection is in memory, and an epoch costs in proportion to all of it: it
// is meant for results of which there are few.
type Snapshot[T any] struct {
	output  Output
	lines   lines[T]
	durable bool
	opened  bool
	rows    map[string]int // how often, also below 0
	next    string         // the file that waits for the commit; "": there is none
}

// SnapshotJSON returns a sink that writes JSON lines, as encoding/json does.
func SnapshotJSON[T any](o Output) (*Snapshot[T], error) {
	e, err := jsonEncoding[T](false)
	return newSnapshot(o, e, err)
}

// SnapshotCSV returns a sink that writes CSV with a header. T is a struct as for
// ReadCSV.
func SnapshotCSV[T any](o Output) (*Snapshot[T], error) {
	e, err := csvEncoding[T](false, o.config().comma())
	return newSnapshot(o, e, err)
}

func newSnapshot[T any](o Output, e coding[T], err error) (*Snapshot[T], error) {
	if err := errors.Join(o.in(err), o.config().check()); err != nil {
		return nil, err
	}
	return &Snapshot[T]{output: o, lines: lines[T]{coding: e}, rows: make(map[string]int)}, nil
}

// Recover reads the file as of the last commit.
func (s *Snapshot[T]) Recover(get func(key []byte) ([]byte, error)) error {
	s.durable, s.opened = get != nil, true
	var kept []byte
	if s.durable {
		var err error
		if kept, err = get(s.output.key()); err != nil {
			return s.output.in(err)
		}
	}
	if kept != nil {
		return s.output.in(s.restore(kept))
	}
	return s.output.in(s.replace(s.waiting("0"), nil))
}

// restore makes the file that of the epoch that is kept, and reads it.
func (s *Snapshot[T]) restore(kept []byte) error {
	state, err := decodeSnapshot(kept)
	if err != nil {
		return err
	}
	err = os.Rename(s.waiting(state.name), s.output.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := os.ReadFile(s.output.Path)
	if err != nil {
		return err
	}
	if !state.matches(text) {
		return errors.New("the file is not the one that was committed: it was changed or replaced")
	}
	list := s.lines.coding.layout.records(text[len(s.lines.coding.head(false)):], 1)
	for row, _, ok := list.next(); ok; row, _, ok = list.next() {
		s.rows[string(row)]++
	}
	for row, n := range state.missing {
		s.rows[row] += n
	}
	return s.clean()
}

// waiting names a file that waits for the commit.
func (s *Snapshot[T]) waiting(name string) string { return s.output.Path + "." + name + ".next" }

// clean removes files of epochs that were not committed.
func (s *Snapshot[T]) clean() error {
	dir, base := filepath.Split(s.output.Path)
	entries, err := os.ReadDir(filepath.Clean(dir + "."))
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), ".next")
		if name, of := strings.CutPrefix(name, base+"."); ours && of && isNumber(name) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Write makes the file of an epoch.
func (s *Snapshot[T]) Write(tx *dataflow.Tx, e dataflow.Epoch, batch []dataflow.Delta[T]) error {
	if !s.opened {
		return s.output.in(os.ErrClosed)
	}
	list, err := s.lines.of(batch)
	if err != nil || len(list) == 0 {
		return s.output.in(err)
	}
	for _, l := range list {
		if s.rows[string(l.row)] += l.diff; s.rows[string(l.row)] == 0 {
			delete(s.rows, string(l.row))
		}
	}
	text, missing := s.render()
	state := snapshotState{name: fmt.Sprint(e), missing: missing}
	s.next = s.waiting(state.name)
	if err := s.create(s.next, text); err != nil {
		return s.output.in(err)
	}
	tx.Put(s.output.key(), state.encode(text))
	return nil
}

// render returns the text of the file, and the rows that are there fewer than 0
// times.
func (s *Snapshot[T]) render() (text []byte, missing map[string]int) {
	text = s.lines.coding.head(false)
	for _, row := range s.sorted() {
		n := s.rows[row]
		if n < 0 {
			if missing == nil {
				missing = make(map[string]int)
			}
			missing[row] = n
		}
		for range n {
			text = append(append(text, row...), '\n')
		}
	}
	return text, missing
}

func (s *Snapshot[T]) sorted() []string {
	rows := make([]string, 0, len(s.rows))
	for row := range s.rows {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	return rows
}

// create writes a file; with a Backend it is on the disk when create returns.
func (s *Snapshot[T]) create(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil && s.durable {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if s.durable {
		return syncDir(path)
	}
	return nil
}

// replace makes text the file, by way of another.
func (s *Snapshot[T]) replace(by string, text []byte) error {
	if err := s.create(by, append(s.lines.coding.head(false), text...)); err != nil {
		return err
	}
	return os.Rename(by, s.output.Path)
}

// Committed gives the file of the epoch its name.
func (s *Snapshot[T]) Committed(context.Context, dataflow.Epoch) error {
	if s.next == "" {
		return nil
	}
	err := os.Rename(s.next, s.output.Path)
	s.next = ""
	return s.output.in(err)
}
