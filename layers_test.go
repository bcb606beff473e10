package rag

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages from the words on the left to the program on the
// right. A package imports only packages of lower layers, its own parent, and
// its own sub-packages' parents; "x/..." stands for all packages below x.
var layers = [][]string{
	{"ragserver"},
	{"ragserver/remote", "ragserver/remote/..."},
	{"ragserver/ingest", "ragserver/parse", "ragserver/chunk", "ragserver/embed", "ragserver/index", "ragserver/llm", "ragserver/store"},
	{"ragserver/ingest/...", "ragserver/parse/...", "ragserver/embed/...", "ragserver/index/...", "ragserver/llm/...", "ragserver/store/...", "ragserver/dataflow", "ragserver/dataflow/..."},
	{"ragserver/retrieve", "ragserver/configs", "ragserver/embed/provider/providertest"}, // tests of two families of back ends
	{"ragserver/pipeline"},
	{"ragserver/api", "ragserver/api/...", "ragserver/web", "ragserver/web/..."},
	{"ragserver/cmd/...", "ragserver/examples/...", "ragserver/bench", "ragserver/bench/..."},
}

func layerOf(pkg string) int {
	found := -1
	for i, layer := range layers {
		for _, p := range layer {
			prefix, all := strings.CutSuffix(p, "/...")
			if p == pkg || all && strings.HasPrefix(pkg, prefix+"/") {
				found = max(found, i)
			}
		}
	}
	return found
}

// TestImportsPointOneWay keeps the arrows of docs/architecture.md: a package
// may import a lower layer, or a neighbour below the same contract (parse/html
// is used by parse/email), never a higher layer.
func TestImportsPointOneWay(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || name == "node_modules" || file != "." && strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		pkg := path.Join("ragserver", filepath.ToSlash(filepath.Dir(file)))
		layer := layerOf(pkg)
		if layer < 0 {
			t.Errorf("%s: package %s is in no layer of layers_test.go", file, pkg)
			return nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if imp != "ragserver" && !strings.HasPrefix(imp, "ragserver/") {
				continue
			}
			seen++
			to := layerOf(imp)
			if to < layer || to == layer && family(imp) == family(pkg) {
				continue
			}
			t.Errorf("%s imports %s, which is not to the left of %s", file, imp, pkg)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("found no import of this module: the test looks at the wrong folder")
	}
}

// family returns the contract that a package belongs to: "parse" for
// "ragserver/parse/html".
func family(pkg string) string {
	parts := strings.Split(pkg, "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// TestWordsNeedOnlyTheStandardLibrary keeps package rag free of dependencies.
func TestWordsNeedOnlyTheStandardLibrary(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "rag.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		if imp, _ := strconv.Unquote(spec.Path.Value); strings.Contains(imp, ".") || strings.HasPrefix(imp, "ragserver") {
			t.Errorf("rag.go imports %s", imp)
		}
	}
}
