// Package isolate runs parsers in child processes of the same program, so that
// a document that makes a parser crash, loop or swell costs that document only.
package isolate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	rag "ragserver"
	"ragserver/parse"
)

// A Config says how much a document may cost. Zero values mean the defaults.
type Config struct {
	Workers int           // processes at most; GOMAXPROCS
	Memory  int64         // bytes of data one process may hold; 1 GiB. Only Linux enforces it
	Timeout time.Duration // for one document; 30 s
	MaxText int64         // bytes of text of one document; 64 MiB
	Recycle int           // documents after which a process is replaced; 1000
	MaxIdle int64         // bytes an idle process may hold before it is replaced; 256 MiB
	Program string        // what to start; this program
	Options string        // what its Main gives to the function that opens the parser
}

func (c Config) withDefaults() Config {
	c.Workers = cmp.Or(max(c.Workers, 0), runtime.GOMAXPROCS(0))
	c.Memory = cmp.Or(max(c.Memory, 0), 1<<30)
	c.Timeout = cmp.Or(max(c.Timeout, 0), 30*time.Second)
	c.MaxText = cmp.Or(max(c.MaxText, 0), 64<<20)
	c.Recycle = cmp.Or(max(c.Recycle, 0), 1000)
	c.MaxIdle = cmp.Or(max(c.MaxIdle, 0), 256<<20)
	return c
}

// A Pool is a parser that hands documents to child processes. It starts none
// before it needs one. The program must call Main early, or its children will
// not know what they are for.
type Pool struct {
	config Config
	slots  chan *worker // one for each process; nil if it is not running

	mu     sync.Mutex // guards what follows
	closed bool
	live   map[*worker]bool
}

// New returns a pool without processes.
func New(config Config) *Pool {
	p := &Pool{config: config.withDefaults(), live: map[*worker]bool{}}
	p.slots = make(chan *worker, p.config.Workers)
	for range p.config.Workers {
		p.slots <- nil
	}
	return p
}

var errClosed = errors.New("the parser pool is closed")

// Run owns the processes: it blocks until ctx is done, then ends them and waits
// for them. Parse works before and during Run, and fails afterwards.
func (p *Pool) Run(ctx context.Context) error {
	<-ctx.Done()
	p.mu.Lock()
	p.closed = true
	for w := range p.live {
		w.kill()
	}
	p.mu.Unlock()
	for range p.config.Workers {
		p.discard(<-p.slots)
	}
	for range p.config.Workers {
		p.slots <- nil
	}
	return ctx.Err()
}

// Parse implements parse.Parser. Errors keep what parse says about them; a crash
// is "parser crashed: " and its first line; too much time, memory or text is
// parse.ErrLimit.
func (p *Pool) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	resp, err := p.do(ctx, request{Input: in})
	if err != nil {
		return rag.Text{}, err
	}
	return resp.Text, resp.err()
}

// Draw implements parse.Drawer, if the parser of the child processes does.
func (p *Pool) Draw(ctx context.Context, in parse.Input, page, width int) ([]byte, error) {
	if page < 1 {
		return nil, fmt.Errorf("page %d: %w", page, parse.ErrNoPage)
	}
	resp, err := p.do(ctx, request{in, page, width})
	if err != nil {
		return nil, err
	}
	return resp.Picture, resp.err()
}

// do has one process answer a request.
func (p *Pool) do(ctx context.Context, in request) (*response, error) {
	var w *worker
	select {
	case w = <-p.slots:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { p.slots <- w }()

	resp, err := p.exchange(ctx, w, in)
	if errors.Is(err, errGone) {
		// There was none, or it died while idle: the document is not to blame.
		p.discard(w)
		if w, err = p.start(); err != nil {
			return nil, err
		}
		resp, err = p.exchange(ctx, w, in)
	}
	if err != nil {
		err = p.blame(w, err)
		p.discard(w)
		w = nil
		return nil, err
	}
	if w.spent(p.config, resp.Memory) {
		p.discard(w)
		w = nil
	}
	return resp, nil
}

// start starts a process, unless the pool is closed.
func (p *Pool) start() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	w, err := startWorker(p.config)
	if err != nil {
		return nil, fmt.Errorf("starting a parser process: %w", err)
	}
	p.live[w] = true
	return w, nil
}

// discard ends w, which may be nil, and waits for its end.
func (p *Pool) discard(w *worker) {
	if w == nil {
		return
	}
	w.kill()
	w.wait()
	p.mu.Lock()
	delete(p.live, w)
	p.mu.Unlock()
}

// exchange sends a document to w, which may be nil, and waits for the answer.
// After an error w is of no use any more.
func (p *Pool) exchange(ctx context.Context, w *worker, in request) (*response, error) {
	if w == nil {
		return nil, errGone
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.config.Timeout, errTime)
	defer cancel()
	stop := context.AfterFunc(ctx, w.kill)
	defer stop()

	resp, err := w.ask(in, p.config.MaxText)
	switch {
	case err == nil:
		return resp, nil
	case errors.Is(context.Cause(ctx), errTime):
		return nil, fmt.Errorf("not %s within %v: %w", in.done(), p.config.Timeout, parse.ErrLimit)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, err
}

// blame says why w gave no answer.
func (p *Pool) blame(w *worker, err error) error {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case errors.Is(err, parse.ErrLimit), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return w.death(err, p.config)
}

var errTime = errors.New("time is up")

func (c Config) program() (string, error) {
	if c.Program != "" {
		return c.Program, nil
	}
	return os.Executable()
}
