package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// ours is the name of this project in the report.
const ours = "ragserver"

//go:embed peers.py
var peersProgram []byte

// An engine is an index in a process of its own that answers requests one after
// the other.
type engine struct {
	name   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

// start starts a program that answers requests. The end of ctx kills it.
func start(ctx context.Context, name string, env []string, program string, args ...string) (*engine, error) {
	e := &engine{name: name, cmd: exec.CommandContext(ctx, program, args...)}
	e.cmd.Stderr = &e.stderr
	e.cmd.Env = append(os.Environ(), env...)
	var err error
	if e.in, err = e.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	e.out = bufio.NewReaderSize(out, 1<<20)
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return e, nil
}

// call asks for one thing and waits for it.
func (e *engine) call(r request) (reply, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return reply{}, err
	}
	var a reply
	if _, err = e.in.Write(append(line, '\n')); err == nil {
		if line, err = e.out.ReadBytes('\n'); err == nil {
			err = json.Unmarshal(line, &a)
		}
	}
	if err != nil {
		return a, fmt.Errorf("%s, %s: %w\n%s", e.name, r.Op, err, &e.stderr)
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s, %s: %s", e.name, r.Op, a.Error)
	}
	return a, nil
}

// close ends the engine.
func (e *engine) close() error {
	return errors.Join(e.in.Close(), e.cmd.Wait())
}

// self starts this program as an engine. With threads it may use that many
// processors, else all.
func (b *bench) self(ctx context.Context, threads int) (*engine, error) {
	file, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var env []string
	if threads > 0 {
		env = append(env, fmt.Sprintf("GOMAXPROCS=%d", threads))
	}
	return start(ctx, ours, env, file, "program")
}

// peer starts one of the peers.
func (b *bench) peer(ctx context.Context, name string) (*engine, error) {
	// A file of its own, as another one may still be read; not by the name of
	// the package that it imports.
	program := filepath.Join(b.work, "peer_"+name+".py")
	if err := os.WriteFile(program, peersProgram, 0o644); err != nil {
		return nil, err
	}
	return start(ctx, name, nil, filepath.Join(b.peers, "bin", "python"), program, name)
}

// engines starts this project and, with --peers, the named peers, all on one
// thread. The function that is returned ends them.
func (b *bench) engines(ctx context.Context, peers ...string) (list []*engine, end func() error, err error) {
	end = func() (err error) {
		for _, e := range list {
			err = errors.Join(err, e.close())
		}
		return err
	}
	e, err := b.self(ctx, 1)
	if err != nil {
		return nil, nil, err
	}
	list = append(list, e)
	if b.peers == "" {
		return list, end, nil
	}
	for _, name := range peers {
		e, err := b.peer(ctx, name)
		if err != nil {
			return nil, nil, errors.Join(err, end())
		}
		list = append(list, e)
	}
	return list, end, nil
}

// askAll makes the same request to all engines, one after the other.
func askAll(engines []*engine, r request) ([]reply, error) {
	replies := make([]reply, len(engines))
	for i, e := range engines {
		var err error
		if replies[i], err = e.call(r); err != nil {
			return nil, err
		}
	}
	return replies, nil
}

// passesPerTurn is how often an engine asks all queries in its turn, so that the
// caches are its own.
const passesPerTurn = 3

// best asks all engines in turns, as often as asked for, and returns for each the
// least time of the processor in seconds.
func (b *bench) best(engines []*engine, r request) ([]float64, error) {
	r.Passes = passesPerTurn
	least := make([]float64, len(engines))
	for pass := range b.passes {
		replies, err := askAll(engines, r)
		if err != nil {
			return nil, err
		}
		for i, a := range replies {
			if pass == 0 || a.CPU < least[i] {
				least[i] = a.CPU
			}
		}
	}
	return least, nil
}
