package fileio

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragserver/dataflow"
)

var (
	oracleTrials = flag.Int("trials", 40, "histories of files that TestAnyHistory makes")
	oracleSeed   = flag.Uint64("seed", 0, "the only history that TestAnyHistory makes, if not 0")
)

// history changes files at random, and knows their rows.
type history struct {
	t     *testing.T
	r     *rand.Rand
	dir   string
	csv   bool
	text  map[string]string // of the files
	read  map[string]string // of those of which an unfinished line was read
	large bool              // files are compared in full when they rest
	log   []string
}

// row is a line, or a CSV record, of a small vocabulary; some are bad.
func (h *history) row() string {
	n := h.r.IntN(12)
	w := strings.Repeat(string(rune('a'+n)), 1+n)
	switch {
	case h.csv && h.r.IntN(5) == 0:
		return fmt.Sprintf("\"%s\n%s,\"\"\",%d\n", w, w, h.r.IntN(3))
	case h.csv && h.r.IntN(20) == 0:
		return w + ",x\n"
	case h.csv:
		return fmt.Sprintf("%s,%d\r\n", w, h.r.IntN(3))
	case h.r.IntN(20) == 0:
		return "{\"word\": \"" + w + "\n"
	case h.r.IntN(30) == 0:
		return strings.Repeat("too long ", 40) + "\n"
	}
	return fmt.Sprintf("{\"word\": %q, \"n\": %d}\n", w, h.r.IntN(3))
}

func (h *history) rows(most int) string {
	var b strings.Builder
	for range h.r.IntN(most + 1) {
		b.WriteString(h.row())
	}
	return b.String()
}

func (h *history) head() string {
	switch {
	case !h.csv:
		return ""
	case h.r.IntN(4) == 0:
		return "word,n\n"
	}
	return byteOrderMark + "word,n\r\n"
}

// step changes one file.
func (h *history) step() {
	name := fmt.Sprintf("d%d/f%d", h.r.IntN(2), h.r.IntN(2))
	old, ok := h.text[name]
	what := h.r.IntN(8)
	if !ok {
		what = 7
	}
	switch text := old; what {
	case 0: // gone
		delete(h.text, name)
		must(h.t, os.Remove(filepath.Join(h.dir, name)))
		h.log = append(h.log, "remove "+name)
		return
	case 1: // cut
		text = text[:h.r.IntN(len(text)+1)]
		h.replace(name, text)
	case 2: // a row in front
		head := h.format().head([]byte(text), true)
		h.replace(name, text[:head]+h.row()+text[head:])
	case 3: // something in the middle
		at := h.r.IntN(len(text) + 1)
		h.replace(name, text[:at]+h.row()+text[at:])
	case 4, 5, 6: // appended, perhaps not to the end of a line
		more := h.rows(6)
		more = more[:len(more)-h.r.IntN(min(3, len(more)+1))]
		h.text[name] = old + more
		appendTo(h.t, h.dir, name, more)
		h.log = append(h.log, fmt.Sprintf("append to %s %q", name, more))
	default:
		h.replace(name, h.head()+h.rows(30))
	}
}

// replace writes a file in place, or renames another over it.
func (h *history) replace(name, text string) {
	h.text[name] = text
	h.log = append(h.log, fmt.Sprintf("write %s %q", name, text))
	if h.r.IntN(2) == 0 {
		write(h.t, h.dir, name, text)
		return
	}
	write(h.t, h.dir, name+".new", text)
	must(h.t, os.Rename(filepath.Join(h.dir, name+".new"), filepath.Join(h.dir, name)))
}

func (h *history) format() layout {
	if h.csv {
		return layout{comma: ',', header: true}
	}
	return layout{}
}

// pair is a row.
type pair struct {
	Word string `json:"word" csv:"word"`
	N    int    `json:"n" csv:"n"`
}

func (h *history) open() opener[pair] {
	return func(feed *dataflow.Feed[pair], c Config) (*Reader[pair], error) {
		c.MaxLine, c.Parsers = oracleLimit, 1+h.r.IntN(3)
		read := ReadJSON[pair]
		if h.csv {
			read = ReadCSV[pair]
		}
		r, err := read(feed, c)
		if err == nil {
			r.sizes = sizes{block: 64, short: 24, group: 2, small: 1 << 20, grain: 50 * time.Millisecond}
			if h.large {
				r.sizes.small = 100
			}
		}
		return r, err
	}
}

const oracleLimit = 200

// want parses all files by simple means. Final says that a last line needs no
// end.
func (h *history) want(final bool) map[pair]int {
	rows := make(map[pair]int)
	for name, text := range h.text {
		read, ok := h.read[name]
		h.naive(text, final || ok && read == text, rows)
	}
	return rows
}

func (h *history) check(changes, snapshot string, final bool) error {
	got, err := sumOfChanges(changes)
	if err != nil {
		return err
	}
	want := h.want(final)
	if d := difference(got, want); d[0] != '0' {
		return fmt.Errorf("the changes: %s", d)
	}
	got, err = rowsOfSnapshot(snapshot)
	if err != nil {
		return err
	}
	if d := difference(got, want); d[0] != '0' {
		return fmt.Errorf("the snapshot: %s", d)
	}
	return nil
}

// TestAnyHistory changes files at random while a graph follows them, is killed at
// random commits, or is down, and compares the files that the sinks wrote with
// the rows that there are.
func TestAnyHistory(t *testing.T) {
	trials := *oracleTrials
	if testing.Short() {
		trials = 10
	}
	if *oracleSeed != 0 {
		historyOf(t, *oracleSeed)
		return
	}
	for range trials {
		historyOf(t, rand.Uint64())
	}
}

func historyOf(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	h := &history{t: t, r: r, dir: t.TempDir(), csv: r.IntN(2) == 0, large: r.IntN(4) == 0, text: make(map[string]string)}
	defer func() {
		if t.Failed() {
			t.Fatalf("seed %d\n%s", seed, strings.Join(h.log, "\n"))
		}
	}()
	out := t.TempDir()
	changes, snapshot := filepath.Join(out, "changes"), filepath.Join(out, "snapshot")
	store := dataflow.Memory()
	for run := range 1 + r.IntN(4) {
		for range r.IntN(4) {
			h.step()
		}
		h.log = append(h.log, "start")
		b := &killed{Backend: store, left: r.IntN(12) - 3, after: r.IntN(2) == 0}
		if h.run(b, changes, snapshot, run); r.IntN(3) == 0 {
			h.static(store, changes, snapshot)
		}
	}
	h.static(store, changes, snapshot)
	h.text = nil
	must(t, os.RemoveAll(h.dir))
	must(t, os.Mkdir(h.dir, 0o755))
	h.static(store, changes, snapshot)
	must(t, store.Scan([]byte("kin\x00"), func(k, _ []byte) error { return fmt.Errorf("%q is kept of no file", k) }))
}

// run follows the files while they change, until the graph is killed or has all
// rows.
func (h *history) run(b *killed, changes, snapshot string, run int) {
	sinks := h.sinks(changes, snapshot)
	g := start(h.t, h.open(), Config{Path: h.dir, Rescan: 50 * time.Millisecond}, dataflow.Options{
		Backend: b, Workers: 1 + run%3, MaxBatch: 1 + h.r.IntN(200),
	}, sinks...)
	over := make(chan error, 1)
	go func() { over <- g.group.Wait() }()
	for range h.r.IntN(5) {
		h.step()
		time.Sleep(time.Duration(h.r.IntN(30)) * time.Millisecond)
	}
	var last error
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-over:
			if !errors.Is(err, errKilled) {
				h.t.Fatalf("the run ended: %v", err)
			}
			h.log = append(h.log, "killed")
			closeAll(h.t, sinks)
			return
		default:
		}
		if last = h.check(changes, snapshot, false); last == nil {
			g.stop(h.t)
			closeAll(h.t, sinks)
			return
		}
	}
	g.stop(h.t)
	h.t.Fatal(last)
}

// static reads what is left to read, twice: the second time nothing.
func (h *history) static(store dataflow.Backend, changes, snapshot string) {
	h.log = append(h.log, "static")
	h.read = maps.Clone(h.text)
	sizes := make([]int64, 2)
	for i := range sizes {
		sinks := h.sinks(changes, snapshot)
		g := start(h.t, h.open(), Config{Path: h.dir, Static: true}, dataflow.Options{Backend: store, Workers: 2}, sinks...)
		must(h.t, g.end())
		closeAll(h.t, sinks)
		must(h.t, h.check(changes, snapshot, true))
		info, err := os.Stat(changes)
		must(h.t, err)
		sizes[i] = info.Size()
	}
	if sizes[0] != sizes[1] {
		h.t.Fatal("reading again what was read made changes")
	}
}

func (h *history) sinks(changes, snapshot string) []dataflow.Sink[pair] {
	c, err := ChangesJSON[pair](Output{Path: changes})
	must(h.t, err)
	s, err := SnapshotCSV[pair](Output{Path: snapshot})
	must(h.t, err)
	return []dataflow.Sink[pair]{c, s}
}

func closeAll(t *testing.T, sinks []dataflow.Sink[pair]) {
	t.Helper()
	for _, s := range sinks {
		if c, ok := s.(*Changes[pair]); ok {
			must(t, c.Close())
		}
	}
}
