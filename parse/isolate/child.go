package isolate

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	rag "ragserver"
	"ragserver/parse"
)

// The environment variables of a worker: what makes a process one, and the
// Options of its Config.
const (
	marker  = "RAGSERVER_PARSE_WORKER"
	options = "RAGSERVER_PARSE_OPTIONS"
)

// Limits are what a child must keep itself.
type limits struct {
	memory  int64
	maxText int64
}

func (l limits) String() string { return fmt.Sprintf("%d %d", l.memory, l.maxText) }

func parseLimits(s string) (l limits, err error) {
	_, err = fmt.Sscanf(s, "%d %d", &l.memory, &l.maxText)
	return l, err
}

// Main returns at once in an ordinary process. In a child of a Pool it parses
// what the parent sends, with the parser that open returns for the Options of the
// Pool's Config, draws it if that parser is a parse.Drawer, and ends the process when the parent closes its end or is gone.
// It is called first thing in main and in TestMain.
func Main(open func(options string) (parse.Parser, error)) {
	s, ok := os.LookupEnv(marker)
	if !ok {
		return
	}
	l, err := parseLimits(s)
	if err != nil {
		fmt.Fprintf(os.Stderr, "panic: %s is %q: %v\n", marker, s, err)
		os.Exit(1)
	}
	out := os.Stdout
	os.Stdout = os.Stderr // a library that prints must not break the protocol
	confine(l)
	p, err := open(os.Getenv(options))
	if err != nil {
		fmt.Fprintf(os.Stderr, "panic: %v\n", err)
		os.Exit(1)
	}
	serve(p, l, bufio.NewReaderSize(os.Stdin, 64<<10), bufio.NewWriter(out))
	os.Exit(0)
}

// confine lowers what this process may use.
func confine(l limits) {
	debug.SetMemoryLimit(l.memory * 3 / 4)
	debug.SetMaxStack(int(min(l.memory/4, 256<<20)))
	setLimits(l)
}

// serve answers requests until there are no more. Reading goes on while a
// document is parsed, so that the end of the parent is noticed at once.
func serve(p parse.Parser, l limits, in *bufio.Reader, out *bufio.Writer) {
	requests := make(chan request)
	go func() {
		for {
			r, err := readRequest(in)
			if err != nil {
				os.Exit(0)
			}
			requests <- r
		}
	}()
	for r := range requests {
		resp := answer(p, r, l)
		resp.Memory = held()
		if writeResponse(out, resp) != nil {
			return
		}
	}
}

// answer does what a request asks for.
func answer(p parse.Parser, r request, l limits) *response {
	if r.page == 0 {
		t, err := bounded(p, r.Input, l)
		return newResponse(t, nil, err)
	}
	d, ok := p.(parse.Drawer)
	if !ok {
		return newResponse(rag.Text{}, nil, fmt.Errorf("drawing a page: %w", parse.ErrUnsupported))
	}
	picture, err := d.Draw(context.Background(), r.Input, r.page, r.width)
	return newResponse(rag.Text{}, picture, err)
}

// bounded parses a document, and refuses a text that is too long.
func bounded(p parse.Parser, in parse.Input, l limits) (rag.Text, error) {
	t, err := p.Parse(context.Background(), in)
	if n := length(t); err == nil && n > l.maxText {
		return rag.Text{}, fmt.Errorf("%d MiB of text, more than %d: %w", n>>20, l.maxText>>20, parse.ErrLimit)
	}
	return t, err
}

// length returns the bytes of a text and of its parts.
func length(t rag.Text) int64 {
	n := int64(len(t.Text))
	for _, p := range t.Parts {
		n += length(p.Text)
	}
	return n
}

// held returns the bytes of memory that this process holds.
func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}
