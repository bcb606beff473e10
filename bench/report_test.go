package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportShowsRatiosAndGoals(t *testing.T) {
	r := newReport()
	r.Setting = "a machine"
	r.set("ragserver", "initial indexing", "docs/s", 300)
	r.set("pathway", "initial indexing", "docs/s", 150)
	r.set("ragserver", "peak memory", "MB", 400)
	r.problem("pathway", "%d went wrong", 2)
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{
		"a machine",
		"| initial indexing (docs/s) | 300 | 150 | 2x | >= 1500 (missed) |",
		"| peak memory (MB) | 400 | - | - | <= 500 |",
		"- pathway: 2 went wrong",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestEveryGoalIsAboutSomethingMeasured(t *testing.T) {
	for _, n := range []string{"no filter, 32 clients", "glob of one document, 32 clients", "freshness, add, p50", "peak memory"} {
		if _, ok := goals()[n]; !ok {
			t.Errorf("%q has no goal", n)
		}
	}
}

func TestJSONHasNullForWhatWasNotMeasured(t *testing.T) {
	r := newReport()
	r.set("ragserver", "x", "ms", 1.5)
	file := filepath.Join(t.TempDir(), "report.json")
	if err := r.writeJSON(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			What      string
			Ragserver *float64
			Pathway   *float64
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 1 || got.Rows[0].Pathway != nil || got.Rows[0].Ragserver == nil || *got.Rows[0].Ragserver != 1.5 {
		t.Errorf("got %s", data)
	}
}

func TestReferenceIsSkippedWhereItIsNotInstalled(t *testing.T) {
	dir := t.TempDir()
	if installed("", "") || installed(dir, dir) {
		t.Error("an empty folder counts as the reference")
	}
}
