package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets the test's own binary be the engine that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "program" {
		exit(new(program).serve(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func TestEverythingInASmallSize(t *testing.T) {
	dir := t.TempDir()
	corpus := filepath.Join("..", "..", "docs")
	o := options{what: "vectors,filters,churn,recall,text,real,apply,mixed,curves", corpus: corpus, json: filepath.Join(dir, "report.json"), plots: filepath.Join(dir, "plots"), vector: "hnsw", text: "bm25"}
	o.quick()
	if err := run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(o.json)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			What      string
			Ragserver *float64
		}
		Problems []string
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Problems) > 0 {
		t.Errorf("problems: %q", got.Problems)
	}
	figures := make(map[string]float64)
	for _, row := range got.Rows {
		if row.Ragserver == nil {
			t.Errorf("%s was not measured", row.What)
			continue
		}
		figures[row.What] = *row.Ragserver
		// So few vectors are compared one by one, and nothing is lost.
		exact := strings.Contains(row.What, "recall") && !strings.Contains(row.What, "queries at") || strings.Contains(row.What, "any word, overlap")
		if exact && *row.Ragserver != 1 {
			t.Errorf("%s: got %v, want 1", row.What, *row.Ragserver)
		}
		if strings.Contains(row.What, "not found") && *row.Ragserver != 0 {
			t.Errorf("%s: got %v, want 0", row.What, *row.Ragserver)
		}
	}
	for _, want := range []string{"1000 x 1536, build", "filter 0.001%, recall",
		"curve, 1000 chunks, query hybrid", "index of 1000 chunks, one chunk replaced, p99"} {
		if _, ok := figures[want]; !ok {
			t.Errorf("%q is not among the figures", want)
		}
	}
	for _, name := range []string{"query.svg", "update.svg"} {
		if plot, err := os.ReadFile(filepath.Join(o.plots, name)); err != nil || !bytes.Contains(plot, []byte("<polyline")) {
			t.Errorf("%s has no line: %v", name, err)
		}
	}
}

func TestALegIsSavedAndStarted(t *testing.T) {
	o := options{what: "load,start", json: filepath.Join(t.TempDir(), "report.json"), vector: "flat"}
	o.quick()
	if err := run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(o.json)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			What      string
			Ragserver float64
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	figures := make(map[string]float64)
	for _, row := range got.Rows {
		figures[row.What] = row.Ragserver
	}
	if figures["load 1000 x 256, recall meanwhile"] != 1 || figures["start 1000 x 256, recall of the first queries"] != 1 {
		t.Errorf("what is compared row by row was not all found: %v", figures)
	}
	if figures["start 1000 x 256, until the first answers"] <= 0 {
		t.Errorf("the start was not measured: %v", figures)
	}
}

func TestWhatCannotBeDone(t *testing.T) {
	for _, c := range []struct {
		o    options
		want string
	}{
		{options{what: "everything", most: 2000, passes: 1}, `"everything"`},
		{options{what: "vectors", most: 5, passes: 1}, "--most 5"},
		{options{what: "recall", most: 2000, passes: 1, queries: 5, vector: "none"}, "1 parts failed"},
	} {
		if err := run(context.Background(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want an error with %s", c.o, err, c.want)
		}
	}
}

func TestAProgramAnswersBadRequests(t *testing.T) {
	var out bytes.Buffer
	in := strings.NewReader(`{"op": "dance"}` + "\n" + `{"op": "open", "base": "none"}` + "\n")
	if err := new(program).serve(in, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "dance") || !strings.Contains(lines[1], "none") {
		t.Errorf("got %q", lines)
	}
}
