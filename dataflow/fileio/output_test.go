package fileio

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ragserver/dataflow"
)

// sent runs a graph that writes batches to sink, one epoch each.
func sent[T any](t *testing.T, b dataflow.Backend, sink dataflow.Sink[T], batches ...[]dataflow.Delta[T]) error {
	t.Helper()
	g := dataflow.New("out")
	feed := dataflow.NewFeed[T](g, "in")
	dataflow.To(feed.Stream(), "out", sink)
	ran := make(chan error, 1)
	go func() { ran <- g.Run(t.Context(), dataflow.Options{Backend: b, Workers: 2}) }()
	for _, batch := range batches {
		ticket, err := feed.Send(t.Context(), dataflow.Batch[T]{Deltas: batch})
		if err == nil {
			err = g.Wait(t.Context(), ticket)
		}
		if err != nil {
			return errors.Join(err, <-ran)
		}
	}
	feed.Close()
	return <-ran
}

type deltas = []dataflow.Delta[pair]

// of returns a difference.
func of(word string, n, diff int) dataflow.Delta[pair] {
	return dataflow.Delta[pair]{Value: pair{word, n}, Diff: diff}
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

func TestChangesAreAddedUpAndSorted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	batches := []deltas{
		{of("b", 1, 1), of("a", 1, 1), of("b", 1, 2), of("c", 1, 1), of("c", 1, -1)},
		{of("x", 0, 1), of("x", 0, -1)},
		{of("a", 1, -1), of("q\"<,\n", 2, 1)},
	}
	for name, c := range map[string]struct {
		open func(Output) (*Changes[pair], error)
		want string
	}{
		"json": {ChangesJSON[pair], `{"word":"a","n":1,"epoch":1,"diff":1}
{"word":"b","n":1,"epoch":1,"diff":3}
{"word":"a","n":1,"epoch":3,"diff":-1}
{"word":"q\"<,\n","n":2,"epoch":3,"diff":1}
`},
		"csv": {ChangesCSV[pair], `word,n,epoch,diff
a,1,1,1
b,1,1,3
"q""<,
",2,3,1
a,1,3,-1
`},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.WriteFile(path, []byte("of another program"), 0o644))
			sink, err := c.open(Output{Path: path})
			must(t, err)
			must(t, sent(t, nil, dataflow.Sink[pair](sink), batches[0], batches[1], batches[2]))
			must(t, sink.Close())
			if d := cmp.Diff(c.want, textOf(t, path)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestValuesThatAreNoObjects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	sink, err := ChangesJSON[any](Output{Path: path})
	must(t, err)
	must(t, sent(t, nil, dataflow.Sink[any](sink), []dataflow.Delta[any]{{Value: "a}", Diff: 1}, {Value: struct{}{}, Diff: 2}, {Value: nil, Diff: 1}}))
	must(t, sink.Close())
	want := "{\"value\":\"a}\",\"epoch\":1,\"diff\":1}\n{\"value\":null,\"epoch\":1,\"diff\":1}\n{\"epoch\":1,\"diff\":2}\n"
	if d := cmp.Diff(want, textOf(t, path)); d != "" {
		t.Error(d)
	}
}

// TestGoingOn writes in two runs, between which something uncommitted is at the
// end of the file, or something committed is missing.
func TestGoingOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	b := dataflow.Memory()
	write := func(o Output, d ...dataflow.Delta[pair]) error {
		sink, err := ChangesCSV[pair](o)
		must(t, err)
		defer sink.Close()
		return sent(t, b, dataflow.Sink[pair](sink), d)
	}
	must(t, write(Output{Path: path}, of("a", 1, 1)))
	text := textOf(t, path)
	must(t, os.WriteFile(path, []byte(text+"not commit"), 0o644))
	must(t, write(Output{Path: path}, of("b", 2, 1)))
	if want := text + "b,2,2,1\n"; textOf(t, path) != want {
		t.Errorf("got %q, want %q", textOf(t, path), want)
	}
	moved := path + ".moved"
	must(t, os.Rename(path, moved))
	must(t, write(Output{Path: moved, Key: "fileio:" + path}, of("c", 3, 1)))
	if want := text + "b,2,2,1\nc,3,3,1\n"; textOf(t, moved) != want {
		t.Errorf("got %q, want %q", textOf(t, moved), want)
	}
	if err := write(Output{Path: path, Key: "fileio:" + path}); err == nil || !strings.Contains(err.Error(), "0 bytes, but") {
		t.Errorf("a file that is too short: %v", err)
	}
}

func TestSnapshotGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	b := dataflow.Memory()
	write := func(d ...dataflow.Delta[pair]) error {
		sink, err := SnapshotJSON[pair](Output{Path: path})
		must(t, err)
		return sent(t, b, dataflow.Sink[pair](sink), d)
	}
	must(t, write(of("b", 1, 2), of("a", 1, 1), of("late", 1, -1)))
	if want, got := "{\"word\":\"a\",\"n\":1}\n{\"word\":\"b\",\"n\":1}\n{\"word\":\"b\",\"n\":1}\n", textOf(t, path); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	must(t, os.WriteFile(path+".2.next", []byte("not committed"), 0o644))
	must(t, os.WriteFile(path+".b.next", []byte("of another program"), 0o644))
	must(t, write(of("b", 1, -1), of("late", 1, 2)))
	if want, got := "{\"word\":\"a\",\"n\":1}\n{\"word\":\"b\",\"n\":1}\n{\"word\":\"late\",\"n\":1}\n", textOf(t, path); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if left, _ := filepath.Glob(path + "*.next"); len(left) != 1 {
		t.Errorf("left %q", left)
	}
	must(t, os.WriteFile(path, []byte("{}\n"), 0o644))
	if err := write(); err == nil || !strings.Contains(err.Error(), "not the one that was committed") {
		t.Errorf("a file that was changed: %v", err)
	}
}

func TestOutputRefusals(t *testing.T) {
	type epoch struct {
		E int `json:"epoch" csv:"diff"`
	}
	errs := make(map[string]error)
	_, errs["Path is empty"] = ChangesJSON[pair](Output{})
	_, errs[`a field "epoch"`] = ChangesJSON[epoch](Output{Path: "x"})
	_, errs[`or "diff"`] = ChangesCSV[epoch](Output{Path: "x"})
	_, errs["cannot separate"] = SnapshotCSV[pair](Output{Path: "x", Comma: '\n'})
	_, errs["not a struct"] = SnapshotCSV[int](Output{Path: "x"})
	for want, err := range errs {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	sink, err := ChangesJSON[pair](Output{Path: filepath.Join(t.TempDir(), "no", "folder")})
	must(t, err)
	if err := sent(t, nil, dataflow.Sink[pair](sink)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// all has every kind of column.
type all struct {
	inner
	Text  string        `csv:"te xt"`
	Truth bool          `csv:"b"`
	Small int8          `csv:",x"`
	Big   uint64        `csv:"big"`
	Real  float64       `csv:"real"`
	When  time.Time     `csv:"when"`
	Maybe *string       `csv:"maybe"`
	Count *int          `csv:"count"`
	Skip  []int         `csv:"-"`
	Long  time.Duration `csv:"long"`
}

type inner struct{ Inner float32 }

func TestCSVRoundTrip(t *testing.T) {
	text, empty, n := "a\"b\r\n,c", "", -7
	rows := []all{
		{},
		{Text: " x", Truth: true, Small: math.MinInt8, Big: math.MaxUint64, Real: -1e-300, Maybe: &empty, Count: &n},
		{inner: inner{0.1}, Text: byteOrderMark + "\xff;", When: time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC), Maybe: &text, Long: -1},
		{Text: "two\nlines, \"quoted\"", Real: math.Inf(1)},
	}
	for _, comma := range []byte{',', ';', '\t'} {
		dir := t.TempDir()
		sink, err := SnapshotCSV[all](Output{Path: filepath.Join(dir, "f"), Comma: comma})
		must(t, err)
		var batch []dataflow.Delta[all]
		for _, r := range rows {
			batch = append(batch, dataflow.Delta[all]{Value: r, Diff: 1})
		}
		must(t, sent(t, nil, dataflow.Sink[all](sink), batch))
		g := dataflow.New("in")
		feed := dataflow.NewFeed[all](g, "in")
		var got gathered[all]
		dataflow.To(feed.Stream(), "out", dataflow.Sink[all](&got))
		r, err := ReadCSV(feed, Config{Path: dir, Static: true, Comma: comma, OnBad: func(b BadRow) { t.Error(b) }})
		must(t, err)
		ran := make(chan error, 1)
		go func() { ran <- g.Run(t.Context(), dataflow.Options{Static: true}) }()
		must(t, errors.Join(r.Run(t.Context()), <-ran))
		want := []all{rows[0], rows[1], rows[3], rows[2]} // by their bytes
		want[3].Maybe = pointer("a\"b\n,c")               // a line end in quotes is a newline
		sortRows := cmp.Transformer("", func(l []all) map[string]all {
			m := make(map[string]all)
			for _, r := range l {
				m[r.Text] = r
			}
			return m
		})
		if d := cmp.Diff(want, []all(got), cmp.AllowUnexported(all{}, inner{}), sortRows); d != "" {
			t.Errorf("comma %q: %s", comma, d)
		}
	}
}

func pointer[T any](v T) *T { return &v }

// gathered is a sink of insertions.
type gathered[T any] []T

func (s *gathered[T]) Write(_ *dataflow.Tx, _ dataflow.Epoch, batch []dataflow.Delta[T]) error {
	for _, d := range batch {
		*s = append(*s, d.Value)
	}
	return nil
}

func (s *gathered[T]) Committed(context.Context, dataflow.Epoch) error { return nil }
