package ocr

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"ragserver/parse"
)

// A Tesseract is the program of that name, run once for each picture. It gets no
// environment, reads the picture from its input and writes no file; the limits of
// this process are its own too.
type Tesseract struct {
	program   string
	languages string
}

var language = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_/-]{1,39}$`)

// New returns a reader of pictures, for settings that Check passes.
func New(c Config) *Tesseract {
	if len(c.Languages) == 0 {
		c.Languages = []string{"eng"}
	}
	return &Tesseract{c.Program, strings.Join(c.Languages, "+")}
}

// Check tells what is wrong with c.
func (c Config) Check() error {
	for _, l := range c.Languages {
		if !language.MatchString(l) {
			return fmt.Errorf("ocr: language %q is not a name such as eng", l)
		}
	}
	return nil
}

// Find returns the path of tesseract, "" if it is not installed.
func Find() string {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return ""
	}
	return path
}

const (
	maxPicture = 64 << 20 // bytes
	maxOutput  = 4 << 20
)

// Read implements Reader.
func (t *Tesseract) Read(ctx context.Context, picture []byte) (string, error) {
	if len(picture) > maxPicture {
		return "", fmt.Errorf("a picture of %d MiB: %w", len(picture)>>20, parse.ErrLimit)
	}
	cmd := exec.CommandContext(ctx, t.program, "stdin", "stdout", "-l", t.languages)
	cmd.Env = []string{"OMP_THREAD_LIMIT=1"}
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(picture)
	out, errs := &limited{n: maxOutput}, &limited{n: 2000}
	cmd.Stdout, cmd.Stderr = out, errs
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("tesseract took too long: %w", parse.ErrLimit)
	}
	if err != nil {
		return "", fmt.Errorf("tesseract: %w: %s", err, parse.Cut(strings.ToValidUTF8(strings.TrimSpace(errs.String()), "?"), 200))
	}
	return strings.ReplaceAll(out.String(), "\f", "\n\n"), nil
}

// A limited buffer keeps the first n bytes.
type limited struct {
	bytes.Buffer
	n int
}

func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), max(0, l.n-l.Len()))])
	return len(p), nil
}
