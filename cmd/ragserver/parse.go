package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/parse"
	"ragserver/parse/formats"
)

// A parsedFile is what parse --json prints for a file, on one line.
type parsedFile struct {
	File   string        `json:"file"`
	Chunks []parsedChunk `json:"chunks"`
	Error  string        `json:"error,omitempty"`

	MediaType string       `json:"media_type,omitempty"`
	Parser    string       `json:"parser,omitempty"`
	Took      float64      `json:"parse_ms,omitempty"`
	Pages     int          `json:"pages,omitempty"`
	Labels    []string     `json:"labels,omitempty"` // of pages
	Chars     int          `json:"chars,omitempty"`
	Title     string       `json:"title,omitempty"`
	Warnings  []string     `json:"warnings,omitempty"`
	Parts     []parsedFile `json:"parts,omitempty"` // the documents inside
}

type parsedChunk struct {
	Text    string   `json:"text"`
	Page    int      `json:"page,omitempty"`
	Heading []string `json:"heading,omitempty"`
	Start   int      `json:"start"` // in characters (code points) of the document's text
	End     int      `json:"end"`
}

// parseFiles reads files as the service would, one with this configuration if there
// is one. It goes on after a file that
// cannot be read and fails at the end.
func parseFiles(ctx context.Context, std streams, args []string) error {
	set := flag.NewFlagSet("parse", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "print one line of JSON for each file")
	config := set.String("config", "", "configuration `file` (YAML) whose rules and readers are used")
	files, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return misused("FILE is missing")
	}
	s, err := load(*config, std)
	if err != nil {
		return err
	}
	if *config == "" {
		s.Data = ownData(s.Data)
	}
	splitter, err := s.splitter()
	if err != nil {
		return err
	}
	pool, err := s.parsers(ctx)
	if err != nil {
		return err
	}
	parser, timeout, err := s.ruled(formats.Isolated(pool))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- pool.Run(ctx) }()
	failed := 0
	for _, file := range files {
		result := parseFile(ctx, parser, orElse(timeout, time.Minute), splitter, file)
		if result.Error != "" {
			failed++
		}
		if err := result.print(std, *asJSON); err != nil {
			break // nobody reads any more
		}
	}
	stop()
	<-ended
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be read", failed, len(files))
	}
	return nil
}

// ownData returns the folder of what is compiled for parsers: that of a server that
// runs here or, so that none is made in any folder, one among the user's caches.
func ownData(dir string) string {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	if caches, err := os.UserCacheDir(); err == nil {
		return filepath.Join(caches, "ragserver")
	}
	return dir
}

func parseFile(ctx context.Context, p parse.Parser, timeout time.Duration, splitter *chunk.Splitter, file string) parsedFile {
	result := parsedFile{File: file, Chunks: []parsedChunk{}}
	data, err := os.ReadFile(file)
	var text rag.Text
	var took time.Duration
	if err == nil {
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, timeout)
		text, err = p.Parse(limited, parse.Input{Name: file, Data: data})
		cancel()
		took = time.Since(began)
	}
	if err == nil && len(data) > 0 && len(text.Parts) == 0 && strings.TrimSpace(text.Text) == "" {
		err = parse.ErrNoText
	}
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.describe(rag.NewURI("file", file), text, splitter)
	result.Took = float64(took) / float64(time.Millisecond)
	return result
}

// describe fills in what was read of a document, and of those inside it.
func (f *parsedFile) describe(uri rag.URI, t rag.Text, splitter *chunk.Splitter) {
	f.MediaType, f.Parser, f.Pages, f.Labels = t.MediaType, t.Parser, t.Pages, t.Labels
	f.Chars, f.Title, f.Warnings = utf8.RuneCountInString(t.Text), t.Title, t.Warnings
	for _, c := range splitter.Split(uri, t) {
		f.Chunks = append(f.Chunks, parsedChunk{c.Text, c.Page, c.Heading, c.Start, c.End})
	}
	for _, p := range t.Parts {
		part := parsedFile{File: f.File + "//" + p.Name, Chunks: []parsedChunk{}, Error: p.Problem}
		part.describe(uri.Part(p.Name), p.Text, splitter)
		f.Parts = append(f.Parts, part)
	}
}

// summary says in a line what a file is and how it was read.
func (f parsedFile) summary() string {
	words := []string{f.MediaType}
	add := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(f.Parser != "", "by %s", f.Parser)
	add(f.Took > 0, "in %.1f ms", f.Took)
	add(f.Pages > 0, "%d pages", f.Pages)
	add(true, "%d characters", f.Chars)
	add(f.Title != "", "%q", f.Title)
	add(len(f.Parts) > 0, "%d documents inside", len(f.Parts))
	return strings.Join(words, ", ")
}

func (f parsedFile) print(std streams, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(std.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(f)
	}
	var errs []error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(std.out, format, args...)
		errs = append(errs, err)
	}
	say("== %s\n", f.File)
	if f.Error != "" {
		say("   %s\n", f.Error)
	} else {
		say("   %s\n", f.summary())
	}
	for _, w := range f.Warnings {
		say("   warning: %s\n", w)
	}
	for i, c := range f.Chunks {
		say("-- %d  characters %d to %d", i+1, c.Start, c.End)
		if c.Page > 0 {
			say("  page %d", c.Page)
		}
		if len(c.Heading) > 0 {
			say("  %s", strings.Join(c.Heading, " > "))
		}
		say("\n%s\n", c.Text)
	}
	for _, p := range f.Parts {
		errs = append(errs, p.print(std, false))
	}
	return errors.Join(errs...)
}
