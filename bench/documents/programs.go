package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A program reads documents, one after the other.
type program interface {
	// read returns the text of a file, and the processor time that it took, also
	// if it fails. What takes longer than limit is ended.
	read(ctx context.Context, file string, limit time.Duration) (string, time.Duration, error)
	// close ends what still runs.
	close()
}

// errTime says that a program was ended because it took too long.
var errTime = errors.New("not read in time")

// once is a program that is started for each file, whose name stands between the
// arguments.
type once struct {
	program string
	after   []string // arguments after the file
}

func (o once) read(ctx context.Context, file string, limit time.Duration) (string, time.Duration, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.program, append([]string{file}, o.after...)...)
	text, err := cmd.Output()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if cmd.ProcessState == nil {
		return "", 0, fmt.Errorf("%s: %w", o.program, err)
	}
	return string(text), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err
}

func (once) close() {}

// A reader is a program that goes on running: it answers each line with the name
// of a file by an answer.
type reader struct {
	args []string
	env  []string // besides this process's own

	cmd   *exec.Cmd // nil until it is needed, and after it was ended
	in    io.WriteCloser
	out   *bufio.Reader
	spent time.Duration // what cmd has taken so far
}

// An answer is a line of JSON: what a reader says of a file, and without a text
// and an error that it is ready.
type answer struct {
	CPU   float64 `json:"cpu"` // seconds that the process has taken so far
	Text  string  `json:"text"`
	Error string  `json:"error"`
}

func (r *reader) read(ctx context.Context, file string, limit time.Duration) (string, time.Duration, error) {
	if r.cmd == nil {
		if err := r.start(); err != nil {
			r.close()
			return "", 0, fmt.Errorf("starting %s: %w", r.args[0], err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTime)
	defer cancel()
	process := r.cmd.Process
	stop := context.AfterFunc(ctx, func() { _ = process.Kill() }) // it may have ended
	before := r.spent
	_, err := io.WriteString(r.in, file+"\n")
	var a answer
	if err == nil {
		a, err = r.answer()
	}
	stop()
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		took := r.end() - before
		r.close()
		return "", took, err
	}
	if a.Error != "" {
		err = errors.New(a.Error)
	}
	return a.Text, r.spent - before, err
}

// start starts the program and waits until it is ready. What that takes is no
// part of what a file takes.
func (r *reader) start() (err error) {
	r.cmd = exec.Command(r.args[0], r.args[1:]...)
	r.cmd.Env = append(os.Environ(), r.env...)
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	r.out = bufio.NewReaderSize(out, 64<<10)
	if err := r.cmd.Start(); err != nil {
		return err
	}
	_, err = r.answer()
	return err
}

func (r *reader) answer() (answer, error) {
	var a answer
	line, err := r.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("it ended: %w", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("it answered %.100q: %w", line, err)
	}
	r.spent = time.Duration(a.CPU * float64(time.Second))
	return a, nil
}

// end ends the process and returns the processor time that it took.
func (r *reader) end() time.Duration {
	if r.cmd == nil || r.cmd.Process == nil {
		return 0
	}
	if r.cmd.ProcessState == nil {
		_ = r.cmd.Process.Kill() // it may have ended
		_ = r.cmd.Wait()         // killed on purpose
	}
	return r.cmd.ProcessState.UserTime() + r.cmd.ProcessState.SystemTime()
}

func (r *reader) close() {
	r.end()
	r.cmd, r.spent = nil, 0
}

// cpuTime is the processor time that this process has taken so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
