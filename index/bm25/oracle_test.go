package bm25

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	gocmp "github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// An oracle knows the words of chunks by row and field, and searches by looking
// at all of them.
type oracle struct {
	config Config
	texts  map[index.Row][fields][]string
}

func newOracle(c Config) *oracle {
	return &oracle{c.withDefaults(), make(map[index.Row][fields][]string)}
}

func (o *oracle) add(row index.Row, t index.Text) {
	o.texts[row] = [fields][]string{strings.Fields(t.Title), strings.Fields(t.Heading), strings.Fields(t.Body)}
}

func (o *oracle) boosts() [fields]float64 {
	b := o.config.Boosts
	return [fields]float64{b.Title, b.Heading, b.Body}
}

func (o *oracle) length(row index.Row) (sum float64) {
	for i, words := range o.texts[row] {
		sum += o.boosts()[i] * float64(len(words))
	}
	return sum
}

// worth returns BM25 of one word in every row, as the formula says.
func (o *oracle) worth(word string) map[index.Row]float64 {
	total := 0.0
	counts := make(map[index.Row]float64)
	for row, text := range o.texts {
		total += o.length(row)
		for i, words := range text {
			for _, w := range words {
				if w == word {
					counts[row] += o.boosts()[i]
				}
			}
		}
	}
	n, df := float64(len(o.texts)), float64(len(counts))
	mean := total / n
	idf := math.Log1p((n - df + 0.5) / (df + 0.5))
	worth := make(map[index.Row]float64)
	for row, tf := range counts {
		norm := o.config.K1 * (1 - o.config.B + o.config.B*o.length(row)/mean)
		worth[row] = idf * (o.config.K1 + 1) * tf / (tf + norm)
	}
	return worth
}

// score returns the scores of all rows for words.
func (o *oracle) score(words ...string) map[index.Row]float64 {
	scores := make(map[index.Row]float64)
	for _, w := range words {
		for row, s := range o.worth(w) {
			scores[row] += s
		}
	}
	return scores
}

// zipf returns n words, low numbers more often than high ones. No analyzer
// changes them.
func zipf(rng *rand.Rand, n, words int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("w%dx", int(math.Pow(float64(words), rng.Float64()))-1)
	}
	return strings.Join(out, " ")
}

func text(rng *rand.Rand, words int) index.Text {
	return index.Text{
		Title:    zipf(rng, rng.IntN(3), words),
		Heading:  zipf(rng, rng.IntN(4), words),
		Body:     zipf(rng, rng.IntN(40)*rng.IntN(3), words),
		Language: []string{"", "en", "de", "xx"}[rng.IntN(4)],
	}
}

// A history is a leg, what it should hold, and who has which row.
type history struct {
	rng   *rand.Rand
	leg   *Leg
	want  *oracle
	epoch rag.Epoch
	rows  int
	ids   map[index.Row]int
	next  int
}

func newHistory(t testing.TB, c Config, rows int) *history {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return &history{rng: rand.New(rand.NewPCG(seed, 0)), leg: open(t, c), want: newOracle(c), rows: rows, ids: make(map[index.Row]int)}
}

// step changes up to n rows: it removes what is there, and most often adds.
func (h *history) step(t testing.TB, n int) {
	t.Helper()
	var changes []index.Change
	touched := make(map[index.Row]bool)
	for range n {
		row := index.Row(h.rng.IntN(h.rows))
		if touched[row] {
			continue
		}
		touched[row] = true
		if id, ok := h.ids[row]; ok {
			changes = append(changes, index.Change{Row: row, ID: indextest.ID(id), Diff: -1})
			delete(h.ids, row)
			delete(h.want.texts, row)
		}
		if h.rng.IntN(4) > 0 {
			h.next++
			x := text(h.rng, 600)
			changes = append(changes, index.Change{Row: row, ID: indextest.ID(h.next), Diff: 1, Text: x})
			h.ids[row] = h.next
			h.want.add(row, x)
		}
	}
	h.epoch++
	if err := h.leg.Apply(t.Context(), h.epoch, changes); err != nil {
		t.Fatal(err)
	}
}

// reload saves the leg and goes on with what was saved.
func (h *history) reload(t testing.TB, c Config, last string) string {
	t.Helper()
	dir := t.TempDir()
	s := h.leg.Snapshot()
	defer s.Close()
	if err := h.leg.Save(t.Context(), s, dir, last); err != nil {
		t.Fatal(err)
	}
	if err := h.leg.Close(); err != nil {
		t.Fatal(err)
	}
	h.leg = open(t, c)
	if err := h.leg.Load(t.Context(), dir, h.epoch); err != nil {
		t.Fatal(err)
	}
	return dir
}

// compare asks a question, among all rows or some.
func (h *history) compare(t testing.TB) {
	t.Helper()
	words := strings.Fields(zipf(h.rng, 1+h.rng.IntN(8), 650))
	q := index.Query{Text: strings.Join(words, " "), K: 1 + h.rng.IntN(120), Syntax: h.rng.IntN(3) == 0}
	if n := h.rng.IntN(4); n > 0 {
		q.Rows = roaring.New()
		for range n * n * h.rows / 12 {
			q.Rows.Add(uint32(h.rng.IntN(h.rows + 10)))
		}
	}
	h.check(t, q, h.want.score(words...))
}

// check compares all that the leg says to a question with what it should say.
func (h *history) check(t testing.TB, q index.Query, want map[index.Row]float64) {
	t.Helper()
	s := h.leg.Snapshot()
	defer s.Close()
	if s.Len() != len(h.want.texts) {
		t.Fatalf("Len = %d, want %d", s.Len(), len(h.want.texts))
	}
	all := make([]index.Row, h.rows+10)
	for i := range all {
		all[i] = index.Row(i)
	}
	h.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	found, scores, err := index.SearchScore(t.Context(), s, q, all)
	if err != nil {
		t.Fatal(err)
	}
	var best []index.Scored
	for i, row := range all {
		if math.Abs(scores[i]-want[row]) > 1e-5*max(1, want[row]) {
			t.Fatalf("%q: row %d scores %v, want %v", q.Text, row, scores[i], want[row])
		}
		if scores[i] > 0 && (q.Rows == nil || q.Rows.Contains(row)) {
			best = append(best, index.Scored{Row: row, Score: scores[i]})
		}
	}
	slices.SortFunc(best, func(a, b index.Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row))
	})
	if diff := gocmp.Diff(best[:min(q.K, len(best))], found); diff != "" && len(best)+len(found) > 0 {
		t.Fatalf("%q, k %d: (-want +got)\n%s", q.Text, q.K, diff)
	}
}

// settle waits until there is nothing to seal or merge.
func (l *Leg) settle() {
	for {
		for i := range l.lanes {
			l.lanes[i].work.Wait()
		}
		l.mu.Lock()
		busy := l.lanes[sealing].cancel != nil || l.lanes[merging].cancel != nil
		l.mu.Unlock()
		if !busy {
			return
		}
	}
}

// parts counts the heads and segments.
func (l *Leg) parts() (heads, segments int) {
	for _, p := range l.view.Load().parts {
		if _, ok := p.part.(*head); ok {
			heads++
		} else {
			segments++
		}
	}
	return heads, segments
}

func TestAnyHistoryScoresLikeTheFormula(t *testing.T) {
	for _, c := range []Config{{}, {K1: 0.9, B: 0.4, Boosts: Boosts{Title: 2.5, Heading: 1.5}}} {
		h := newHistory(t, c, 3000)
		last := ""
		for i, n := range []int{3500, 1, 2000, 200, 1, 1, 2000, 1, 50, 1500, 1, 1} {
			h.step(t, n)
			h.compare(t)
			switch i % 4 {
			case 1:
				h.leg.settle()
			case 3:
				last = h.reload(t, c, last)
			}
			for range 3 {
				h.compare(t)
			}
		}
		if _, segments := h.leg.parts(); segments == 0 {
			t.Error("there was no segment to search in")
		}
		h.leg.Close()
	}
}

// TestMergesLoseNothing has changes before, after and, if it comes so, during
// merges. In the end a leg that never had anything else says the same to the last
// bit.
func TestMergesLoseNothing(t *testing.T) {
	h := newHistory(t, Config{}, 3000)
	last := ""
	for i := range 12 {
		h.step(t, 400)
		h.step(t, 1)
		last = h.reload(t, Config{}, last)
		h.step(t, 200)
		h.compare(t)
		if i%3 == 2 {
			h.leg.settle()
			h.compare(t)
		}
	}
	h.leg.settle()
	defer h.leg.Close()
	if heads, segments := h.leg.parts(); heads > 1 || segments == 0 || segments >= mergeAt {
		t.Errorf("%d heads and %d segments are left", heads, segments)
	}
	fresh := open(t, Config{})
	defer fresh.Close()
	var changes []index.Change
	for row, id := range h.ids {
		changes = append(changes, index.Change{Row: row, ID: indextest.ID(id), Diff: 1, Text: h.want.text(row)})
	}
	apply(t, fresh, 1, changes...)
	for range 10 {
		q := index.Query{Text: zipf(h.rng, 5, 600), K: 50}
		want, errWant := fresh.Snapshot().Search(t.Context(), q)
		got, err := h.leg.Snapshot().Search(t.Context(), q)
		if diff := gocmp.Diff(want, got); diff != "" || err != nil || errWant != nil {
			t.Fatalf("%q: %v, %v (-fresh +history)\n%s", q.Text, err, errWant, diff)
		}
	}
}

// text returns the text of a row.
func (o *oracle) text(row index.Row) index.Text {
	x := o.texts[row]
	return index.Text{Title: strings.Join(x[title], " "), Heading: strings.Join(x[heading], " "), Body: strings.Join(x[body], " ")}
}

// TestHeadsAreSealed has enough chunks for it.
func TestHeadsAreSealed(t *testing.T) {
	h := newHistory(t, Config{}, 40_000)
	defer h.leg.Close()
	for range 3 {
		h.step(t, 12_000)
		h.step(t, 200)
		h.compare(t)
	}
	h.leg.settle()
	h.compare(t)
	if heads, segments := h.leg.parts(); heads > 2 || segments == 0 {
		t.Errorf("%d heads and %d segments are left", heads, segments)
	}
}
