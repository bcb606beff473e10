package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// A report is the table of all figures, in the order in which they came.
type report struct {
	Setting  string   `json:"setting"`
	Rows     []*row   `json:"rows"`
	Problems []string `json:"problems"` // wrong answers, and what was not measured
}

// A row is one thing measured.
type row struct {
	What   string  `json:"what"`
	Unit   string  `json:"unit"`
	Ours   figure  `json:"ragserver"`
	Theirs figure  `json:"pathway"`
	Goal   *target `json:"goal,omitempty"`
}

// A figure is NaN where nothing was measured.
type figure float64

// MarshalJSON implements json.Marshaler: what was not measured is null.
func (f figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// A target is what docs/architecture.md promises.
type target struct {
	Value float64 `json:"value"`
	More  bool    `json:"more"` // more is better
}

func (t target) String() string {
	if t.More {
		return fmt.Sprintf(">= %g", t.Value)
	}
	return fmt.Sprintf("<= %g", t.Value)
}

func (t target) met(v float64) bool {
	if t.More {
		return v >= t.Value
	}
	return v <= t.Value
}

// goals are the promises by what they are about.
func goals() map[string]target {
	g := map[string]target{
		"initial indexing":                            {1500, true},
		"no filter, 1 client, p50":                    {1, false},
		"peak memory":                                 {500, false},
		"restart after kill -9, until searchable":     {2, false},
		"restart after kill -9, texts embedded again": {0, false},
		"empty start, until it answers":               {50, false},
		"empty start, memory":                         {30, false},
	}
	for _, kind := range []string{"add", "modify", "delete"} {
		g["freshness, "+kind+", p50"] = target{20, false}
		g["freshness, "+kind+", p95"] = target{60, false}
	}
	for _, f := range append([]filter{oneDocument}, filters...) {
		g[f.name+", 32 clients"] = target{6000, true}
	}
	return g
}

func newReport() *report { return &report{Problems: []string{}} }

// set notes a figure of a server.
func (r *report) set(server, what, unit string, value float64) {
	at := r.row(what, unit)
	if server == "ragserver" {
		at.Ours = figure(value)
	} else {
		at.Theirs = figure(value)
	}
}

func (r *report) row(what, unit string) *row {
	for _, old := range r.Rows {
		if old.What == what {
			return old
		}
	}
	added := &row{What: what, Unit: unit, Ours: figure(math.NaN()), Theirs: figure(math.NaN())}
	if goal, ok := goals()[what]; ok {
		added.Goal = &goal
	}
	r.Rows = append(r.Rows, added)
	return added
}

// problem notes what went wrong with a server.
func (r *report) problem(server, format string, args ...any) {
	text := server + ": " + fmt.Sprintf(format, args...)
	fmt.Println("  ! " + text)
	r.Problems = append(r.Problems, text)
}

// print writes the table as Markdown.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n\n", r.Setting)
	fmt.Fprintln(w, "| what | ragserver | pathway | ratio | goal |")
	fmt.Fprintln(w, "|---|---|---|---|---|")
	for _, row := range r.Rows {
		goal := ""
		if row.Goal != nil {
			goal = row.Goal.String()
			if !row.Goal.met(float64(row.Ours)) {
				goal += " (missed)"
			}
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", row.title(), row.Ours, row.Theirs, row.ratio(), goal)
	}
	if len(r.Problems) > 0 {
		fmt.Fprintf(w, "\nNot as it should be:\n- %s\n", strings.Join(r.Problems, "\n- "))
	}
}

func (r *row) title() string {
	if r.Unit == "" {
		return r.What
	}
	return r.What + " (" + r.Unit + ")"
}

func (f figure) String() string {
	v := float64(f)
	switch {
	case math.IsNaN(v):
		return "-"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// ratio is our figure as a multiple of the reference's.
func (r *row) ratio() string {
	q := float64(r.Ours) / float64(r.Theirs)
	if math.IsNaN(q) || math.IsInf(q, 0) {
		return "-"
	}
	return figure(q).String() + "x"
}

func (r *report) writeJSON(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}
