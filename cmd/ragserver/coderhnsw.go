//go:build !windows

package main

import (
	"ragserver/configs"
	"ragserver/index"
	"ragserver/index/coderhnsw"
)

// addCoderHNSW adds the graph of coder/hnsw, which does not build on Windows.
func addCoderHNSW(k *configs.Kinds[index.Leg]) {
	configs.Add(k, "coderhnsw", func(c coderhnsw.Config) (index.Leg, error) { return coderhnsw.New(c) })
}
