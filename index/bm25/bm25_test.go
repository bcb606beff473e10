package bm25

import (
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	indextest.Run(t, indextest.Subject{
		Open: func(t testing.TB, _ string) index.Leg { return open(t, Config{}) },
	})
}

func open(t testing.TB, c Config) *Leg {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
