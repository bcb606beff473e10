package configs

import "testing"

func TestFingerprintIsOfTheSettingsAlone(t *testing.T) {
	of := func(text string) string {
		t.Helper()
		var into struct{ Block Block }
		getenv := func(name string) (string, bool) { return "16", name == "M" }
		if err := Decode("x.yaml", []byte(text), &into, getenv); err != nil {
			t.Fatal(err)
		}
		return into.Block.Fingerprint()
	}
	a := of("block:\n  kind: hnsw\n  m: 16\n")
	for _, same := range []string{"# why\nblock:\n\n  kind: hnsw # graph\n  m: 16\n", "block: {kind: hnsw, m: 16}", "block:\n  kind: hnsw\n  m: ${M}\n"} {
		if got := of(same); got != a {
			t.Errorf("%q: %s, want %s", same, got, a)
		}
	}
	for _, other := range []string{"block: hnsw", "block: {kind: flat, m: 16}", "block: {kind: hnsw, m: 17}", "block: {kind: hnsw, k: 16}"} {
		if of(other) == a {
			t.Errorf("%q has the fingerprint of m: 16", other)
		}
	}
}
