// Command documents reads a collection of documents as the service would, and
// compares what was read with what must be found in them.
//
//	go run ./bench/documents --data DIR [--only pdf,docx/a.docx] [--misses]
//	go run ./bench/documents --data DIR --peers VENV [--pdfium FILE --cache DIR]
//
// DIR holds the documents in folders by format, and expected.json: by file, the
// strings that its text must hold ("expect", with a page or a sheet), the lines
// of a web page that should be left out ("boilerplate"), and whether it was made
// to do harm ("hostile"). A string is found strictly if it is there with each run
// of white space as one space, loosely if it is there without any white space.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/formats"
	"ragserver/parse/isolate"
	"ragserver/parse/pdf"
)

// An expectation is what expected.json says of a file.
type expectation struct {
	Expect      []wanted `json:"expect"`
	Boilerplate []wanted `json:"boilerplate"`
	Hostile     string   `json:"hostile"`
}

type wanted struct {
	Text  string `json:"text"`
	Page  int    `json:"page"`
	Sheet string `json:"sheet"`
}

type options struct {
	data, only, json string
	peers            string
	misses           bool
	parsers          formats.Options
}

func main() {
	isolate.Main(formats.Open)
	var o options
	flag.StringVar(&o.data, "data", "", "`folder` of the documents")
	flag.StringVar(&o.only, "only", "", "`list` of formats or files to read")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	flag.BoolVar(&o.misses, "misses", false, "show what was not found")
	flag.StringVar(&o.peers, "peers", "", "compare the speed of PDF with pdftotext and with the Python libraries in this `venv`")
	flag.StringVar(&o.parsers.PDFium, "pdfium", "", "`path` of pdfium.wasm, for PDF")
	flag.StringVar(&o.parsers.Cache, "cache", "", "`folder` for what is compiled from it")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintf(os.Stderr, "documents: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	all, err := readExpected(filepath.Join(o.data, "expected.json"))
	if err != nil {
		return err
	}
	if err := pdf.Prepare(ctx, pdf.Config{PDFium: o.parsers.PDFium, Cache: o.parsers.Cache, Killable: true}); err != nil {
		return err
	}
	if o.peers != "" {
		files, err := filepath.Glob(filepath.Join(o.data, "pdf", "*.pdf"))
		if err != nil {
			return err
		}
		return comparePeers(ctx, o.peers, o.parsers, files)
	}
	pool := isolate.New(isolate.Config{Workers: 1, Options: o.parsers.String()})
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- pool.Run(ctx) }()
	defer func() { stop(); <-ended }()

	scores := make(map[string]*score)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		format, _, _ := strings.Cut(name, "/")
		if !o.wants(format, name) {
			continue
		}
		s := scores[format]
		if s == nil {
			s = &score{}
			scores[format] = s
		}
		data, err := os.ReadFile(filepath.Join(o.data, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		began := time.Now()
		t, err := pool.Parse(ctx, parse.Input{Name: name, Data: data})
		s.add(name, all[name], t, err, time.Since(began), o.misses)
	}
	return report(scores, o.json)
}

func readExpected(file string) (map[string]expectation, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all map[string]expectation
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

func (o options) wants(format, name string) bool {
	return o.only == "" || slices.ContainsFunc(strings.Split(o.only, ","), func(s string) bool { return s == format || s == name })
}

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

func report(scores map[string]*score, file string) error {
	var all, good score
	fmt.Printf("%-10s %5s %6s %7s %8s %8s %8s %8s %6s %9s\n", "format", "files", "failed", "strings", "strict", "loose", "page", "kept", "pages", "time")
	for _, format := range slices.Sorted(maps.Keys(scores)) {
		s := scores[format]
		s.print(format)
		all.join(s)
		if format != "hostile" {
			good.join(s)
		}
	}
	good.print("together")
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(scores, "", "  ")
	return errors.Join(err, os.WriteFile(file, append(text, '\n'), 0o644))
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
	share := func(n, of int) string {
		if of == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
	}
	kept := "-"
	if s.Boilerplate > 0 {
		kept = fmt.Sprintf("%d/%d", s.Kept, s.Boilerplate)
	}
	fmt.Printf("%-10s %5d %6d %7d %8s %8s %8s %8s %6d %9s  slowest %s %s\n", format, s.Files, s.Failed, s.Strings,
		share(s.Strict, s.Strings), share(s.Loose, s.Strings), share(s.Right, s.Placed), kept, s.Pages,
		s.Took.Round(time.Millisecond), s.slowestFile, s.Slowest.Round(time.Millisecond))
}
