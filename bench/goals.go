package main

import "ragserver/bench/measure"

// goals are the promises by what they are about.
func goals() map[string]measure.Target {
	g := map[string]measure.Target{
		"initial indexing":                            measure.AtLeast(1500),
		"no filter, 1 client, p50":                    measure.AtMost(1),
		"peak memory":                                 measure.AtMost(500),
		"restart after kill -9, until searchable":     measure.AtMost(2),
		"restart after kill -9, texts embedded again": measure.AtMost(0),
		"empty start, until it answers":               measure.AtMost(50),
		"empty start, memory":                         measure.AtMost(30),
	}
	for _, kind := range []string{"add", "modify", "delete"} {
		g["freshness, "+kind+", p50"] = measure.AtMost(20)
		g["freshness, "+kind+", p95"] = measure.AtMost(60)
	}
	for _, f := range append([]filter{oneDocument}, filters...) {
		g[f.name+", 32 clients"] = measure.AtLeast(6000)
	}
	return g
}
