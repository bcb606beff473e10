package configs

import (
	"strings"
	"testing"
)

func TestABlockIsRememberedAsItWasWritten(t *testing.T) {
	type config struct {
		BaseURL string
		APIKey  string
		Size    int
	}
	secret := "s3cr3t"
	getenv := func(name string) (string, bool) { return secret, name == "KEY" }
	k := new(Kinds[config])
	Add(k, "model", func(c config) (config, error) { return c, nil })
	read := func(text string) Block {
		t.Helper()
		var into struct{ Block Block }
		if err := Decode("x.yaml", []byte(text), &into, getenv); err != nil {
			t.Fatal(err)
		}
		return into.Block
	}
	for text, want := range map[string]config{
		"block: model": {},
		"block:\n  kind: model # ours\n  base_url: \"http://a: b#c$$d\"\n  api_key: ${KEY}\n  size: 3\n": {"http://a: b#c$d", "s3cr3t", 3},
		"block: {kind: model, api_key: \"s3cr3t\", size: 3}":                                             {"", "", 3},
		"block: {kind: model, api_key: \"${NONE:-s3cr3t}\"}":                                             {},
		"block: {kind: model, base_url: \"no: number 7\", size: 007}":                                    {"no: number 7", "", 7},
	} {
		b := read(text)
		written, err := b.Written()
		if err != nil || strings.Contains(written, secret) || strings.Contains(written, "ours") {
			t.Errorf("%s: written as %q, %v", text, written, err)
		}
		again, err := read("block: other").Like(written)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, err := k.Build(again); err != nil || got != want {
			t.Errorf("%s: built again as %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "[", "kind: [a]", "- x", "size: 3"} {
		if _, err := read("block: other").Like(bad); err == nil {
			t.Errorf("%q is read as a block", bad)
		}
	}
	if b, err := NewBlock("model", nil).Like("kind: \"model\"\n"); err != nil || b.Kind != "model" {
		t.Errorf("like a block of the command line: %q, %v", b.Kind, err)
	}
}
