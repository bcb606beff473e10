//go:build linux

package isolate_test

import (
	"errors"
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
