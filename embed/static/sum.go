package static

import (
	"context"
	"math"

	"ragserver/embed/wordpiece"
)

// A sum counts the tokens of one text at a time.
type sum struct {
	counts []uint32 // by token; all 0 between texts
	seen   []uint32 // the tokens whose count is not 0, in the order of the text
}

// breath is after how many tokens, some milliseconds, a long text looks whether
// it is still wanted.
const breath = 1 << 16

// count counts the tokens of text. If ctx is done it stops, with s empty.
func (s *sum) count(ctx context.Context, tokens *wordpiece.Tokenizer, text string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n := 0
	for id := range tokens.Tokens(text) {
		if s.counts[id] == 0 {
			s.seen = append(s.seen, id)
		}
		s.counts[id]++
		if n++; n%breath == 0 && ctx.Err() != nil {
			s.clear()
			return ctx.Err()
		}
	}
	return nil
}

func (s *sum) clear() {
	for _, id := range s.seen {
		s.counts[id] = 0
	}
	s.seen = s.seen[:0]
}

// damped returns count^0.75: the weight of a word that is repeated.
func damped(count uint32) float32 {
	if count == 1 {
		return 1
	}
	return float32(math.Sqrt(float64(count) * math.Sqrt(float64(count))))
}

// addRowGo adds w times row to v. The product is rounded before it is added, so
// that every processor gets the same sum.
func addRowGo(v *[dims]float32, row *[dims]int8, w float32) {
	for i := 0; i < dims; i += 4 {
		v[i] += float32(w * float32(row[i]))
		v[i+1] += float32(w * float32(row[i+1]))
		v[i+2] += float32(w * float32(row[i+2]))
		v[i+3] += float32(w * float32(row[i+3]))
	}
}
