package measure

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestParseStat(t *testing.T) {
	line := "42 (a) b (c)) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 123456 104857600 2560 18446744073709551615 1 1 0"
	got, ok := parseStat([]byte(line))
	if want := (stat{pages: 2560, ticks: 300}); !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	for _, bad := range []string{"", "42 (a", "42 (a) S 1 2"} {
		if got, ok := parseStat([]byte(bad)); ok {
			t.Errorf("%q: got %+v", bad, got)
		}
	}
}

func TestAProcessIsMeasuredWithItsChildren(t *testing.T) {
	if runtime.GOOS != "linux" {
		p, err := Start(filepath.Join(t.TempDir(), "log"), "sleep", "60")
		if err != nil {
			t.Fatal(err)
		}
		p.Kill()
		return
	}
	p, err := Start(filepath.Join(t.TempDir(), "log"), "sh", "-c", "sleep 60 & sleep 60 & wait")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	for len(descendants(p.cmd.Process.Pid)) < 3 {
		runtime.Gosched() // until the shell has started both
	}
	if rss, _ := p.Usage(); rss <= 0 {
		t.Errorf("the processes take %d bytes", rss)
	}
	children := descendants(p.cmd.Process.Pid)
	p.Kill()
	for _, pid := range children[:1] {
		if s, ok := readStat(pid); ok {
			t.Errorf("process %d is still there: %+v", pid, s)
		}
	}
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	_, err := Start(filepath.Join(t.TempDir(), "log"), "/no/such/program")
	if err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("got %v", err)
	}
}
