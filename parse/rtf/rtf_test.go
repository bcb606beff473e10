package rtf_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/rtf"
)

const sample = `{\rtf1\ansi\ansicpg1252\deff0\deflang1031{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}{\f3\fcharset2 Symbol;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\*\cs9 Strong;}{\s3 caption;}}
{\info{\title A title}{\author Jane}{\creatim\yr2020\mo2\dy3\hr4\min5}{\*\company Acme}}
{\header Head {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}
{\pard\s1 Top\par}\pard Caf\'e9 {\f1 \'cf\'f0\'e8\'e2\'e5\'f2} {\f2 \'93\'fa\'96\'7b} \u1046\'c6 \u-10179?\u-8704? {\f3 \'61}\par
{\pard\s2 Below\par}{\pntext\f3\'B7\tab}{\*\pn\pnlvlblt}First\par{\listtext 2.\tab}\ls1\ilvl1 Second\par
\pard Note{\super\chftn}{\footnote \chftn  the note\par} and {\v secret}{\deleted gone}end{\*\atnid JD}{\*\atnauthor John}{\*\annotation A remark}.\par
\trowd\cellx1\cellx2\intbl Item\cell Price\cell\row\trowd\intbl Tea | black\cell 2\par more\cell\row\pard
{\field{\*\fldinst{HYPERLINK "https://a.example/x"}}{\fldrslt{link}}}{\*\unknown no}{\pict 00ff}\par}`

func read(t *testing.T, doc string) rag.Text {
	t.Helper()
	got, err := rtf.New(nil).Parse(t.Context(), parse.Input{Name: "a.rtf", Data: []byte(doc)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sections(got rag.Text) string {
	var b strings.Builder
	for _, s := range got.Sections {
		b.WriteString(string(s.Kind) + "|" + strings.Join(s.Heading, "/") + "|" + got.Text[s.Start:s.End] + "\n")
	}
	return b.String()
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, rtf.New(nil), parse.Input{Name: "a.rtf", Data: []byte(sample)})
}

func TestDocumentIsReadAsPeopleSeeIt(t *testing.T) {
	got := read(t, sample)
	want := `heading|Top|Top
paragraph|Top|Café Привет 日本 Ж 😀 α
heading|Top/Below|Below
list|Top/Below|- First
  2. Second
paragraph|Top/Below|Note[1] and end.
note|Top/Below|[1] the note
note|Top/Below|Comment by John: A remark
table|Top/Below|| Item | Price |
| --- | --- |
| Tea \| black | 2 more |
paragraph|Top/Below|link
note||Head 1
`
	if s := sections(got); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if got.Title != "A title" || got.Author != "Jane" || got.Language != "de-DE" || got.Meta["company"] != "Acme" || got.Created.Format("2006-01-02 15:04") != "2020-02-03 04:05" {
		t.Errorf("metadata %+v", got)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "hidden") {
		t.Errorf("warnings %q", got.Warnings)
	}
	if links := got.Sections[8].Links; len(links) != 1 || links[0] != "https://a.example/x" {
		t.Errorf("links %q", links)
	}
}

func TestDetailsOfTheFormat(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{`{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 X;}}\f0 \'cf}`, "П"},                       // every font is called ANSI
		{`{\rtf1\ansi\uc2 \u8364 ab c}`, "€ c"},                                                     // two bytes stand in
		{`{\rtf1\ansi{\upr{plain}{\*\ud{\u1078?}}} x}`, "ж x"},                                      // the better text
		{`{\rtf1\ansi{\fonttbl\f0 Mono;\f1 Tahoma;}one\tab two\par}`, "one\ttwo"},                   // fonts without groups
		{`{\rtf1\ansi a{\*\shppict{\pict\bin7 {}{}{}b}}c}`, "ac"},                                   // bytes that look like groups
		{`{\rtf1\ansi\u-10240 x}`, "\uFFFD"},                                                        // half of a pair
		{`{\rtf1\ansi\f0\'93\'fa{\fonttbl{\f0\fcharset128 M;}}}`, "\u201Cú"},                        // before its font is known
		{`{\rtf1\ansi{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt box\par}}}after}`, "after\n\nbox"}, // a text box
	} {
		if got := read(t, c.doc).Text; got != c.want {
			t.Errorf("%s: got %q, want %q", c.doc, got, c.want)
		}
	}
}

func TestNestedTableIsAParagraphOfItsCell(t *testing.T) {
	got := read(t, `{\rtf1 \trowd\intbl a\cell\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}\pard\intbl\itap1 z\cell\row\intbl c\cell d\cell\row\pard end\par}`)
	if want := "| a | x; y z |\n| --- | --- |\n| c | d |\n\nend"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestHTMLInsideIsReadAsHTML(t *testing.T) {
	got := read(t, `{\rtf1\ansi\fromhtml1 {\*\htmltag19 <html><body><h1>}Big{\*\htmltag </h1><p>}\htmlrtf{\b\htmlrtf0 text\htmlrtf }\htmlrtf0{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0{\*\htmltag </p>}}`)
	if s := sections(got); s != "heading|Big|Big\nparagraph|Big|text<\n" {
		t.Errorf("got %q", s)
	}
}

type named struct{ names []string }

func (n *named) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	n.names = append(n.names, in.Name+"="+string(in.Data))
	return rag.Text{Text: string(in.Data)}, nil
}

func TestPackageIsAPart(t *testing.T) {
	sized := func(s string) string { return string([]byte{byte(len(s)), 0, 0, 0}) + s }
	native := "\x02\x00a.txt\x00C:\\a.txt\x00\x00\x00\x03\x00" + sized("C:\\t\x00") + sized("hello")
	object := "\x01\x05\x00\x00\x02\x00\x00\x00" + sized("Package\x00") + sized("") + sized("") + sized(native)
	inner := &named{}
	doc := `{\rtf1 text{\object\objemb{\*\objclass Package}{\*\objdata ` + hex.EncodeToString([]byte(object)) + `}{\result pic}}}`
	got, err := rtf.New(inner).Parse(t.Context(), parse.Input{Data: []byte(doc)})
	if err != nil || len(got.Parts) != 1 || got.Text != "textpic" || len(inner.names) != 1 || inner.names[0] != "a.txt=hello" {
		t.Errorf("got %q, parts %+v, read %q, error %v", got.Text, got.Parts, inner.names, err)
	}
}

func TestDeepGroupsDoNoHarm(t *testing.T) {
	n := 500_000
	got := read(t, `{\rtf1 a`+strings.Repeat("{", n)+"deep"+strings.Repeat("}", n)+" end}")
	if got.Text != "adeep end" {
		t.Errorf("got %.100q", got.Text)
	}
	for _, s := range []string{`{\footnote `, `{\field{\fldrslt `, `{\shptxt `, `\trowd\cell\itap9\nestcell `, `{\upr`, `{\*\objdata 0105`} {
		parsetest.Survives(t, rtf.New(nil), parse.Input{Data: []byte(`{\rtf1 a` + strings.Repeat(s, 20_000))})
	}
}

func TestOtherBytesAreUnsupported(t *testing.T) {
	if _, err := rtf.New(nil).Parse(t.Context(), parse.Input{Data: []byte("text")}); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
	if _, err := rtf.New(nil).Parse(t.Context(), parse.Input{Data: []byte(`{\rtf1 {\v x}}`)}); !errors.Is(err, parse.ErrNoText) {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, rtf.New(nil), parse.Input{Data: append([]byte(`{\rtf1 `), data...)})
	})
}
