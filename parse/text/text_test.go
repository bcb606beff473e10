package text_test

import (
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/text"
)

const prose = "First\r\nline.\r\n\r\n\tSecond, with é.\n\n\n"

func TestParsersKeepTheContract(t *testing.T) {
	in := parse.Input{Name: "a", Data: []byte(prose)}
	for _, p := range []*text.Parser{text.Plain("text/plain"), text.Code("text/x-go"), text.Markup("text/x-tex"), text.Markup("text/x-org")} {
		parsetest.Run(t, p, in)
	}
}

func sections(t *testing.T, p parse.Parser, source string) (rag.Text, []string) {
	t.Helper()
	got, err := p.Parse(t.Context(), parse.Input{Name: "a", Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range got.Sections {
		out = append(out, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	return got, out
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestPlainTextStaysAsItIs(t *testing.T) {
	got, list := sections(t, text.Plain("text/plain"), prose)
	if got.Text != prose {
		t.Errorf("got %q, want %q", got.Text, prose)
	}
	equal(t, list, "paragraph||First\r\nline.", "paragraph||\tSecond, with é.")
}

func TestCodeKeepsFunctionsWhole(t *testing.T) {
	_, list := sections(t, text.Code("text/x-go"), "func a() {\n\tx()\n\n\ty()\n}\n\nfunc b() {}\n")
	equal(t, list, "code||func a() {\n\tx()\n\n\ty()\n}", "code||func b() {}")
}

func TestMarkupHasHeadings(t *testing.T) {
	for mediaType, source := range map[string]string{
		"text/x-org": "* Top\nintro\n\n** Sub\nbody\n",
		"text/x-tex": "\\title{Top}\nintro\n\n\\section{Sub}\nbody\n",
	} {
		got, list := sections(t, text.Markup(mediaType), source)
		if got.Title != "Top" || len(list) != 4 || !strings.HasPrefix(list[3], "paragraph|Top/Sub|") || !strings.HasSuffix(list[3], "body") {
			t.Errorf("%s: got title %q and %q", mediaType, got.Title, list)
		}
	}
}

func FuzzMarkup(f *testing.F) {
	f.Add([]byte("Top\n===\n\nSub\n---\n"))
	f.Add([]byte("= A\r== B\r\n\\section{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range []string{"text/x-org", "text/x-tex"} {
			parsetest.Survives(t, text.Markup(m), parse.Input{Name: "a", Data: data})
		}
		parsetest.Survives(t, text.Code("text/x-go"), parse.Input{Name: "a", Data: data})
	})
}
