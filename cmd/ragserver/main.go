// Command ragserver keeps a searchable, answering copy of folders and other
// collections of documents.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"ragserver/parse/formats"
	"ragserver/parse/isolate"
)

// A command is what the first argument names.
type command struct {
	name string
	args string
	does string
	run  func(ctx context.Context, std streams, args []string) error
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) (string, bool)
}

// commands lists what the program can do; without a name it serves.
func commands() []command {
	return []command{
		{"serve", "[--config FILE] [--addr HOST:PORT] [--data DIR] [PATH...]", "index folders, watch them, serve the API and the pages (the default)", serve},
		{"query", "[--server URL] [-k N] [--filter F] [--glob G] [--leg L] [--json] TEXT...", "search a running server", query},
		{"ask", "[--server URL] [-k N] [--json] QUESTION...", "ask a running server a question", ask},
		{"status", "[--server URL] [--json]", "show sources and counts of a running server", status},
		{"parse", "[--config FILE] [--json] FILE...", "show what is read from files, chunk by chunk", parseFiles},
		{"eval", "--collection BEIR_DIR | --spans DIR [--compare] [--leg hybrid|vector|bm25] [--json]", "measure retrieval on a collection with judgements", eval},
		{"config", "check FILE", "check a configuration file", config},
		{"version", "", "print the version", version},
	}
}

func main() {
	isolate.Main(formats.Open) // does not return in a child that parses
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv}
	os.Exit(run(ctx, std, os.Args[1:]))
}

// run returns the exit code: 1 for a failure, 2 for a call that makes no sense.
func run(ctx context.Context, std streams, args []string) int {
	c := commands()[0]
	if len(args) > 0 {
		if slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
			usage(std.out)
			return 0
		}
		for _, other := range commands() {
			if args[0] == other.name {
				c, args = other, args[1:]
				break
			}
		}
	}
	err := c.run(ctx, std, args)
	var wrong *usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.Is(err, flag.ErrHelp): // the flags are printed
		fmt.Fprintf(std.out, "usage: ragserver %s %s\n", c.name, c.args)
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(std.err, "ragserver %s: %v\nusage: ragserver %s %s\n", c.name, err, c.name, c.args)
		return 2
	}
	fmt.Fprintf(std.err, "ragserver: %v\n", err)
	return 1
}

// A usageError is a call that makes no sense.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func misused(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

func usage(w io.Writer) {
	fmt.Fprintln(w, "ragserver keeps a searchable, answering copy of folders.")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  ragserver %s %s\n        %s\n", c.name, c.args, c.does)
	}
}

// parseFlags parses args into the flags of set. Flags may stand between and
// behind the other arguments, which it returns.
func parseFlags(set *flag.FlagSet, std streams, args []string) ([]string, error) {
	set.SetOutput(io.Discard)
	var rest []string
	for {
		err := set.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			set.SetOutput(std.out)
			set.PrintDefaults()
			return nil, err
		}
		if err != nil {
			return nil, misused("%s", err)
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		if used := len(args) - set.NArg(); used > 0 && args[used-1] == "--" {
			return append(rest, set.Args()...), nil
		}
		rest = append(rest, set.Arg(0))
		args = set.Args()[1:]
	}
}

func version(_ context.Context, std streams, args []string) error {
	if len(args) > 0 {
		return misused("takes no arguments, got %q", strings.Join(args, " "))
	}
	fmt.Fprintln(std.out, buildVersion())
	return nil
}
