//go:build linux && !race

// The race detector has stacks and memory of its own.

package isolate_test

import (
	"errors"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/isolate"
)

func TestSwollenHeapCostsOneDocument(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1, Memory: 400 << 20})
	if _, err := ask(t, p, "swell"); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got error %v, want %v", err, parse.ErrLimit)
	}
	if got, err := ask(t, p, "next"); err != nil || got.Text != "next" {
		t.Errorf("got %q, error %v", got.Text, err)
	}
}

func TestEndlessRecursionCostsOneDocument(t *testing.T) {
	p := open(t, isolate.Config{Workers: 1})
	if _, err := ask(t, p, "overflow"); err == nil || !strings.Contains(err.Error(), "parser crashed: stack overflow") {
		t.Errorf("got error %v", err)
	}
}
