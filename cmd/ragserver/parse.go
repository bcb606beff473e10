package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

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
}

type parsedChunk struct {
	Text    string   `json:"text"`
	Page    int      `json:"page,omitempty"`
	Heading []string `json:"heading,omitempty"`
	Start   int      `json:"start"` // in characters (code points) of the document's text
	End     int      `json:"end"`
}

// parseFiles reads files as the service would. It goes on after a file that
// cannot be read and fails at the end.
func parseFiles(ctx context.Context, std streams, args []string) error {
	set := flag.NewFlagSet("parse", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "print one line of JSON for each file")
	files, err := parseFlags(set, std, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return misused("FILE is missing")
	}
	splitter, err := defaults().splitter()
	if err != nil {
		return err
	}
	pool, err := defaults().parsers(ctx)
	if err != nil {
		return err
	}
	parser := formats.Isolated(pool)
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- pool.Run(ctx) }()
	failed := 0
	for _, file := range files {
		result := parseFile(ctx, parser, splitter, file)
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

func parseFile(ctx context.Context, p parse.Parser, splitter *chunk.Splitter, file string) parsedFile {
	result := parsedFile{File: file, Chunks: []parsedChunk{}}
	data, err := os.ReadFile(file)
	var text rag.Text
	if err == nil {
		text, err = p.Parse(ctx, parse.Input{Name: file, Data: data})
	}
	if err == nil && len(data) > 0 && strings.TrimSpace(text.Text) == "" {
		err = parse.ErrNoText
	}
	if err != nil {
		result.Error = err.Error()
		return result
	}
	for _, c := range splitter.Split(rag.NewURI("file", file), text) {
		result.Chunks = append(result.Chunks, parsedChunk{c.Text, c.Page, c.Heading, c.Start, c.End})
	}
	return result
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
	return errors.Join(errs...)
}
