package isolate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"

	"ragserver/parse"
)

// A worker is the parent's end of a child process.
type worker struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *head
	asked  int // documents so far
	once   sync.Once
}

func startWorker(c Config) (*worker, error) {
	program, err := c.program()
	if err != nil {
		return nil, err
	}
	w := &worker{cmd: exec.Command(program), stderr: &head{}}
	// Nothing else of the environment: a child has no use for secrets.
	w.cmd.Env = []string{marker + "=" + limits{c.Memory, c.MaxText}.String(), options + "=" + c.Options, "GOMAXPROCS=1", "GOTRACEBACK=none"}
	w.cmd.Stderr = w.stderr
	if w.stdin, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.stdout = bufio.NewReader(out)
	return w, w.cmd.Start()
}

// errGone says that the process had ended before it was asked.
var errGone = errors.New("the parser process is gone")

// ask sends a document and reads the answer.
func (w *worker) ask(in request, maxText int64) (*response, error) {
	w.asked++
	if err := writeRequest(w.stdin, in); err != nil {
		return nil, fmt.Errorf("%w: %w", errGone, err)
	}
	return readResponse(w.stdout, maxText)
}

// kill ends the process at once. Any goroutine may call it, more than once.
func (w *worker) kill() { _ = w.cmd.Process.Kill() } // fails only if it has ended

// wait waits until the process has ended and frees what it held.
func (w *worker) wait() {
	w.once.Do(func() {
		w.stdin.Close()
		_ = w.cmd.Wait() // killed on purpose, or death has told why
	})
}

// spent reports whether a process has done its share, or keeps too much memory.
func (w *worker) spent(c Config, memory uint64) bool {
	return w.asked >= c.Recycle || memory > uint64(c.MaxIdle)
}

// death says why a process that gave no answer ended.
func (w *worker) death(err error, c Config) error {
	if errors.Is(err, errTooLong) {
		return fmt.Errorf("%w: %w", err, parse.ErrLimit)
	}
	w.kill()
	w.wait()
	last := w.stderr.String()
	switch line := reason(last); {
	case strings.Contains(last, "out of memory"), strings.Contains(last, "cannot allocate"), strings.Contains(line, "allocate"):
		return fmt.Errorf("needs more than %d MiB of memory: %w", c.Memory>>20, parse.ErrLimit)
	case line != "":
		return fmt.Errorf("parser crashed: %s", line)
	case errors.Is(err, errGone):
		return err
	}
	return fmt.Errorf("parser crashed: %s", w.cmd.ProcessState)
}

// reason returns the line that names a crash.
func reason(stderr string) string {
	for line := range strings.Lines(stderr) {
		for _, prefix := range []string{"fatal error: ", "panic: "} {
			if s, ok := strings.CutPrefix(line, prefix); ok {
				return parse.Cut(strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD"), 300)
			}
		}
	}
	return ""
}

// A head keeps the beginning of what is written to it.
type head struct {
	mu   sync.Mutex // guards text: exec writes from a goroutine of its own
	text []byte
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), 8<<10-len(h.text))]...)
	return len(p), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}
