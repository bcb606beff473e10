package bm25

import (
	"fmt"
	"math"

	"ragserver/index/analyze"
)

// Config sets up a Leg. The zero value is usable.
type Config struct {
	K1 float64 // how soon a word's repetitions stop counting; default 1.2
	B  float64 // how much long texts are held back, 0 < B <= 1; default 0.75

	Boosts Boosts

	// Analyzer is a name that analyze.New knows; default analyze.Auto.
	Analyzer string
}

// Boosts say how often a word counts that stands in a place: with a title of 2,
// each word of the title counts like two in the body. A boost is a multiple of
// 1/16 up to 16; 0 means 1. With all of them 1 the three places are one text.
type Boosts struct {
	Title, Heading, Body float64
}

// boostUnit is the least boost.
const boostUnit = 1.0 / 16

// weights are what a word counts in each field, as whole numbers without a
// common divisor, and how many of them are one word in the body at boost 1.
type weights struct {
	field [fields]uint32
	unit  float64
}

// The places of a text.
const (
	title = iota
	heading
	body
	fields
)

func (c Config) withDefaults() Config {
	if c.K1 == 0 {
		c.K1 = 1.2
	}
	if c.B == 0 {
		c.B = 0.75
	}
	for _, b := range []*float64{&c.Boosts.Title, &c.Boosts.Heading, &c.Boosts.Body} {
		if *b == 0 {
			*b = 1
		}
	}
	if c.Analyzer == "" {
		c.Analyzer = analyze.Auto
	}
	return c
}

// check says what is wrong with c, and returns its boosts as weights.
func (c Config) check() (weights, error) {
	if !(c.K1 > 0 && c.K1 <= 1000) {
		return weights{}, fmt.Errorf("parameter K1 is %v, want more than 0 and at most 1000", c.K1)
	}
	if !(c.B > 0 && c.B <= 1) {
		return weights{}, fmt.Errorf("parameter B is %v, want more than 0 and at most 1", c.B)
	}
	var w weights
	var divisor uint32
	for i, b := range [fields]float64{c.Boosts.Title, c.Boosts.Heading, c.Boosts.Body} {
		n := b / boostUnit
		if !(n >= 1 && n <= 256) || n != math.Trunc(n) {
			return weights{}, fmt.Errorf("boost of the %s is %v, want a multiple of 1/16 up to 16", fieldName(i), b)
		}
		w.field[i] = uint32(n)
		divisor = gcd(w.field[i], divisor)
	}
	for i := range w.field {
		w.field[i] /= divisor
	}
	w.unit = 1 / boostUnit / float64(divisor)
	return w, nil
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func fieldName(field int) string { return [...]string{"title", "heading", "body"}[field] }

// setup names all that the files of a leg depend on.
func (c Config) setup() string {
	return fmt.Sprintf("bm25 1, %s, k1 %v, b %v, boosts %v", c.Analyzer, c.K1, c.B, c.Boosts)
}
