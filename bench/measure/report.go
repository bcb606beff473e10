package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// A Report is the table of all figures, in the order in which they came.
type Report struct {
	Setting   string   `json:"setting"`
	Reference string   `json:"-"` // title of what it is compared with, default "pathway"
	Rows      []*Row   `json:"rows"`
	Problems  []string `json:"problems"` // wrong answers, and what was not measured

	goals map[string]Target
}

// A Row is one thing measured.
type Row struct {
	What   string  `json:"what"`
	Unit   string  `json:"unit"`
	Ours   Figure  `json:"ragserver"`
	Theirs Figure  `json:"reference"`
	Goal   *Target `json:"goal,omitempty"`
}

// A Figure is NaN where nothing was measured.
type Figure float64

// MarshalJSON implements json.Marshaler: what was not measured is null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// A Target is what a figure shall be.
type Target struct {
	Value float64 `json:"value"`
	More  bool    `json:"more"`  // more is better
	Times bool    `json:"times"` // Value is a multiple of the reference's figure
}

// AtLeast is a goal for what should be large, AtMost for what should be small.
func AtLeast(v float64) Target { return Target{Value: v, More: true} }
func AtMost(v float64) Target  { return Target{Value: v} }

// TimesOrMore is a goal for a figure as a multiple of the reference's,
// TimesOrLess for one that should be small.
func TimesOrMore(v float64) Target { return Target{Value: v, More: true, Times: true} }
func TimesOrLess(v float64) Target { return Target{Value: v, Times: true} }

func (t Target) String() string {
	sign, unit := "<=", ""
	if t.More {
		sign = ">="
	}
	if t.Times {
		unit = "x"
	}
	return fmt.Sprintf("%s %g%s", sign, t.Value, unit)
}

// missed tells whether what was measured is not as it should be.
func (t Target) missed(ours, theirs float64) bool {
	if t.Times {
		ours /= theirs
	}
	return t.More && ours < t.Value || !t.More && ours > t.Value
}

// NewReport returns an empty report that knows the goals by what they are about.
func NewReport(goals map[string]Target) *Report {
	return &Report{Reference: "pathway", Problems: []string{}, goals: goals}
}

// Goal adds a goal for what is not measured yet.
func (r *Report) Goal(what string, t Target) {
	if r.goals == nil {
		r.goals = make(map[string]Target)
	}
	r.goals[what] = t
}

// Set notes a Figure of a server.
func (r *Report) Set(server, what, unit string, value float64) {
	at := r.row(what, unit)
	if server == "ragserver" {
		at.Ours = Figure(value)
	} else {
		at.Theirs = Figure(value)
	}
}

func (r *Report) row(what, unit string) *Row {
	for _, old := range r.Rows {
		if old.What == what {
			return old
		}
	}
	added := &Row{What: what, Unit: unit, Ours: Figure(math.NaN()), Theirs: Figure(math.NaN())}
	if goal, ok := r.goals[what]; ok {
		added.Goal = &goal
	}
	r.Rows = append(r.Rows, added)
	return added
}

// Problem notes what went wrong with a server.
func (r *Report) Problem(server, format string, args ...any) {
	text := server + ": " + fmt.Sprintf(format, args...)
	fmt.Println("  ! " + text)
	r.Problems = append(r.Problems, text)
}

// Print writes the table as Markdown.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n\n", r.Setting)
	fmt.Fprintf(w, "| what | ragserver | %s | ratio | goal |\n", r.Reference)
	fmt.Fprintln(w, "|---|---|---|---|---|")
	for _, row := range r.Rows {
		goal := ""
		if row.Goal != nil {
			goal = row.Goal.String()
			if row.Goal.missed(float64(row.Ours), float64(row.Theirs)) {
				goal += " (missed)"
			}
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", row.title(), row.Ours, row.Theirs, row.ratio(), goal)
	}
	if len(r.Problems) > 0 {
		fmt.Fprintf(w, "\nNot as it should be:\n- %s\n", strings.Join(r.Problems, "\n- "))
	}
}

func (r *Row) title() string {
	if r.Unit == "" {
		return r.What
	}
	return r.What + " (" + r.Unit + ")"
}

func (f Figure) String() string {
	v := float64(f)
	switch {
	case math.IsNaN(v):
		return "-"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// ratio is our Figure as a multiple of the reference's.
func (r *Row) ratio() string {
	q := float64(r.Ours) / float64(r.Theirs)
	if math.IsNaN(q) || math.IsInf(q, 0) {
		return "-"
	}
	return Figure(q).String() + "x"
}

// WriteJSON writes the report to a file.
func (r *Report) WriteJSON(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
