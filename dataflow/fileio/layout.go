package fileio

import "bytes"

// A layout says where the records of a file begin and end.
type layout struct {
	comma  byte // of a format with quoted fields, in which a record may have several lines; 0: every line is a record
	header bool // the first record is no row
	blanks bool // a blank line is a record
}

const byteOrderMark = "\xef\xbb\xbf"

// record returns the length of the first record of b with its line end, or -1 if
// it does not end in b. A record with a misplaced quote ends with the line on
// which that is found, as in encoding/csv.
func (l layout) record(b []byte) int {
	if l.comma == 0 {
		return lineLength(b)
	}
	for i := 0; i < len(b); {
		if b[i] != '"' {
			n, stop := l.plainField(b[i:])
			if stop || n < 0 {
				return plus(i, n)
			}
			i += n
			continue
		}
		n := quotedField(b[i:])
		if i += n; n < 0 || i == len(b) {
			return -1 // the last quote may be the first of two
		}
		if b[i] != l.comma {
			return plus(i, lineLength(b[i:]))
		}
		i++
	}
	return -1
}

// plainField returns the length of a field without quotes and the comma after
// it, or, with stop, of the rest of the record that it is the end of.
func (l layout) plainField(b []byte) (n int, stop bool) {
	for i, c := range b {
		switch c {
		case l.comma:
			return i + 1, false
		case '\n':
			return i + 1, true
		case '"':
			return plus(i, lineLength(b[i:])), true
		}
	}
	return -1, true
}

// quotedField returns the length of a field up to its closing quote, or -1.
func quotedField(b []byte) int {
	for i := 1; i < len(b); {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n + 1
		if i == len(b) || b[i] != '"' {
			return i
		}
		i++
	}
	return -1
}

func lineLength(b []byte) int {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return -1
}

// plus adds n to i unless n says that there is nothing.
func plus(i, n int) int {
	if n < 0 {
		return -1
	}
	return i + n
}

// whole returns the length of the longest prefix of b that is whole records, none
// of which is a record of several lines that is longer than limit.
func (l layout) whole(b []byte, limit int) int {
	if l.comma == 0 || bytes.IndexByte(b, '"') < 0 {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	n := 0
	for {
		m := l.record(b[n:])
		if m < 0 || m > limit {
			return n
		}
		n += m
	}
}

// head returns the length of what comes before the first row: a byte order mark
// and the header. It is -1 if more of the file is needed to tell.
func (l layout) head(b []byte, final bool) int {
	n := 0
	if bytes.HasPrefix(b, []byte(byteOrderMark)) {
		n = len(byteOrderMark)
	} else if !final && bytes.HasPrefix([]byte(byteOrderMark), b) {
		return -1
	}
	for l.header {
		m := l.record(b[n:])
		if m < 0 && final {
			return len(b)
		}
		if m < 0 {
			return -1
		}
		n += m
		if len(content(b[n-m:n])) > 0 {
			break
		}
	}
	return n
}

// records returns the records of b, which is whole records and begins at line.
func (l layout) records(b []byte, line int) records { return records{l, b, line} }

// Records are to be read one after the other.
type records struct {
	layout layout
	rest   []byte
	line   int // on which rest begins
}

// next returns the next record without its line end, and the line on which it
// begins.
func (r *records) next() (record []byte, line int, ok bool) {
	for len(r.rest) > 0 {
		n := r.layout.record(r.rest)
		if n < 0 {
			n = len(r.rest) // the last record of a file may have no line end
		}
		whole := r.rest[:n]
		r.rest = r.rest[n:]
		line, r.line = r.line, r.line+1
		if r.layout.comma != 0 {
			r.line += bytes.Count(whole[:n-1], []byte{'\n'})
		}
		if record = content(whole); len(record) > 0 || r.layout.blanks {
			return record, line, true
		}
	}
	return nil, 0, false
}

// content returns a record without its line end.
func content(record []byte) []byte {
	n := len(record)
	if n > 0 && record[n-1] == '\n' {
		n--
	}
	if n > 0 && record[n-1] == '\r' {
		n--
	}
	return record[:n]
}
