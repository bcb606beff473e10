package main

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

// A process is a server with all that it has started, in a process group of its
// own.
type process struct {
	cmd   *exec.Cmd
	start time.Time
	ended chan struct{} // closed when the server has ended

	mu   sync.Mutex // guards peak
	peak int64
}

// startProcess starts a command that writes what it says to logFile, and looks
// at its memory until it ends.
func startProcess(logFile string, name string, args ...string) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(name, args...), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.start = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait() // killed, as a rule
		log.Close()
		close(p.ended)
	}()
	go p.watch()
	return p, nil
}

// watch looks at the memory of the process until it has ended.
func (p *process) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return
		case <-tick.C:
			rss, _ := p.usage()
			p.mu.Lock()
			p.peak = max(p.peak, rss)
			p.mu.Unlock()
		}
	}
}

// peakRSS is the most that the process and its children had in memory at a time.
func (p *process) peakRSS() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.peak
}

// signal sends s to all of the process group.
func (p *process) signal(s syscall.Signal) error {
	return syscall.Kill(-p.cmd.Process.Pid, s)
}

// kill ends the process group at once and waits for it.
func (p *process) kill() {
	_ = p.signal(syscall.SIGKILL) // it may have ended by itself
	<-p.ended
}

// usage returns the memory in bytes and the processor time of the process and
// its descendants as Linux counts them; 0 where there is no /proc.
func (p *process) usage() (rss int64, cpu time.Duration) {
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
