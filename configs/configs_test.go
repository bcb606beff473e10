package configs

import (
	"errors"
	"strings"
	"testing"
	"time"
)

type sample struct {
	Addr    string
	BaseURL string
	Tries   int
	Share   *float64
	Wait    time.Duration
	MaxSize int64
	Globs   []string
	Meta    map[string]string
	Inner   struct{ Deep bool }
	Source  Block
	Secret  string `config:"-"`
}

func env(name string) (string, bool) {
	v, ok := map[string]string{"KEY": "secret", "EMPTY": ""}[name]
	return v, ok
}

func TestDecodeReadsEveryType(t *testing.T) {
	var s sample
	err := Decode("a.yaml", []byte(`
addr: "127.0.0.1:${PORT:-8000}"
base_url: ${KEY}$$x
tries: 3
share: 0.5
wait: 1m30s
max_size: 64MiB
globs: "*.md"
meta: {a: b}
inner: {deep: true}
`), &s, env)
	if err != nil {
		t.Fatal(err)
	}
	if s.Addr != "127.0.0.1:8000" || s.BaseURL != "secret$x" || s.Tries != 3 || *s.Share != 0.5 || s.Wait != 90*time.Second ||
		s.MaxSize != 64<<20 || len(s.Globs) != 1 || s.Globs[0] != "*.md" || s.Meta["a"] != "b" || !s.Inner.Deep {
		t.Errorf("got %+v", s)
	}
}

func TestEveryMistakeNamesFileLineAndKey(t *testing.T) {
	for _, tc := range []struct{ src, want string }{
		{"adr: x", "a.yaml:1: adr: unknown key; known are addr, "},
		{"\ntries: many", `a.yaml:2: tries: want a whole number, got "many"`},
		{"wait: 5", `a.yaml:1: wait: want a duration such as "1m30s", got "5"`},
		{"inner:\n  deep: maybe", `a.yaml:2: inner.deep: want true or false, got "maybe"`},
		{"inner: 3", `a.yaml:1: inner: want keys and values, got "3"`},
		{"addr: [1]", "a.yaml:1: addr: want a text, got a list"},
		{"addr: ${NONE}", "a.yaml:1: addr: the environment variable NONE is not set"},
		{"secret: x", "a.yaml:1: secret: unknown key"},
		{"source: {path: x}", "a.yaml:1: source: the key kind is missing"},
		{"addr: 1\naddr: 2", "a.yaml:2: addr: the key is given twice"},
		{"max_size: 3 fathoms", "a.yaml:1: max_size: want a whole number"},
		{"a: [", "a.yaml:1: "},
		{"- a", "a.yaml:1: want keys and values, got a list"},
	} {
		var s sample
		err := Decode("a.yaml", []byte(tc.src), &s, env)
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%q: got %v, want %s", tc.src, err, tc.want)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	var s sample
	err := Decode("a.yaml", []byte("tries: x\nwait: y\n"), &s, env)
	if err == nil || !strings.Contains(err.Error(), ":1: tries") || !strings.Contains(err.Error(), ":2: wait") {
		t.Errorf("got %v", err)
	}
}

func TestEmptyFileIsAllDefaults(t *testing.T) {
	s := sample{Addr: "default"}
	for _, src := range []string{"", "# nothing\n", "addr:\n"} {
		if err := Decode("a.yaml", []byte(src), &s, env); err != nil || s.Addr != "default" {
			t.Errorf("%q: got %v, %q", src, err, s.Addr)
		}
	}
}

type fsConfig struct{ Path string }

func kinds() *Kinds[string] {
	k := new(Kinds[string])
	Add(k, "fs", func(c fsConfig) (string, error) {
		if c.Path == "" {
			return "", errors.New("path is missing")
		}
		return "fs " + c.Path, nil
	})
	Add(k, "s3", func(struct{ Bucket string }) (string, error) { return "s3", nil })
	return k
}

func TestKindsBuildFromBlocks(t *testing.T) {
	for _, tc := range []struct{ src, want string }{
		{"source: {kind: fs, path: docs}", "fs docs"},
		{"source: s3", "s3"},
	} {
		var s sample
		if err := Decode("a.yaml", []byte(tc.src), &s, env); err != nil {
			t.Fatal(err)
		}
		if got, err := kinds().Build(s.Source); err != nil || got != tc.want {
			t.Errorf("%q: got %q, %v, want %q", tc.src, got, err, tc.want)
		}
	}
	if got, err := kinds().Build(NewBlock("fs", map[string]string{"path": `a "b" ${c}`})); err != nil || got != `fs a "b" ${c}` {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestKindsReportMistakesOfBlocks(t *testing.T) {
	for _, tc := range []struct{ src, want string }{
		{"\nsource: {kind: ftp}", `a.yaml:2: source: kind "ftp" is not one of ["fs" "s3"]`},
		{"source:\n  kind: s3\n  bukcet: b", "a.yaml:3: source.bukcet: unknown key; known are bucket"},
		{"source: {kind: fs}", "a.yaml:1: source: path is missing"},
	} {
		var s sample
		if err := Decode("a.yaml", []byte(tc.src), &s, env); err != nil {
			t.Fatal(err)
		}
		if _, err := kinds().Build(s.Source); err == nil || err.Error() != tc.want {
			t.Errorf("%q: got %v, want %s", tc.src, err, tc.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("addr: x\nsource: {kind: fs, path: a}\n"))
	f.Add([]byte("a: &a [*a]\nmeta: *a"))
	f.Add([]byte("addr: ${${}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		var s sample
		if Decode("a.yaml", src, &s, env) == nil && s.Source.Given() {
			_, _ = kinds().Build(s.Source)
		}
	})
}
