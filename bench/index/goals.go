package main

import (
	"fmt"

	"ragserver/bench/measure"
)

// goals are the promises by what they are about.
func goals() map[string]measure.Target {
	g := map[string]measure.Target{}
	vectorGoals(g)
	textGoals(g)
	g["index of 100000 chunks, one chunk replaced, p99"] = measure.AtMost(1000)
	g["load 1000000 x 256, recall meanwhile"] = measure.AtLeast(0.98)
	g["start 1000000 x 256, until the first answers"] = measure.AtMost(2)
	g["start 1000000 x 256, recall of the first queries"] = measure.AtLeast(0.98)
	g["start 1000000 x 256, memory after 10,000 queries, anonymous"] = measure.AtMost(1000)
	return g
}

func vectorGoals(g map[string]measure.Target) {
	for name, least := range map[string][2]float64{"hnswlib": {1.8, 1.5}, "faiss": {1.6, 1.35}} {
		g["100000 x 256, queries at recall 0.95, "+name] = measure.TimesOrMore(least[0])
		g["100000 x 256, queries at recall 0.99, "+name] = measure.TimesOrMore(least[1])
		g["20000 x 1536, queries at recall 0.98, "+name] = measure.TimesOrMore(3)
	}
	sets := []string{"100000 x 256", "20000 x 384", "20000 x 1536", "real chunks, static 100000 x 256", "real chunks, hash 100000 x 256"}
	for _, set := range sets {
		g[set+", build, hnswlib"] = measure.TimesOrMore(1.8)
		g[set+", memory, hnswlib"] = measure.TimesOrLess(1.25)
		g[set+", recall at the defaults"] = measure.AtLeast(0.98)
	}
	for _, s := range []shape{clustered, isotropic, repeated} {
		set := string(s) + " 100000 x 256, "
		g[set+"recall at the defaults"] = measure.AtLeast(0.98)
		g[set+"rows not found by their own vectors"] = measure.AtMost(0)
	}
	for _, share := range filterShares() {
		for _, peer := range []string{"", ", hnswlib", ", faiss"} {
			g[filterName(share)+", recall"+peer] = measure.AtLeast(0.99)
		}
	}
	g["after the churn, recall at the defaults"] = measure.AtLeast(0.98)
}

func textGoals(g map[string]measure.Target) {
	sets := []string{"real text, 100000 chunks"}
	for _, n := range []int{20_000, 100_000} {
		sets = append(sets, fmt.Sprintf("%d passages", n), fmt.Sprintf("%d passages, stemmed", n))
	}
	for _, set := range sets {
		g[set+", indexing, tantivy"] = measure.TimesOrMore(1.5)
		for _, kind := range []string{"any word", "every word"} {
			g[set+", top 10 by "+kind+", tantivy"] = measure.TimesOrLess(0.5)
			for _, peer := range []string{"", ", tantivy"} {
				g[set+", top 10 by "+kind+", overlap with exact BM25"+peer] = measure.AtLeast(0.99)
			}
		}
		for _, peer := range []string{"", ", tantivy"} {
			g[set+", one added until found, p99"+peer] = measure.AtMost(1)
		}
	}
}
