package main

import "ragserver/bench/measure"

// goals are the promises by what they are about.
func goals() map[string]measure.Target {
	g := map[string]measure.Target{}
	for name, least := range map[string][2]float64{"hnswlib": {1.8, 1.5}, "faiss": {1.6, 1.35}} {
		g["100000 x 256, queries at recall 0.95, "+name] = measure.TimesOrMore(least[0])
		g["100000 x 256, queries at recall 0.99, "+name] = measure.TimesOrMore(least[1])
		g["20000 x 1536, queries at recall 0.98, "+name] = measure.TimesOrMore(3)
	}
	for _, size := range []string{"100000 x 256", "20000 x 384", "20000 x 1536"} {
		g[size+", build, hnswlib"] = measure.TimesOrMore(1.8)
		g[size+", memory, hnswlib"] = measure.TimesOrLess(1.25)
		g[size+", recall at the defaults"] = measure.AtLeast(0.98)
	}
	return g
}
