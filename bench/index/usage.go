package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A clock measures the processor time of this process, and that of the wall.
type clock struct {
	cpu  time.Duration
	wall time.Time
}

func startClock() clock { return clock{processorTime(), time.Now()} }

// read returns the seconds since the start.
func (c clock) read() (cpu, wall float64) {
	return (processorTime() - c.cpu).Seconds(), time.Since(c.wall).Seconds()
}

// reply returns the seconds since the start as an answer.
func (c clock) reply() reply {
	cpu, wall := c.read()
	return reply{CPU: cpu, Wall: wall}
}

// processorTime is what all threads of this process have used.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// A memory is what this process has in memory, in bytes; all 0 without /proc.
type memory struct {
	resident, anonymous, mapped, peak float64
}

// settledMemory is what is left when the garbage is given back.
func settledMemory() memory {
	debug.FreeOSMemory()
	return readMemory()
}

func readMemory() memory {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return memory{}
	}
	return parseMemory(string(data))
}

// parseMemory reads /proc/PID/status.
func parseMemory(status string) memory {
	var m memory
	fields := map[string]*float64{"VmRSS": &m.resident, "RssAnon": &m.anonymous, "RssFile": &m.mapped, "VmHWM": &m.peak}
	for line := range strings.Lines(status) {
		name, rest, _ := strings.Cut(line, ":")
		at, ok := fields[name]
		if !ok {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		*at = kilobytes * 1024
	}
	return m
}
