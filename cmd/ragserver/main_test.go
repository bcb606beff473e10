package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ragserver/parse/formats"
	"ragserver/parse/isolate"
)

var (
	histories = flag.Int("histories", 6, "random histories of a folder to try")
	seed      = flag.Uint64("seed", 0, "try the one history of this seed")
	trace     = flag.String("trace", "", "folder with prometheus-docs.jsonl.gz and prometheus-docs.final.json to replay in full")
)

// TestMain lets this binary be the program that it tests: called by the name
// ragserver, which is in the PATH while tests run, it is the real main.
func TestMain(m *testing.M) {
	isolate.Main(formats.Open) // a server's parsers are this binary too
	testscript.Main(m, map[string]func(){"ragserver": main})
}
