// Package measure runs servers and programs side by side, looks at their memory
// and processor time, and puts the figures into a table.
package measure

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Process is a program with all that it has started, in a process group of its
// own.
type Process struct {
	Start time.Time
	Ended chan struct{} // closed when it has ended

	cmd *exec.Cmd
	err error // how it ended

	mu   sync.Mutex // guards peak
	peak int64
}

// Start starts a command that writes what it says to logFile, and looks
// at its memory until it ends.
func Start(logFile string, name string, args ...string) (*Process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.Command(name, args...), Ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.Start = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		log.Close()
		close(p.Ended)
	}()
	go p.watch()
	return p, nil
}

// watch looks at the memory of the process until it has ended.
func (p *Process) watch() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.Ended:
			return
		case <-tick.C:
			rss, _ := p.Usage()
			p.mu.Lock()
			p.peak = max(p.peak, rss)
			p.mu.Unlock()
		}
	}
}

// Wait waits for the process to end by itself, and returns how it did.
func (p *Process) Wait() error {
	<-p.Ended
	return p.err
}

// PeakRSS is the most that the process and its children had in memory at a time.
func (p *Process) PeakRSS() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.peak
}

// Signal sends s to all of the process group.
func (p *Process) Signal(s syscall.Signal) error {
	return syscall.Kill(-p.cmd.Process.Pid, s)
}

// Kill ends the process group at once and waits for it.
func (p *Process) Kill() {
	_ = p.Signal(syscall.SIGKILL) // it may have ended by itself
	<-p.Ended
}

// Usage returns the memory in bytes and the processor time of the process and
// its descendants as Linux counts them; 0 where there is no /proc.
func (p *Process) Usage() (rss int64, cpu time.Duration) {
	for _, pid := range descendants(p.cmd.Process.Pid) {
		s, ok := readStat(pid)
		if ok {
			rss += s.pages * int64(os.Getpagesize())
			cpu += time.Duration(s.ticks) * (time.Second / 100) // USER_HZ is 100 everywhere
		}
	}
	return rss, cpu
}

// descendants returns pid and all processes below it.
func descendants(pid int) []int {
	list := []int{pid}
	for i := 0; i < len(list); i++ {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", list[i]))
		if err != nil {
			continue
		}
		for _, file := range tasks {
			data, _ := os.ReadFile(file) // a thread may have ended
			for _, field := range strings.Fields(string(data)) {
				if child, err := strconv.Atoi(field); err == nil {
					list = append(list, child)
				}
			}
		}
	}
	return list
}

// A stat is what /proc says of a process.
type stat struct {
	pages int64 // in memory
	ticks int64 // of processor time
}

func readStat(pid int) (stat, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, false
	}
	return parseStat(data)
}

// parseStat reads a line of /proc/PID/stat. The name of the program stands in
// brackets and may hold anything.
func parseStat(line []byte) (stat, bool) {
	end := bytes.LastIndexByte(line, ')')
	if end < 0 {
		return stat{}, false
	}
	f := strings.Fields(string(line[end+1:]))
	if len(f) < 22 {
		return stat{}, false
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(f[i], 10, 64); return n }
	return stat{pages: number(21), ticks: number(11) + number(12)}, true // fields 24, 14 and 15
}
