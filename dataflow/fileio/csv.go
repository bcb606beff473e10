package fileio

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
)

// A record of a CSV file (RFC 4180, as encoding/csv reads it), cut into fields.
type csvRecord struct {
	text   []byte // of all fields, without quotes
	ends   []int  // of the fields in text
	quoted []bool
}

// cut cuts record, which has no line end.
func (r *csvRecord) cut(record []byte, comma byte) error {
	r.text, r.ends, r.quoted = r.text[:0], r.ends[:0], r.quoted[:0]
	for {
		var err error
		if len(record) > 0 && record[0] == '"' {
			record, err = r.quotedField(record)
		} else {
			record, err = r.plainField(record, comma)
		}
		switch {
		case err != nil:
			return err
		case len(record) == 0:
			return nil
		case record[0] != comma:
			return ErrQuote
		}
		record = record[1:]
	}
}

// plainField takes a field without quotes and returns what follows it.
func (r *csvRecord) plainField(record []byte, comma byte) (rest []byte, err error) {
	n := bytes.IndexByte(record, comma)
	if n < 0 {
		n = len(record)
	}
	if bytes.IndexByte(record[:n], '"') >= 0 {
		return nil, ErrQuote
	}
	r.end(append(r.text, record[:n]...), false)
	return record[n:], nil
}

// quotedField takes a field in quotes, in which "" stands for one and a line end
// is a newline.
func (r *csvRecord) quotedField(record []byte) (rest []byte, err error) {
	n := quotedField(record)
	if n < 0 {
		return nil, ErrQuote
	}
	field := record[1 : n-1]
	for len(field) > 0 {
		c := field[0]
		if c == '"' || c == '\r' && len(field) > 1 && field[1] == '\n' {
			field = field[1:] // the next byte is the quote or the newline
			c = field[0]
		}
		r.text = append(r.text, c)
		field = field[1:]
	}
	r.end(r.text, true)
	return record[n:], nil
}

func (r *csvRecord) end(text []byte, quoted bool) {
	r.text = text
	r.ends = append(r.ends, len(text))
	r.quoted = append(r.quoted, quoted)
}

// field returns the field i as a part of text, which is r.text as a string.
func (r *csvRecord) field(text string, i int) string {
	if i == 0 {
		return text[:r.ends[0]]
	}
	return text[r.ends[i-1]:r.ends[i]]
}

// A csvDecoder makes rows of the records of a file.
type csvDecoder struct {
	comma  byte
	fields []*column // by place in the header; nil: the row has no such column
	record csvRecord
}

// newCSVDecoder returns a decoder for a file that begins with head.
func newCSVDecoder(columns []column, head []byte, comma byte) (*csvDecoder, error) {
	d := &csvDecoder{comma: comma}
	header := bytes.TrimPrefix(head, []byte(byteOrderMark))
	header = content(bytes.TrimLeft(header, "\r\n"))
	if err := d.record.cut(header, comma); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	found := false
	for i := range d.record.ends {
		name := d.record.field(string(d.record.text), i)
		at := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
		if at < 0 {
			d.fields = append(d.fields, nil)
			continue
		}
		if slices.Contains(d.fields, &columns[at]) {
			return nil, fmt.Errorf("the header names %q twice", name)
		}
		d.fields = append(d.fields, &columns[at])
		found = true
	}
	if !found {
		return nil, ErrNoColumn
	}
	return d, nil
}

// decode sets the fields of row, an addressable struct.
func (d *csvDecoder) decode(row reflect.Value, record []byte) error {
	if err := d.record.cut(record, d.comma); err != nil {
		return err
	}
	if len(d.record.ends) != len(d.fields) {
		return fmt.Errorf("%w: %d, not %d", ErrFields, len(d.record.ends), len(d.fields))
	}
	text := string(d.record.text)
	for i, c := range d.fields {
		if c == nil {
			continue
		}
		s := d.record.field(text, i)
		field := row.Field(c.index[0])
		if len(c.index) > 1 {
			field = row.FieldByIndex(c.index)
		}
		if err := c.set(field, s, s == "" && !d.record.quoted[i]); err != nil {
			return fmt.Errorf("column %q: %w", c.name, err)
		}
	}
	return nil
}
