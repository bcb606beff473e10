package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"ragserver/parse"
	"ragserver/parse/xmlstream"
)

// What the strings that cells share may be together.
const (
	maxStrings     = 2_000_000 // * 24 B = 48 MB
	maxStringBytes = 96 << 20
)

// sharedStrings reads the strings that cells refer to by number.
func (r *reader) sharedStrings(ctx context.Context) error {
	part := r.related(ctx, "sharedStrings", "sharedStrings.xml")
	if !r.Has(part) {
		return nil
	}
	in, err := r.Open(part)
	if err != nil {
		r.Warn(err)
		return nil
	}
	defer in.Close()
	x := xmlstream.New(in)
	var all []byte
	var ends []int
	for kind := x.Next(); kind != xmlstream.None; kind = x.Next() {
		if kind != xmlstream.Start || x.Name() != "si" {
			continue
		}
		if len(ends)&0xFFFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(ends) >= maxStrings || len(all) >= maxStringBytes {
			r.Warn(fmt.Errorf("%s: strings after the first %d: %w", part, len(ends), parse.ErrLimit))
			break
		}
		all = append(all, richText(x)...)
		ends = append(ends, len(all))
	}
	if err := x.Err(); err != nil {
		r.Warn(fmt.Errorf("%s: %w", part, err))
	}
	r.strings = make([]string, len(ends))
	text, begin := string(all), 0
	for i, end := range ends {
		r.strings[i] = text[begin:end]
		begin = end
	}
	return nil
}

// maxRich bounds one string. Programs allow 32,767 characters.
const maxRich = 1 << 20

// richText returns the text of the element that has just started, without how it is
// read aloud, and moves to its end.
func richText(x *xmlstream.Reader) []byte {
	var out []byte
	inText := 0
	for depth := 1; depth > 0; {
		switch x.Next() {
		case xmlstream.Start:
			if x.Name() == "rPh" {
				x.Skip()
				continue
			}
			if depth++; x.Name() == "t" {
				inText++
			}
		case xmlstream.End:
			if depth--; x.Name() == "t" {
				inText = max(0, inText-1)
			}
		case xmlstream.Text:
			if inText > 0 && len(out) < maxRich {
				out = append(out, x.Text()...)
			}
		case xmlstream.None:
			depth = 0
		}
	}
	return unescape(out)
}

// unescape replaces characters that XML cannot hold, which are written as _xHHHH_.
func unescape(s []byte) []byte {
	if !bytes.Contains(s, []byte("_x")) {
		return s
	}
	var out []byte
	for len(s) > 0 {
		if len(s) >= 7 && s[0] == '_' && s[1] == 'x' && s[6] == '_' {
			if v, err := strconv.ParseUint(string(s[2:6]), 16, 16); err == nil {
				if v >= ' ' || v == '\n' || v == '\t' {
					out = append(out, string(rune(v))...)
				} else {
					out = append(out, ' ')
				}
				s = s[7:]
				continue
			}
		}
		out = append(out, s[0])
		s = s[1:]
	}
	return out
}

// reference returns the row and column, from 0, of a reference such as "AB12", and
// whether it is one.
func reference(ref []byte) (row, col int32, ok bool) {
	i := 0
	for ; i < len(ref); i++ {
		c := ref[i] &^ 0x20
		if ref[i] == '$' {
			continue
		}
		if c < 'A' || c > 'Z' || col > 1<<20 {
			break
		}
		col = col*26 + int32(c-'A') + 1
	}
	for ; i < len(ref); i++ {
		if ref[i] == '$' {
			continue
		}
		if ref[i] < '0' || ref[i] > '9' || row > 1<<26 {
			return 0, 0, false
		}
		row = row*10 + int32(ref[i]-'0')
	}
	return row - 1, col - 1, row > 0 && col > 0
}

// area returns the range of a reference such as "A1:B2", whose corners may be the
// wrong way round.
func area(ref string) (row, col, lastRow, lastCol int32, ok bool) {
	first, last, two := strings.Cut(ref, ":")
	row, col, ok = reference([]byte(first))
	if !two {
		return row, col, row, col, ok
	}
	lastRow, lastCol, right := reference([]byte(last))
	return min(row, lastRow), min(col, lastCol), max(row, lastRow), max(col, lastCol), ok && right
}
