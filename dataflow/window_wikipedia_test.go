package dataflow

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// An edit of Wikipedia; see testdata/README.md.
type edit struct {
	At      Time
	Shifted Time // At, as a clock has it that is wrong for 45 of them
	Channel string
	Added   int
}

func editTime(e edit) Time      { return e.At }
func editShifted(e edit) Time   { return e.Shifted }
func editChannel(e edit) string { return e.Channel }

func (e edit) absurd() bool { return e.At != e.Shifted }

// editsAdded is how many edits there were, and what they added.
type editsAdded struct{ Edits, Added int }

func countEdits() Aggregator[edit, editsAdded] {
	return Combine2(Count[edit](), Sum(func(e edit) int { return e.Added }),
		func(n, added int) editsAdded { return editsAdded{n, added} })
}

func readEdits(t testing.TB) []edit {
	t.Helper()
	f, err := os.Open("testdata/wikipedia-edits.tsv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var list []edit
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var at, by int64
		var e edit
		if _, err := fmt.Sscan(lines.Text(), &at, &by, &e.Channel, &e.Added); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		e.At, e.Shifted = At(time.UnixMilli(at)), At(time.UnixMilli(at+by))
		list = append(list, e)
	}
	if len(list) != 39244 {
		t.Fatalf("%d edits", len(list))
	}
	return list
}

// hourlyLines are lines as those of wikipedia-edits.hourly.tsv, sorted.
func hourlyLines(results []Keyed[Windowed[string], editsAdded]) []string {
	list := make([]string, len(results))
	for i, r := range results {
		list[i] = fmt.Sprintf("%s\t%s\t%d\t%d", r.Key.Start.Time().Format(time.RFC3339), r.Key.Key, r.Value.Edits, r.Value.Added)
	}
	slices.Sort(list)
	return list
}

func hourlyGolden(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/wikipedia-edits.hourly.tsv")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(strings.TrimSpace(string(b)), "\n")[1:]
	slices.Sort(list)
	return list
}

func checkHourly(t *testing.T, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("line %d is %q, want %q", i, got[i], want[i])
			break
		}
	}
	t.Errorf("%d lines, want %d", len(got), len(want))
}

// feedEdits sends the edits in batches of size, each of which is one epoch, and
// returns when all are committed.
func feedEdits(t *testing.T, g *Graph, in *Feed[edit], edits []edit, size int, o Options) {
	t.Helper()
	s, err := startStepper(t.Context(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	for batch := range slices.Chunk(edits, size) {
		deltas := make([]Delta[edit], len(batch))
		for i, e := range batch {
			deltas[i] = Delta[edit]{e, +1}
		}
		if err := s.step(t.Context(), func() { deliver(t, in, Batch[edit]{Deltas: deltas}) }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHourlyWindowsOfWikipedia(t *testing.T) {
	edits, want := readEdits(t), hourlyGolden(t)
	shuffled := slices.Clone(edits)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, test := range []struct {
		name  string
		edits []edit
		batch int
	}{
		{"in one epoch", edits, len(edits)},
		{"in order", edits, 1000},
		{"shuffled", shuffled, 1000},
		{"one at a time", edits, 1},
		{"one at a time, shuffled", shuffled, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := New("edits")
			in := NewFeed[edit](g, "edits")
			keyed := KeyBy(in.Stream(), editChannel)
			byWindow := Collect(Reduce(WindowBy(keyed, "", editTime, Tumbling(time.Hour, 0)), "hourly", countEdits()), "by window")
			reduced := Collect(WindowReduce(keyed, "reduced", editTime, Tumbling(time.Hour, 0), Behavior{}, countEdits()).Results, "reduced by window")
			feedEdits(t, g, in, test.edits, test.batch, Options{Workers: 2, MaxBatch: 1 << 20})
			checkHourly(t, hourlyLines(byWindow.Values()), want)
			checkHourly(t, hourlyLines(reduced.Values()), want)
		})
	}
}

// With the watermark from shifted_time, whose first 45 are absurd, and a cutoff of
// six hours: the greatest time makes nearly everything late, the median of recent
// times nothing.
func TestAbsurdTimesDoNotMoveARobustWatermark(t *testing.T) {
	edits, want := readEdits(t), hourlyGolden(t)
	for _, test := range []struct {
		recent, late int
	}{
		{0, 39239}, {64, 39180}, {128, 0}, {256, 0},
	} {
		t.Run(fmt.Sprint("recent ", test.recent), func(t *testing.T) {
			g := New("edits")
			in := NewFeed[edit](g, "edits")
			b := Behavior{
				Cutoff: Some(6 * time.Hour), KeepResults: true,
				Watermark: WatermarkOf(in.Stream(), "clock", editShifted, Watermark{Recent: test.recent}),
			}
			hours := WindowReduce(KeyBy(in.Stream(), editChannel), "hours", editTime, Tumbling(time.Hour, 0), b, countEdits())
			results, late := Collect(hours.Results, "results"), Collect(hours.Late, "late")
			feedEdits(t, g, in, edits, 1, Options{Workers: 1})
			if n := len(late.Values()); n != test.late || g.Status().Late["hours"] != uint64(n) {
				t.Errorf("%d edits are late, %v by the status, want %d", n, g.Status().Late, test.late)
			}
			if test.late == 0 {
				checkHourly(t, hourlyLines(results.Values()), want)
			}
		})
	}
}

// Windows over shifted_time itself: the absurd edits are in windows of their own,
// and nothing else is lost.
func TestAbsurdTimesLoseNothingElse(t *testing.T) {
	edits := readEdits(t)
	var sane []edit
	for _, e := range edits {
		if !e.absurd() {
			sane = append(sane, e)
		}
	}
	reference := func(edits []edit) []string {
		n := make(map[Windowed[string]]editsAdded)
		for _, e := range edits {
			k := Windowed[string]{Key: e.Channel, Start: e.Shifted - e.Shifted%Time(time.Hour)}
			n[k] = editsAdded{n[k].Edits + 1, n[k].Added + e.Added}
		}
		var list []Keyed[Windowed[string], editsAdded]
		for k, v := range n {
			list = append(list, Keyed[Windowed[string], editsAdded]{k, v})
		}
		return hourlyLines(list)
	}
	for _, test := range []struct{ recent, late int }{{0, 39199}, {256, 0}} {
		g := New("edits")
		in := NewFeed[edit](g, "edits")
		b := Behavior{Cutoff: Some(6 * time.Hour), KeepResults: true, Watermark: Watermark{Recent: test.recent}}
		hours := WindowReduce(KeyBy(in.Stream(), editChannel), "hours", editShifted, Tumbling(time.Hour, 0), b, countEdits())
		results, late := Collect(hours.Results, "results"), Collect(hours.Late, "late")
		feedEdits(t, g, in, edits, 20, Options{Workers: 2})
		lost := 0
		for _, e := range late.Values() {
			if !e.Value.absurd() {
				lost++
			}
		}
		if lost != test.late {
			t.Errorf("with a median of %d, %d sane edits are late, want %d", test.recent, lost, test.late)
		}
		if test.late == 0 {
			checkHourly(t, hourlyLines(results.Values()), reference(edits))
		}
	}
	if len(sane) != 39199 {
		t.Errorf("%d sane edits", len(sane))
	}
}
