package layout

import (
	"math"
	"strings"
	"unicode"
)

// A running is what a running header or footer is known by: its words, with all
// numbers alike, and its height on the page.
type running struct {
	text string
	y    int // in steps of nearly a line
}

// A repetition holds the lines that stand at the same place of many pages.
type repetition struct {
	first map[running]int // the page where each is left
}

const (
	edge       = 0.12 // of the height of a page may be headers, and as much footers
	fewest     = 5    // pages with the same line
	runningMax = 120  // bytes of such a line
	step       = 6.0  // points
)

// repeated finds running headers and footers: lines near the top or bottom of at
// least five pages and of a third of all.
func (d *Document) repeated() repetition {
	out := repetition{first: map[running]int{}}
	if len(d.pages) < fewest {
		return out
	}
	counts := map[running]int{}
	first := map[running]int{}
	for _, p := range d.pages {
		seen := map[running]bool{}
		for _, b := range p.blocks {
			for _, l := range b.lines {
				k, ok := p.running(l)
				if !ok || seen[k] {
					continue
				}
				seen[k] = true
				counts[k]++
				if _, ok := first[k]; !ok {
					first[k] = p.Number
				}
			}
		}
	}
	for k, n := range counts {
		if n >= fewest && n*3 >= len(d.pages) {
			out.first[k] = first[k]
		}
	}
	return out
}

// running returns what l is known by; false if it cannot be a running line.
func (p Page) running(l line) (running, bool) {
	box := p.seen(l.box())
	if len(l.text) > runningMax || box.Bottom == 0 || box.Top > edge && box.Bottom < 1-edge {
		return running{}, false
	}
	return running{numberless(l.text), int(math.Round(float64(box.Top) * (p.View.Y1 - p.View.Y0) / step))}, true
}

// numberless returns s with each number as "#".
func numberless(s string) string {
	var b strings.Builder
	number := false
	for _, r := range s {
		digit := unicode.IsDigit(r)
		if !digit {
			b.WriteRune(r)
		} else if !number {
			b.WriteByte('#')
		}
		number = digit
	}
	return b.String()
}

// without returns b without its running lines. Their words stay where they are
// read first; a mere number does not.
func (r repetition) without(b block, p laid) block {
	if len(r.first) == 0 {
		return b
	}
	var kept []line
	for _, l := range b.lines {
		k, ok := p.running(l)
		if !ok {
			kept = append(kept, l)
			continue
		}
		first, dropped := r.first[k]
		if !dropped || first == p.Number && strings.ContainsFunc(k.text, unicode.IsLetter) {
			kept = append(kept, l)
		}
	}
	b.lines = kept
	return b
}
