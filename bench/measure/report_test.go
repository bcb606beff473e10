package measure

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportShowsRatiosAndGoals(t *testing.T) {
	r := NewReport(map[string]Target{"initial indexing": AtLeast(1500), "peak memory": AtMost(500), "updates": TimesOrLess(0.1), "batch": TimesOrMore(2)})
	r.Setting = "a machine"
	r.Set("ragserver", "initial indexing", "docs/s", 300)
	r.Set("pathway", "initial indexing", "docs/s", 150)
	r.Set("ragserver", "peak memory", "MB", 400)
	r.Set("ragserver", "updates", "ms", 30)
	r.Set("pathway", "updates", "ms", 250)
	r.Set("ragserver", "batch", "rows/s", 30)
	r.Set("pathway", "batch", "rows/s", 10)
	r.Goal("lines", AtLeast(5))
	r.Set("ragserver", "lines", "", 4)
	r.Problem("pathway", "%d went wrong", 2)
	var out strings.Builder
	r.Print(&out)
	for _, want := range []string{
		"a machine",
		"| initial indexing (docs/s) | 300 | 150 | 2x | >= 1500 (missed) |",
		"| peak memory (MB) | 400 | - | - | <= 500 |",
		"| updates (ms) | 30 | 250 | 0.12x | <= 0.1x (missed) |",
		"| batch (rows/s) | 30 | 10 | 3x | >= 2x |",
		"| lines | 4 | - | - | >= 5 (missed) |",
		"- pathway: 2 went wrong",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestJSONHasNullForWhatWasNotMeasured(t *testing.T) {
	r := NewReport(nil)
	r.Set("ragserver", "x", "ms", 1.5)
	file := filepath.Join(t.TempDir(), "report.json")
	if err := r.WriteJSON(file); err != nil {
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
			Reference *float64
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 1 || got.Rows[0].Reference != nil || got.Rows[0].Ragserver == nil || *got.Rows[0].Ragserver != 1.5 {
		t.Errorf("got %s", data)
	}
}
