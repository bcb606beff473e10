package main

import "testing"

func TestEveryGoalIsAboutSomethingMeasured(t *testing.T) {
	for _, n := range []string{"no filter, 32 clients", "glob of one document, 32 clients", "freshness, add, p50", "peak memory"} {
		if _, ok := goals()[n]; !ok {
			t.Errorf("%q has no goal", n)
		}
	}
}

func TestReferenceIsSkippedWhereItIsNotInstalled(t *testing.T) {
	dir := t.TempDir()
	if installed("", "") || installed(dir, dir) {
		t.Error("an empty folder counts as the reference")
	}
}
