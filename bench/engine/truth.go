package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// rows reads the JSON lines of a folder.
func rows[T any](dir string, fn func(T)) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := lines(file, fn); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func lines[T any](file string, fn func(T)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); ; {
		if !s.Scan() {
			return s.Err()
		}
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			return err
		}
		fn(v)
	}
}

// A content is what a sink amounts to: rows without the columns time and diff.
type content map[string]int

func key(fields ...any) string { return strings.TrimSuffix(fmt.Sprintln(fields...), "\n") }

// wordTruth, joinTruth and windowTruth compute what the programs shall find in
// the inputs below dir.
func wordTruth(dir string) (content, error) {
	n := make(map[string]int)
	err := rows(filepath.Join(dir, "words"), func(w word) { n[w.Word]++ })
	c := make(content)
	for w, n := range n {
		c[key(w, n)] = 1
	}
	return c, err
}

func joinTruth(dir string) (content, error) {
	byID := make(map[int]product)
	if err := rows(filepath.Join(dir, "products"), func(p product) { byID[p.Product] = p }); err != nil {
		return nil, err
	}
	type sum struct{ total, n int }
	sums := make(map[int]sum)
	err := rows(filepath.Join(dir, "orders"), func(o order) {
		p := byID[o.Product]
		s := sums[p.Category]
		sums[p.Category] = sum{s.total + o.Qty*p.Price, s.n + 1}
	})
	c := make(content)
	for category, s := range sums {
		c[key(category, s.total, s.n)] = 1
	}
	return c, err
}

func windowTruth(dir string) (content, error) {
	type at struct{ key, start int }
	n := make(map[at]int)
	err := rows(filepath.Join(dir, "events"), func(e event) { n[at{e.Key, e.T / windowSize * windowSize}]++ })
	c := make(content)
	for w, n := range n {
		c[key(w.key, w.start, n)] = 1
	}
	return c, err
}

// sinkContent adds up the changes in a CSV file whose last columns are a time and
// a diff.
func sinkContent(file string) (content, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return nil, fmt.Errorf("%s: header: %w", file, err)
	}
	c := make(content)
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			maps.DeleteFunc(c, func(_ string, n int) bool { return n == 0 })
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		n := len(fields)
		diff, err := strconv.Atoi(fields[n-1])
		if err != nil {
			return nil, fmt.Errorf("%s: diff %q", file, fields[n-1])
		}
		c[strings.Join(fields[:n-2], " ")] += diff
	}
}

// compare returns how got differs from want, or nil.
func compare(got, want content) error {
	if maps.Equal(got, want) {
		return nil
	}
	for k, n := range want {
		if got[k] != n {
			return fmt.Errorf("%d rows where %d were expected; %q is there %d times, not %d", len(got), len(want), k, got[k], n)
		}
	}
	return fmt.Errorf("%d rows where %d were expected", len(got), len(want))
}
