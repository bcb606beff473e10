package hnsw

import (
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

// open returns a leg that is closed when the test ends.
func open(t testing.TB, c Config) *Leg {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// The contract holds while all is compared, and while walks go through what is
// linked already.
func TestLeg(t *testing.T) {
	for name, c := range map[string]Config{
		"compared":           {},
		"walked":             {ExactBelow: 1},
		"walked, by width":   {ExactBelow: 1, EfSearch: 200},
		"linked by two, m 8": {ExactBelow: 1, EfSearch: 200, Builders: 2, M: 8},
	} {
		t.Run(name, func(t *testing.T) {
			recall := 0.0
			if c.ExactBelow == 1 {
				recall = 0.98
			}
			indextest.Run(t, indextest.Subject{
				Vector: true, Recall: recall,
				Open: func(t testing.TB, dir string) index.Leg {
					l, err := New(c)
					if err != nil {
						t.Fatal(err)
					}
					l.always = c.ExactBelow == 1
					return l
				},
			})
		})
	}
}
