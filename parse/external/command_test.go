//go:build unix

package external_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"ragserver/parse"
	"ragserver/parse/external"
	"ragserver/parse/parsetest"
)

func command(t *testing.T, c external.CommandConfig) *external.Command {
	t.Helper()
	p, err := external.NewCommand(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shell(t *testing.T, script, output string) *external.Command {
	return command(t, external.CommandConfig{Command: []string{"/bin/sh", "-c", script, "sh"}, Output: output, Timeout: 5 * time.Second})
}

func TestCommandKeepsTheContract(t *testing.T) {
	parsetest.Run(t, command(t, external.CommandConfig{Command: []string{"/bin/cat"}}), input("some\n\ntext"))
}

func TestCommandOutputs(t *testing.T) {
	for _, tt := range []struct{ script, output, want string }{
		{`cat`, "text", "paragraph p0 \"\" \"the needle\"\n"},
		{`printf 'a\fb\f'`, "text", "paragraph p1 \"\" \"a\"\nparagraph p2 \"\" \"b\"\n"},
		{`printf '# H\n\n- x\n'`, "markdown", "heading p0 \"H\" \"# H\"\nlist p0 \"H\" \"- x\"\n"},
		{`printf '<h2>H</h2><p>x<br>y<pre> c</pre>'`, "html", "heading p0 \"H\" \"H\"\nparagraph p0 \"H\" \"x\\ny\"\ncode p0 \"H\" \" c\"\n"},
		{`printf '{"title":"T","pages":[{"label":"i","markdown":"# A"},{"html":"<p>b"}]}'`, "json", "heading p1 \"A\" \"# A\"\nparagraph p2 \"\" \"b\"\n"},
		{`printf '[{"type":"Title","text":"A"},{"type":"Text","text":"b"}]'`, "json", "heading p0 \"A\" \"A\"\nparagraph p0 \"A\" \"b\"\n"},
	} {
		if got := read(t, shell(t, tt.script, tt.output)); outline(got) != tt.want || got.Parser != "command/sh" {
			t.Errorf("%s: got %s by %s, want %s", tt.script, outline(got), got.Parser, tt.want)
		}
	}
}

func TestCommandMayHaveAFile(t *testing.T) {
	p := command(t, external.CommandConfig{Command: []string{"/bin/sh", "-c", `cat "$1"; echo; basename "$1"; pwd`, "sh", "{file}"}, Name: "mine"})
	got := read(t, p)
	name, dir, _ := strings.Cut(strings.TrimPrefix(got.Text, "the needle\n"), "\n")
	if name != "document.txt" || got.Parser != "command/mine" {
		t.Errorf("got %q by %s", got.Text, got.Parser)
	}
	if _, err := os.Stat(strings.TrimSpace(dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of the document is still there: %v", err)
	}
}

func TestFileOfACommandHasAPlainName(t *testing.T) {
	p := command(t, external.CommandConfig{Command: []string{"/bin/sh", "-c", `basename "$1"`, "sh", "{file}"}})
	for name, want := range map[string]string{
		"a/b.PDF": "document.PDF", "a.b/c": "document", `a.b\c`: "document", "a.t;x": "document", "a.t x": "document", "a." + strings.Repeat("x", 20): "document", "a.tar.gz": "document.gz",
	} {
		got, err := p.Parse(t.Context(), parse.Input{Name: name, Data: []byte("x")})
		if err != nil || strings.TrimSpace(got.Text) != want {
			t.Errorf("%s: got %q, error %v, want %q", name, got.Text, err, want)
		}
	}
}

func TestCommandIsStoppedWhenItWritesTooMuch(t *testing.T) {
	p := command(t, external.CommandConfig{Command: []string{"/bin/sh", "-c", "head -c 5000 /dev/zero; exec sleep 60"}, Timeout: time.Hour, MaxText: 1000})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := p.Parse(ctx, input("x")); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got %v", err)
	}
}

func TestTemporaryFilesOfACommandGoWithIt(t *testing.T) {
	got := read(t, shell(t, `echo "$TMPDIR"; pwd -P`, "text"))
	tmp, dir, _ := strings.Cut(strings.TrimSpace(got.Text), "\n")
	if tmp == "" || !strings.HasSuffix(dir, tmp) { // a system may have links to its temporary folder
		t.Errorf("temporary files go to %q, which is not %q", tmp, dir)
	}
}

func TestNumbersOfPagesAreNotBelievedBlindly(t *testing.T) {
	got := read(t, shell(t, `printf '[{"type":"Text","text":"x","metadata":{"page_number":2000000000,"page_name":"far"}},{"type":"Text","text":"y","metadata":{"page_number":2,"page_name":"near"}}]'`, "json"))
	if len(got.Labels) != 2 || got.Labels[1] != "near" {
		t.Errorf("got %d labels, %.20q", len(got.Labels), got.Labels)
	}
}

func TestCommandGivesMetadata(t *testing.T) {
	got := read(t, shell(t, `printf '{"text":"x","title":"T","author":"A","language":"de","meta":{"k":"v"},"warnings":["w"],"created":"2026-01-02T03:04:05Z"}'`, "json"))
	if got.Title != "T" || got.Author != "A" || got.Language != "de" || got.Meta["k"] != "v" || len(got.Warnings) != 1 || got.Created.Year() != 2026 {
		t.Errorf("got %+v", got)
	}
}

func TestCommandSeesLittleOfTheEnvironment(t *testing.T) {
	t.Setenv("SECRET_KEY", "hidden")
	if got := read(t, shell(t, "env", "text")); strings.Contains(got.Text, "SECRET_KEY") || !strings.Contains(got.Text, "PATH=") {
		t.Errorf("got %s", got.Text)
	}
}

func TestCommandFailuresSayWhy(t *testing.T) {
	for script, want := range map[string]string{
		"echo 'no such thing' >&2; exit 3": "command/sh: exit status 3: no such thing",
		"kill -9 $$":                       "command/sh: signal: killed",
		"true":                             "command/sh: no text found",
		"head -c 5000 /dev/zero":           "command/sh: wrote more than 1000 bytes: limit exceeded",
		`head -c 900 /dev/zero | tr '\000' '\351'`: "command/sh: 0 MiB of text, more than 0: limit exceeded", // é takes two bytes here
		"sleep 60 & sleep 60":                      "command/sh: not ended within 300ms: limit exceeded",
	} {
		p := command(t, external.CommandConfig{Command: []string{"/bin/sh", "-c", script}, Timeout: 300 * time.Millisecond, MaxText: 1000})
		if _, err := p.Parse(t.Context(), input("x")); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", script, err, want)
		}
	}
	missing := command(t, external.CommandConfig{Command: []string{"/no/such/program"}})
	if _, err := missing.Parse(t.Context(), input("x")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestCommandEndsWithItsCaller(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := shell(t, "sleep 60", "text").Parse(ctx, input("x")); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, parse.ErrLimit) {
		t.Errorf("got %v", err)
	}
}

func TestCommandConfigIsChecked(t *testing.T) {
	for want, c := range map[string]external.CommandConfig{
		"command: is missing": {}, `output: "doc"`: {Command: []string{"a"}, Output: "doc"}, "not negative": {Command: []string{"a"}, Memory: -1},
	} {
		if _, err := external.NewCommand(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", c, err, want)
		}
	}
}
