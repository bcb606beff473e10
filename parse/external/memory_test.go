//go:build linux

package external_test

import (
	"strings"
	"testing"

	"ragserver/parse/external"
)

func TestCommandMemoryIsLimited(t *testing.T) {
	c := external.CommandConfig{Command: []string{"/bin/sh", "-c", "sleep 0.1; x=$(head -c 200000000 /dev/zero | tr '\\000' a); echo ${#x}"}, Memory: 64 << 20, MaxText: 1 << 30}
	got, err := command(t, c).Parse(t.Context(), input("x"))
	if err == nil {
		t.Errorf("got %d bytes and no error", len(got.Text))
	}
	c.Command[2] = "echo enough"
	if got := read(t, command(t, c)); strings.TrimSpace(got.Text) != "enough" {
		t.Errorf("got %q", got.Text)
	}
}
