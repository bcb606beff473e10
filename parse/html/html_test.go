package html_test

import (
	"errors"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/html"
	"ragserver/parse/parsetest"
)

const page = `<!DOCTYPE html><html lang="en_GB"><head><meta charset="windows-1252"><title> A page </title>
<meta name="author" content="Jane"><style>p{}</style><script>var x = "menu"</script></head><body>
<nav><ul><li><a href="/">Home page link</a></li><li>Contact</li></ul></nav>
<main><h1>Caf` + "\xE9" + `</h1><p>First <b>bold</b> words<br>second line of it, with enough text to be an article, so that
it is found by anyone who looks for the main content of a page, rather than its menus.</p>
<h2>List</h2><ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul>
<pre><code>func main() {

}</code></pre>
<table><caption>Prices</caption><tr><th>Item</th><th>Price</th></tr><tr><td>Tea | black</td><td>2</td></tr></table>
<p style="display: none">hidden words</p><p hidden>secret</p>
<p>Last paragraph, which is again long enough to count as text of the article and not as noise, we hope, since it goes on and on.</p>
</main><footer>Imprint and privacy</footer></body></html>`

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, html.New(), parse.Input{Name: "a.html", Data: []byte(page)},
		parse.Input{Name: "b.html", Data: []byte("text <p> without <li> end")})
}

func TestMainContentWithoutMenus(t *testing.T) {
	got, err := html.New().Parse(t.Context(), parse.Input{Data: []byte(page)})
	if err != nil || got.Title != "A page" || got.Author != "Jane" || got.Language != "en-GB" {
		t.Fatalf("got title %q, author %q, language %q, error %v", got.Title, got.Author, got.Language, err)
	}
	var list []string
	for _, s := range got.Sections {
		list = append(list, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	all := strings.Join(list, "\n")
	for _, want := range []string{
		"paragraph|Café|First bold words\nsecond line of it", "list|Café/List|- one\n- two\n  - inner",
		"code|Café/List|func main() {\n\n}", "caption|Café/List|Prices",
		"table|Café/List|| Item | Price |\n| --- | --- |\n| Tea \\| black | 2 |", "|Last paragraph",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	for _, not := range []string{"Home page", "Contact", "menu\"", "hidden", "secret", "Imprint", "p{}"} {
		if strings.Contains(all, not) {
			t.Errorf("%q is in\n%s", not, all)
		}
	}
}

func TestPageOfLinksKeepsItsBody(t *testing.T) {
	got, err := html.New().Parse(t.Context(), parse.Input{Data: []byte(`<html><body><div><a href="a">Alpha</a> <a href="b">Beta</a></div></body></html>`)})
	if err != nil || got.Text != "Alpha Beta" {
		t.Errorf("got %q, error %v", got.Text, err)
	}
}

func TestTitleIsTheHeadingOfAPageWithoutOne(t *testing.T) {
	got, err := html.New().Parse(t.Context(), parse.Input{Data: []byte(`<title>Topic</title><p>Words.</p>`)})
	if err != nil || got.Text != "Topic\n\nWords." || got.Sections[1].Heading[0] != "Topic" {
		t.Errorf("got %q, error %v", got.Text, err)
	}
}

func TestPageWithoutTextIsNoText(t *testing.T) {
	if _, err := html.New().Parse(t.Context(), parse.Input{Data: []byte(`<html><script>x</script></html>`)}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v, want %v", err, parse.ErrNoText)
	}
}

func TestDeepNestingDoesNoHarm(t *testing.T) {
	for _, tag := range []string{"<div>", "<ul><li>", "<table><tr><td>", "<b>", "<a><p>"} {
		parsetest.Survives(t, html.New(), parse.Input{Data: []byte(strings.Repeat(tag, 3000) + "text")})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(page))
	f.Add([]byte("<dl><dt>a<dd>b<table><td>c<ol><li>d<pre>\n e"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, html.New(), parse.Input{Data: data})
	})
}
