package pdfium

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"ragserver/parse/pdf/layout"
)

func TestTheLoopIsAModule(t *testing.T) {
	r := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter())
	defer r.Close(t.Context())
	m, err := r.CompileModule(t.Context(), loopModule())
	if err != nil {
		t.Fatal(err)
	}
	f := m.ExportedFunctions()["chars"]
	if f == nil || len(f.ParamTypes()) != 4 || len(m.ImportedFunctions()) != 7 {
		t.Errorf("got function %v with %d imports", f, len(m.ImportedFunctions()))
	}
}

func TestWhatIsNotPDFiumIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), Config{Path: filepath.Join(dir, "none")}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("missing: got %v", err)
	}
	for name, content := range map[string]string{"text": "no module", "empty": "\x00asm\x01\x00\x00\x00"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), Config{Path: path, Cache: filepath.Join(dir, "cache")}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLigaturesSurrogatesAndHyphens(t *testing.T) {
	w := glyphWriter{page: new(layout.Page)}
	one := [6]float64{1, 0, 0, 1, 0, 0}
	for i, code := range []rune{'f', 'i', 0xD835, 0xDC58, 2, '\r', 0xFFFE} {
		x := float64(max(1, i)) // the first two are one ligature
		w.add(char{code: code, x: x, box: [4]float64{x, 1, x + 1, 0}, size: 10, matrix: one, generated: code == '\r'})
	}
	var got []string
	for _, g := range w.page.Glyphs {
		got = append(got, g.Text)
	}
	if strings.Join(got, "|") != "fi|𝑘|-|-" {
		t.Errorf("got %q", got)
	}
}

func TestSizeOfPictures(t *testing.T) {
	for _, tt := range []struct {
		w, h   float64
		p      Picture
		dx, dy int
		fails  bool
	}{
		{72, 144, Picture{Dots: 100, Pixels: 1e6}, 100, 200, false},
		{7200, 7200, Picture{Dots: 100, Pixels: 10_000}, 100, 100, false},
		{1e9, 10, Picture{Dots: 100, Pixels: 1e6}, 0, 0, true},
		{0, 10, Picture{Dots: 100, Pixels: 1e6}, 0, 0, true},
	} {
		if dx, dy, err := tt.p.size(tt.w, tt.h); dx != tt.dx || dy != tt.dy || (err != nil) != tt.fails {
			t.Errorf("%g by %g: got %d by %d, error %v", tt.w, tt.h, dx, dy, err)
		}
	}
}
