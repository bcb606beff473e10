package fileio

import (
	"bytes"
	"fmt"

	"ragserver/dataflow"
)

// rows are what the records of one file become.
type rows[T any] struct {
	deltas []dataflow.Delta[T]
	bad    []BadRow
}

// A parser makes rows of records of one file.
type parser[T any] struct {
	format *format[T]
	limit  int
	file   string
	decode func(row *T, record []byte) error
	rows   rows[T]
}

// newParser returns a parser for records of a file that begins with head. If its
// header is of no use, every record is bad.
func (r *Reader[T]) newParser(file string, head []byte) *parser[T] {
	decode, err := r.format.decoder(head)
	if err != nil {
		decode = func(*T, []byte) error { return err }
	}
	return &parser[T]{format: &r.format, limit: r.config.maxLine(), file: file, decode: decode}
}

// A record is one that is to be parsed, with its line in the file.
type record struct {
	line  int
	bytes []byte
	diff  int
}

// block parses all records of raw, which begins at line. Old are the bytes at the
// beginning that were parsed before.
func (p *parser[T]) block(raw []byte, old, line, diff int) {
	line += bytes.Count(raw[:old], []byte{'\n'})
	list := p.format.layout.records(raw[old:], line)
	p.parse(bytes.Count(raw[old:], []byte{'\n'})+1, func() (record, bool) {
		b, line, ok := list.next()
		return record{line, b, diff}, ok
	})
}

// list parses records.
func (p *parser[T]) list(list []record) {
	i := 0
	p.parse(len(list), func() (record, bool) {
		if i == len(list) {
			return record{}, false
		}
		i++
		return list[i-1], true
	})
}

// parse makes rows of at most n records. What cannot be inserted is bad; what
// cannot be retracted never was a row.
func (p *parser[T]) parse(n int, next func() (record, bool)) {
	p.rows.deltas = make([]dataflow.Delta[T], 0, n)
	for !p.some(next) {
	}
}

// some parses records until there are no more, which is true, or the decoder
// panics.
func (p *parser[T]) some(next func() (record, bool)) bool {
	var r record
	defer func() {
		if v := recover(); v != nil {
			p.reject(r, fmt.Errorf("panic: %v", v))
		}
	}()
	for {
		var ok bool
		if r, ok = next(); !ok {
			return true
		}
		if len(r.bytes) > p.limit {
			p.report(r, ErrTooLong)
			continue
		}
		n := len(p.rows.deltas)
		p.rows.deltas = append(p.rows.deltas, dataflow.Delta[T]{Diff: r.diff})
		if err := p.decode(&p.rows.deltas[n].Value, r.bytes); err != nil {
			p.reject(r, err)
		}
	}
}

// reject takes back the row that was begun.
func (p *parser[T]) reject(r record, err error) {
	n := len(p.rows.deltas) - 1
	clear(p.rows.deltas[n:])
	p.rows.deltas = p.rows.deltas[:n]
	p.report(r, err)
}

func (p *parser[T]) report(r record, err error) {
	if r.diff > 0 {
		p.rows.bad = append(p.rows.bad, BadRow{p.file, r.line, err})
	}
}
