package xml_test

import (
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/xml"
)

const article = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<article><title>The title</title>
<section><title>Part</title><p>Some <b>bold</b> text, caf` + "\xE9" + ` &amp; &x; &unknown;.</p></section>
<person><name>Jane</name><age>7</age></person><person><name>Bob</name></person><script>no()</script></article>`

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, xml.New(), parse.Input{Name: "a.xml", Data: []byte(article)})
}

func TestTextTitlesAndRecords(t *testing.T) {
	got, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte(article)})
	if err != nil || got.Title != "The title" {
		t.Fatalf("got title %q, error %v", got.Title, err)
	}
	var list []string
	for _, s := range got.Sections {
		list = append(list, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	want := []string{
		"heading|The title|The title", "heading|The title/Part|Part",
		"paragraph|The title/Part|Some bold text, café & &x; &unknown;.",
		"paragraph|The title/Part|name: Jane\nage: 7", "paragraph|The title/Part|name: Bob",
	}
	if strings.Join(list, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
	}
}

func TestBrokenXMLKeepsWhatCameBefore(t *testing.T) {
	got, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte("<a><p>good</p><<")})
	if err != nil || got.Text != "good" || len(got.Warnings) != 1 {
		t.Errorf("got %q, warnings %q, error %v", got.Text, got.Warnings, err)
	}
}

func TestXMLWithoutTextIsNoText(t *testing.T) {
	if _, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte("<a><b/></a>")}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v, want %v", err, parse.ErrNoText)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	data := strings.Repeat("<a>", 200_000)
	if _, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte(data)}); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got error %v, want %v", err, parse.ErrLimit)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(article))
	f.Add([]byte("<a b='c'>x</d></a><![CDATA[y]]><title/>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, xml.New(), parse.Input{Data: data})
	})
}

func TestThePublicNameOfTheKindIsKept(t *testing.T) {
	const kind = "<!DOCTYPE article PUBLIC \"-//NLM//DTD JATS//EN\" \"jats.dtd\""
	got, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte("<?xml version=\"1.0\"?>\n" + kind + " [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><article><p>words</p></article>")})
	if err != nil || got.Text != kind+">\n\nwords" || got.Sections[0].Kind != rag.Note {
		t.Errorf("got %q, error %v", got.Text, err)
	}
	if _, err := xml.New().Parse(t.Context(), parse.Input{Data: []byte(kind + "><article></article>")}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("got error %v", err)
	}
}
