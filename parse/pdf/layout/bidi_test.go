package layout

import "testing"

func TestLogicalOrder(t *testing.T) {
	for visual, want := range map[string]string{
		"plain text":                    "plain text",
		"םולש":                          "שלום",
		"םלוע םולש":                     "שלום עולם",
		"2026 תנש":                      "שנת 2026",
		"say םלוע םולש x y z and so on": "say שלום עולם x y z and so on",
	} {
		if got := logical(visual); got != want {
			t.Errorf("%q: got %q, want %q", visual, got, want)
		}
	}
}
