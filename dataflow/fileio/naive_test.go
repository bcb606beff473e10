package fileio

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// naive adds the rows of a file, read with the standard library.
func (h *history) naive(text string, final bool, rows map[pair]int) {
	if h.csv {
		naiveCSV(text, final, rows)
		return
	}
	if i := strings.LastIndexByte(text, '\n'); !final {
		text = text[:i+1]
	}
	for _, line := range strings.Split(text, "\n") {
		var p pair
		if len(line) <= oracleLimit && json.Unmarshal([]byte(line), &p) == nil {
			rows[p]++
		}
	}
}

// naiveCSV reads records with encoding/csv, each from where the last has ended.
// One whose quote is not closed within the limit is bad as far as its first line,
// and one whose quote is not closed before the end is the last.
func naiveCSV(text string, final bool, rows map[pair]int) {
	text = strings.TrimPrefix(text, byteOrderMark)
	header, first := []string(nil), true
	for len(text) > 0 {
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		record, err := r.Read()
		n := int(r.InputOffset())
		open := errors.Is(err, csv.ErrQuote) && n == len(text) && unclosed(text)
		ended := n > 0 && text[n-1] == '\n' && !open
		switch {
		case errors.Is(err, io.EOF):
			return
		case !ended && !final && n <= oracleLimit:
			return // it waits
		case n <= oracleLimit && open:
			return
		case n > oracleLimit:
			line := strings.IndexByte(text, '\n') + 1
			if line == 0 {
				return
			}
			text = text[line:]
			continue
		}
		text = text[n:]
		if first {
			header, first = record, false
			continue
		}
		if p, ok := naiveRow(header, record); ok && err == nil {
			rows[p]++
		}
	}
}

func naiveRow(header, record []string) (p pair, ok bool) {
	if len(header) != len(record) {
		return pair{}, false
	}
	seen := 0
	for i, name := range header {
		if slices.Contains(header[:i], name) && (name == "word" || name == "n") {
			return pair{}, false
		}
		switch name {
		case "word":
			p.Word = record[i]
			seen |= 1
		case "n":
			v, err := strconv.Atoi(record[i])
			if err != nil {
				return pair{}, false
			}
			p.N = v
			seen |= 2
		}
	}
	return p, seen > 0
}

// unclosed tells whether the last quote of text opens a field.
func unclosed(text string) bool { return layout{comma: ','}.record([]byte(text+"\n")) < 0 }

// sumOfChanges adds up the whole lines of a file of changes, and checks that no
// row is ever there fewer than 0 times after an epoch.
func sumOfChanges(path string) (map[pair]int, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	sum, epoch := make(map[pair]int), 0
	for line := range strings.Lines(string(text)) {
		var c struct {
			pair
			Epoch, Diff int
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			if !strings.HasSuffix(line, "\n") {
				break
			}
			return nil, err
		}
		if c.Epoch < epoch {
			return nil, fmt.Errorf("epoch %d after %d", c.Epoch, epoch)
		}
		if c.Epoch > epoch {
			for p, n := range sum {
				if n < 0 {
					return nil, fmt.Errorf("%v is there %d times after epoch %d", p, n, epoch)
				}
			}
		}
		epoch = c.Epoch
		if sum[c.pair] += c.Diff; sum[c.pair] == 0 {
			delete(sum, c.pair)
		}
	}
	return sum, nil
}

func rowsOfSnapshot(path string) (map[pair]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	rows := make(map[pair]int)
	for _, r := range records[1:] {
		n, err := strconv.Atoi(r[1])
		if err != nil {
			return nil, err
		}
		rows[pair{r[0], n}]++
	}
	return rows, nil
}
