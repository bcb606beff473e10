package main

import (
	"ragserver/configs"
	"ragserver/index"
)

// addCoderHNSW adds nothing: coder/hnsw does not build on Windows.
func addCoderHNSW(*configs.Kinds[index.Leg]) {}
