package bleve

import (
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	indextest.Run(t, indextest.Subject{
		Open: func(t testing.TB, dir string) index.Leg { return open(t, Config{Dir: dir}) },
	})
}

func open(t testing.TB, c Config) *Leg {
	t.Helper()
	l, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
