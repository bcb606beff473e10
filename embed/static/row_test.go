package static

import (
	"math/rand/v2"
	"testing"
)

// TestRowsAddUpAlike sees that vectors do not depend on the processor.
func TestRowsAddUpAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var fast, slow [dims]float32
	for range 100 {
		var row [dims]int8
		for i := range row {
			row[i] = int8(r.Uint32())
		}
		w := r.Float32()
		addRow(&fast, &row, w)
		addRowGo(&slow, &row, w)
	}
	if fast != slow {
		t.Errorf("got %v, want %v", fast, slow)
	}
}

func TestPunctuationIsThatOfTheModelCard(t *testing.T) {
	e, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for id := range uint32(e.tokens.Len()) {
		n += int(e.single[id/64] >> (id % 64) & 1)
	}
	if n != 183 {
		t.Errorf("got %d tokens of punctuation, want 183", n)
	}
}
