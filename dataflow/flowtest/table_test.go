package flowtest_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
)

// everything has a column of every kind.
type everything struct {
	Text    string
	N       int
	Small   uint8 `json:"small_number,omitempty"`
	Ratio   float64
	Yes     bool
	Seen    time.Time
	At      dataflow.Time `flow:"event"`
	Lasts   time.Duration
	Perhaps dataflow.Optional[int]
	Pointer *string
	List    []string
	_       int // not exported: no column
}

func TestEveryKindOfCell(t *testing.T) {
	got, err := flowtest.Parse[everything](`
		text         | N  | small_number | ratio | yes  | seen                 | event                    | lasts | perhaps | pointer | list          | time | diff
		plain words  | -3 | 7            | 0.25  | true | 2015-09-12T00:46:58Z | 2015-09-12T00:46:58.771Z | 90s   | 4       | x       | ["a|b", "c"]  | 2    | -1

		"a|b \"c\" " |    |              | 1e300 |      | 2015-09-12           | 17                       |       | null    | null    | null          |      |
	`)
	if err != nil {
		t.Fatal(err)
	}
	x, at := "x", time.Date(2015, 9, 12, 0, 46, 58, 0, time.UTC)
	want := flowtest.Changes[everything]{
		{Time: 2, Diff: -1, Value: everything{
			Text: "plain words", N: -3, Small: 7, Ratio: 0.25, Yes: true, Seen: at, At: dataflow.At(at.Add(771 * time.Millisecond)),
			Lasts: 90 * time.Second, Perhaps: dataflow.Some(4), Pointer: &x, List: []string{"a|b", "c"},
		}},
		{Diff: +1, Value: everything{Text: `a|b "c" `, Ratio: 1e300, Seen: time.Date(2015, 9, 12, 0, 0, 0, 0, time.UTC), At: 17}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	const printed = `
text         | n  | small_number | ratio | yes   | seen                 | event                    | lasts | perhaps | pointer | list        | time | diff
"a|b \"c\" " | 0  | 0            | 1e+300 | false | 2015-09-12T00:00:00Z | 17                       | 0s    | null    | null    | null        | 0    | +1
plain words  | -3 | 7            | 0.25   | true  | 2015-09-12T00:46:58Z | 2015-09-12T00:46:58.771Z | 1m30s | 4       | x       | ["a|b","c"] | 2    | -1
`
	if got, want := squeezed(got.String()), squeezed(printed); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// squeezed makes one space of many.
func squeezed(s string) string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(s)) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

func TestColumnsOfNestedStructs(t *testing.T) {
	type window struct {
		Key        string
		Start, End int
	}
	type sum struct {
		Key  string // also that of the window: both need their full name
		Time int    // not the epoch
		Sum  float64
	}
	changes := flowtest.Changes[dataflow.Keyed[window, sum]]{
		{Value: dataflow.Keyed[window, sum]{Key: window{"a", 0, 10}, Value: sum{"b", 3, 0.5}}, Time: 1, Diff: 1},
	}
	const want = `
key.key | start | end | value.key | value.time | sum | time
a       | 0     | 10  | b         | 3          | 0.5 | 1`
	if got := strings.TrimSpace(changes.String()); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	flowtest.Want(t, changes, want)
}

func TestColumnsNamedTimeAndDiff(t *testing.T) {
	type step struct {
		Time dataflow.Time
		Diff dataflow.Optional[int]
	}
	flowtest.Want(t, flowtest.Changes[step]{{Value: step{5, dataflow.Some(7)}, Time: 2, Diff: -1}}, `
		time | diff | epoch | change
		5    | 7    | 2     | -1`)
}

func TestEmbeddedStructHasItsOwnColumns(t *testing.T) {
	type place struct{ City string }
	type person struct {
		place
		Name string
	}
	flowtest.Want(t, flowtest.Changes[person]{{Value: person{place{"Bonn"}, "Ada"}, Diff: 1}}, `
		city | name
		Bonn | Ada`)
}

func TestOrderOfRowsIsThatOfTheirValues(t *testing.T) {
	changes := flowtest.Changes[int]{{Value: 10, Time: 1, Diff: 1}, {Value: 9, Time: 1, Diff: 2}, {Value: 11, Diff: 1}, {Value: 9, Time: 1, Diff: -1}}
	const want = "value | time\n11    | 0\n9     | 1\n10    | 1\n"
	if got := changes.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsWrongWithATable(t *testing.T) {
	type pair struct{ A, B int }
	type inner struct{ X int }
	type nested struct{ Left, Right inner }
	parse := func(text string) error { _, err := flowtest.Parse[pair](text); return err }
	ambiguous := func(text string) error { _, err := flowtest.Parse[nested](text); return err }
	for name, c := range map[string]struct {
		parse      func(string) error
		text, want string
	}{
		"nothing":      {parse, "\n \n", `no line that names`},
		"short row":    {parse, "a | b\n1", `line 2 has 1 cells, and there are 2 columns`},
		"unknown":      {parse, "a | c", `there is no column "c"; there are "a", "b"`},
		"twice":        {parse, "a | A", `column "A" is there twice`},
		"not a number": {parse, "a\n\nx", `line 3, column a: "x" is not a int`},
		"epoch":        {parse, "a | time\n1 | noon", `line 2, column time: "noon" is not a whole number`},
		"quote":        {parse, `"a | b`, `line 1: a quote is not closed`},
		"two values":   {func(text string) error { _, err := flowtest.Parse[string](text); return err }, "a | b", `column "b" is there twice`},
		"bad string":   {func(text string) error { _, err := flowtest.Parse[string](text); return err }, "a\n\"x\"y", `is not a string in double quotes`},
		"ambiguous":    {ambiguous, "x", `column "x" can be any of "left.x", "right.x"`},
		"both names":   {func(text string) error { _, err := flowtest.Parse[struct{ Diff, Change int }](text); return err }, "diff", `needs another name`},
		"a date":       {func(text string) error { _, err := flowtest.Parse[time.Time](text); return err }, "at\nnoon", `"noon" is not a time such as`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestDiffMarksRows(t *testing.T) {
	got, err := flowtest.Parse[string]("v | time\na | 1\nb | 1\nc | 2")
	if err != nil {
		t.Fatal(err)
	}
	want, err := flowtest.Parse[string]("v | time | diff\na | 1 | +1\nb | 1 | +2\nd | 2 | +1")
	if err != nil {
		t.Fatal(err)
	}
	const text = `  value | time | diff
  a     | 1    | +1
+ b     | 1    | +1
- b     | 1    | +2
+ c     | 2    | +1
- d     | 2    | +1
`
	if diff := flowtest.Diff(got, want); diff != text {
		t.Errorf("got\n%s\nwant\n%s", diff, text)
	}
}

// FuzzParse checks that what can be read is read again as printed.
func FuzzParse(f *testing.F) {
	f.Add("text | n | time | diff\na | 1 | 2 | -1\n\"b|\" | 2 | 2 | 3")
	f.Add("ratio | perhaps | list | pointer\nNaN | null | [\"|\"] | \"null\"")
	f.Add("seen | event | lasts\n2015-09-12 | 99999999999999999 | 3ns")
	f.Fuzz(func(t *testing.T, text string) {
		once, err := flowtest.Parse[everything](text)
		if err != nil {
			return
		}
		if large(once) {
			return // a sum of diffs may overflow
		}
		again, err := flowtest.Parse[everything](once.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if diff := flowtest.Diff(again, once); diff != "" {
			t.Errorf("read again it is another:\n%s", diff)
		}
	})
}

func large(c flowtest.Changes[everything]) bool {
	sum := 0.0
	for _, change := range c {
		sum += math.Abs(float64(change.Diff))
	}
	return sum > 1<<60
}
