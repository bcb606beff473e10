package hybrid

import "ragserver/index"

// An Explanation says how a query was answered.
type Explanation struct {
	Fusion       Fusion
	Share        float64 // that counted: 0 for a query without a vector
	Rows         int     // chunks that the filter allows; all without one
	Candidates   int     // of both legs together
	Vector, Text LegExplanation
}

// A LegExplanation says what a leg did; all zero if it was not asked.
type LegExplanation struct {
	Plan       index.Plan // of the search that counted
	Searches   int        // more than 1 if the leg was asked for more than at first
	Candidates int
}
