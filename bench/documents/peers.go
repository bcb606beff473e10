package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"ragserver/parse"
	"ragserver/parse/formats"
)

// A peer is another program that reads the text of PDFs.
type peer struct {
	name string
	args []string // before the files; the program first
	each bool     // a process for each file
}

// readAll is what the libraries do: one process for all files.
const readAll = `import sys
for f in sys.argv[1:]:
    try:
        %s
    except Exception:
        pass`

func peers(venv string) []peer {
	python := filepath.Join(venv, "bin", "python")
	library := func(name, imports, call string) peer {
		return peer{name: name, args: []string{python, "-W", "ignore", "-c", imports + "\n" + fmt.Sprintf(readAll, call)}}
	}
	return []peer{
		{name: "pdftotext", args: []string{"pdftotext"}, each: true},
		library("pypdf", "import pypdf, logging; logging.disable()", "[p.extract_text() for p in pypdf.PdfReader(f).pages]"),
		library("pdfminer.six", "import pdfminer.high_level as h, logging; logging.disable()", "h.extract_text(f)"),
	}
}

// comparePeers reads the files with each of this program's readers and with the
// peers, one after the other on one core, and prints pages a CPU second.
func comparePeers(ctx context.Context, venv string, o formats.Options, files []string) error {
	own := []struct {
		name string
		o    formats.Options
	}{{"ragserver, builtin", formats.Options{}}, {"ragserver, PDFium", o}}
	pages, reference := 0, 0.0
	show := func(name string, cpu time.Duration) {
		rate := float64(pages) / cpu.Seconds()
		if name == "pdftotext" {
			reference = rate
		}
		fmt.Printf("%-20s %8.2f CPU s %8.0f pages/s %6.2f of pdftotext\n", name, cpu.Seconds(), rate, rate/max(reference, 1e-9))
	}
	taken := map[string]time.Duration{}
	for _, reader := range own {
		if reader.name == "ragserver, PDFium" && o.PDFium == "" {
			continue
		}
		p, err := formats.Open(reader.o.String())
		if err != nil {
			return err
		}
		pages = 0
		began := cpuTime(syscall.RUSAGE_SELF)
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			// What cannot be read takes its time too.
			t, _ := p.Parse(ctx, parse.Input{Name: file, Data: data})
			pages += t.Pages
		}
		taken[reader.name] = cpuTime(syscall.RUSAGE_SELF) - began
	}
	for _, other := range peers(venv) {
		began := cpuTime(syscall.RUSAGE_CHILDREN)
		if err := other.run(ctx, files); err != nil {
			return fmt.Errorf("%s: %w", other.name, err)
		}
		show(other.name, cpuTime(syscall.RUSAGE_CHILDREN)-began)
	}
	for _, reader := range own {
		if t, ok := taken[reader.name]; ok {
			show(reader.name, t)
		}
	}
	return nil
}

// run reads all files. A file that a peer cannot read is no failure.
func (p peer) run(ctx context.Context, files []string) error {
	if !p.each {
		return exec.CommandContext(ctx, p.args[0], append(p.args[1:], files...)...).Run()
	}
	for _, file := range files {
		err := exec.CommandContext(ctx, p.args[0], append(p.args[1:], file, os.DevNull)...).Run()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			return err
		}
	}
	return ctx.Err()
}

func cpuTime(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
