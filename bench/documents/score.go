package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	rag "ragserver"
)

// A score is how well the files of one format were read.
type score struct {
	Files, Failed     int
	Strings           int
	Strict, Loose     int
	Placed, Right     int // strings that have a page or sheet and were found; on the right one
	Boilerplate, Kept int
	Pages             int
	Slowest           time.Duration
	Took              time.Duration
	slowestFile       string
}

func (s *score) add(name string, e expectation, t rag.Text, err error, took time.Duration, misses bool) {
	say := func(format string, args ...any) {
		if misses {
			fmt.Printf("  %s: "+format+"\n", append([]any{name}, args...)...)
		}
	}
	s.Files++
	s.Pages += t.Pages
	if s.Took += took; took > s.Slowest {
		s.Slowest, s.slowestFile = took, name
	}
	if err != nil {
		s.Failed++
		say("%v", err)
	}
	strict, loose := strictly(allOf(t)), loosely(allOf(t))
	for _, w := range e.Expect {
		s.Strings++
		isStrict, isLoose := strings.Contains(strict, strictly(w.Text)), strings.Contains(loose, loosely(w.Text))
		switch {
		case isStrict:
			s.Strict++
			s.Loose++
		case isLoose:
			s.Loose++
			say("only loosely: %q", w.Text)
		default:
			say("missing: %q (page %d)", w.Text, w.Page)
		}
		if isLoose && (w.Page > 0 || w.Sheet != "") {
			s.Placed++
			if strings.Contains(loosely(placeOf(t, w)), loosely(w.Text)) {
				s.Right++
			} else {
				say("on the wrong page: %q (page %d %s)", w.Text, w.Page, w.Sheet)
			}
		}
	}
	for _, w := range e.Boilerplate {
		s.Boilerplate++
		if strings.Contains(loose, loosely(w.Text)) {
			s.Kept++
			say("boilerplate: %q", w.Text)
		}
	}
}

// allOf returns what a document says: its title, author and subject count.
func allOf(t rag.Text) string {
	var b strings.Builder
	b.WriteString(t.Title + "\n" + t.Author + "\n" + t.Text)
	for _, key := range slices.Sorted(maps.Keys(t.Meta)) {
		b.WriteString("\n" + t.Meta[key])
	}
	for _, p := range t.Parts {
		b.WriteString("\n" + p.Name + "\n" + allOf(p.Text))
	}
	return b.String()
}

// placeOf returns the text of a page or sheet.
func placeOf(t rag.Text, w wanted) string {
	var b strings.Builder
	for _, s := range t.Sections {
		if w.Page > 0 && s.Page == w.Page ||
			w.Sheet != "" && s.Page > 0 && s.Page <= len(t.Labels) && t.Labels[s.Page-1] == w.Sheet {
			b.WriteString(t.Text[s.Start:s.End] + "\n")
		}
	}
	return b.String()
}

func (s *score) join(o *score) {
	s.Files += o.Files
	s.Failed += o.Failed
	s.Strings += o.Strings
	s.Strict += o.Strict
	s.Loose += o.Loose
	s.Placed += o.Placed
	s.Right += o.Right
	s.Boilerplate += o.Boilerplate
	s.Kept += o.Kept
	s.Pages += o.Pages
	if s.Took += o.Took; o.Slowest > s.Slowest {
		s.Slowest, s.slowestFile = o.Slowest, o.slowestFile
	}
}

func (s *score) print(format string) {
	kept := "-"
	if s.Boilerplate > 0 {
		kept = fmt.Sprintf("%d/%d", s.Kept, s.Boilerplate)
	}
	fmt.Printf("%-10s %5d %6d %7d %8s %8s %8s %8s %6d %9s  slowest %s %s\n", format, s.Files, s.Failed, s.Strings,
		share(s.Strict, s.Strings), share(s.Loose, s.Strings), share(s.Right, s.Placed), kept, s.Pages,
		s.Took.Round(time.Millisecond), s.slowestFile, s.Slowest.Round(time.Millisecond))
}

// share is n of so many, in percent.
func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
