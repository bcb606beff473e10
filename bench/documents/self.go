package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ragserver/parse"
	"ragserver/parse/formats"
)

// selfWord as the first argument makes this program a reader of documents.
const selfWord = "read"

// self is this program's own parsers as a reader like the others.
func self(o formats.Options) *reader {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	return &reader{args: []string{program, selfWord, o.String()}, env: []string{"GOMAXPROCS=1"}}
}

// serveSelf answers as a reader does until there are no more files.
func serveSelf(ctx context.Context, parserOptions string, in io.Reader, out io.Writer) error {
	p, err := formats.Open(parserOptions)
	if err != nil {
		return err
	}
	// What is opened for the first PDF is no part of what that one takes.
	_, _ = p.Parse(ctx, parse.Input{Name: "a.pdf", Data: []byte("%PDF-1.7\n")})
	say := json.NewEncoder(out)
	if err := say.Encode(answer{CPU: cpuTime().Seconds()}); err != nil {
		return err
	}
	files := bufio.NewScanner(in)
	for files.Scan() {
		text, err := readSelf(ctx, p, files.Text())
		a := answer{CPU: cpuTime().Seconds(), Text: text}
		if err != nil {
			a.Error = err.Error()
		}
		if err := say.Encode(a); err != nil {
			return err
		}
	}
	return files.Err()
}

func readSelf(ctx context.Context, p parse.Parser, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	t, err := p.Parse(ctx, parse.Input{Name: filepath.Base(file), Data: data})
	if err != nil {
		return "", fmt.Errorf("parsing %s: %w", file, err)
	}
	return allOf(t), nil
}
