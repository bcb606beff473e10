package external

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/remote"
)

// A CommandConfig names a program that reads documents.
type CommandConfig struct {
	// Command is the program and its arguments. There is no shell. An argument
	// with {file} in it names a file that holds the document, with the
	// extension of its name; without one, the document is the standard input.
	Command []string
	Output  string        // form of its standard output: text, markdown, html or json; "" means text
	Name    string        // what the parser is called; "" means the name of the program
	Timeout time.Duration // for one document; 0 means 2 minutes
	Memory  int64         // bytes that a process may use; 0 for no limit. Only Linux enforces it
	MaxText int64         // bytes of output; 0 means 64 MiB
}

// A Command is a parser that starts a program for each document, in a folder of
// its own and without our environment, but for PATH, HOME and the language.
type Command struct {
	config CommandConfig
	name   string
	byFile bool
}

const fileMark = "{file}"

// NewCommand checks c. It does not look whether the program is there.
func NewCommand(c CommandConfig) (*Command, error) {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return nil, errors.New("command: is missing")
	}
	c.Output = cmp.Or(c.Output, asText)
	if !slices.Contains([]string{asText, asMarkdown, asHTML, asJSON}, c.Output) {
		return nil, fmt.Errorf("output: %q is not text, markdown, html or json", c.Output)
	}
	if c.Timeout < 0 || c.Memory < 0 || c.MaxText < 0 {
		return nil, errors.New("timeout, memory and max_text are not negative")
	}
	c.Timeout, c.MaxText = cmp.Or(c.Timeout, defaultTimeout), cmp.Or(c.MaxText, defaultText)
	base := strings.TrimSuffix(filepath.Base(c.Command[0]), ".exe")
	byFile := slices.ContainsFunc(c.Command[1:], func(s string) bool { return strings.Contains(s, fileMark) })
	return &Command{config: c, name: "command/" + cmp.Or(c.Name, base), byFile: byFile}, nil
}

// Timeout returns how long one document may take.
func (c *Command) Timeout() time.Duration { return c.config.Timeout }

// Parse implements parse.Parser.
func (c *Command) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	dir, err := os.MkdirTemp("", "ragserver-parse-*")
	if err != nil {
		return rag.Text{}, fmt.Errorf("%s: %w", c.name, err)
	}
	defer os.RemoveAll(dir)
	out, err := c.run(ctx, dir, in)
	if err != nil {
		return rag.Text{}, err
	}
	t, err := written(ctx, c.config.Output, out)
	if err != nil {
		return rag.Text{}, fmt.Errorf("%s: what it wrote: %w", c.name, err)
	}
	return finish(t, in, c.name, c.config.MaxText)
}

func (c *Command) run(ctx context.Context, dir string, in parse.Input) ([]byte, error) {
	args := slices.Clone(c.config.Command)
	if c.byFile {
		file := filepath.Join(dir, "document"+extension(in.Name))
		if err := os.WriteFile(file, in.Data, 0o600); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		for i := range args[1:] {
			args[i+1] = strings.ReplaceAll(args[i+1], fileMark, file)
		}
	}
	limited, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, environment(dir), time.Second
	out := &output{most: c.config.MaxText, full: cancel}
	said := &output{most: 8 << 10, full: func() {}}
	cmd.Stdout, cmd.Stderr = out, said
	if !c.byFile {
		cmd.Stdin = bytes.NewReader(in.Data)
	}
	group(cmd)
	err := cmd.Start()
	if err == nil {
		if err = limitMemory(cmd.Process.Pid, c.config.Memory); err != nil {
			cancel()
		}
		err = errors.Join(err, cmd.Wait())
	}
	return out.kept.Bytes(), c.explain(ctx, limited, err, out, said)
}

// explain says how a program ended, nil if well.
func (c *Command) explain(ctx, limited context.Context, err error, out, said *output) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case out.over:
		return fmt.Errorf("%s: wrote more than %d bytes: %w", c.name, c.config.MaxText, parse.ErrLimit)
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s: not ended within %v: %w", c.name, c.config.Timeout, parse.ErrLimit)
	case err == nil:
		return nil
	}
	if words := remote.Clean(said.kept.String()); words != "" {
		return fmt.Errorf("%s: %w: %s", c.name, err, words)
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// extension returns the extension of a name if it is a plain one: it becomes a
// part of a file's name.
func extension(name string) string {
	ext := path.Ext(strings.ReplaceAll(name, `\`, "/"))
	for i, c := range ext {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if i > 10 || i > 0 && !letter {
			return ""
		}
	}
	return ext
}

// environment is what a program sees of ours.
func environment(dir string) []string {
	env := []string{"TMPDIR=" + dir, "TEMP=" + dir, "TMP=" + dir}
	for _, name := range []string{"PATH", "HOME", "LANG", "LC_ALL", "SystemRoot", "USERPROFILE"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// An output keeps what is written up to a limit, and calls full beyond it. It has
// no other way in than Write.
type output struct {
	kept bytes.Buffer
	most int64
	full func()
	over bool
}

func (o *output) Write(p []byte) (int, error) {
	left := o.most - int64(o.kept.Len())
	if int64(len(p)) <= left {
		return o.kept.Write(p)
	}
	o.kept.Write(p[:left])
	o.over = true
	o.full()
	return len(p), nil
}
