package xmlstream_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ragserver/parse"
	"ragserver/parse/xmlstream"
)

// shape writes what a Reader finds as text: "<a k=v>", "</a>", and text in braces.
func shape(r io.Reader, attributes ...string) (string, error) {
	x := xmlstream.New(r)
	var b strings.Builder
	var text []byte
	for {
		kind := x.Next()
		if kind == xmlstream.Text {
			text = append(text, x.Text()...)
			continue
		}
		if len(text) > 0 {
			fmt.Fprintf(&b, "{%s}", text)
			text = nil
		}
		switch kind {
		case xmlstream.Start:
			b.WriteString("<" + x.Name())
			for _, a := range attributes {
				b.WriteString(" " + a + "=" + x.Attr(a))
			}
			b.WriteString(">")
		case xmlstream.End:
			b.WriteString("</" + x.Name() + ">")
		default:
			return b.String(), x.Err()
		}
	}
}

func TestPieces(t *testing.T) {
	for in, want := range map[string]string{
		`<a:b x:k="1 &lt; 2" other='"'>t&amp;u</a:b>`:               `<b k=1 < 2>{t&u}</b>`,
		`<?xml version="1.0"?><a><b k = 'x>y' /><c/></a>`:           `<a k=><b k=x>y></b><c k=></c></a>`,
		`<!DOCTYPE a [<!ENTITY e "<x>">]><a>&e;&#65;&#x42;&bad</a>`: `<a k=>{&e;AB&bad}</a>`,
		`<a><!-- <b> --><![CDATA[<c> & ]]>d</a >`:                   `<a k=>{<c> & d}</a>`,
		`<a k=bare other>text`:                                      `<a k=bare>{text}`,
		`<a k="1`:                                                   ``,
		`&#xD800;&#1114112;`:                                        `{&#xD800;&#1114112;}`,
		"<a>\xFF</a>":                                               "<a k=>{\xFF}</a>",
		"\xFE\xFF\x00<\x00a\x00>\x00\xe9":                           `<a k=>{é}`,
		"<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xe9</a>": `<a k=>{café}</a>`,
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "bytes": iotest.OneByteReader(strings.NewReader(in))} {
			if got, err := shape(r, "k"); got != want || err != nil {
				t.Errorf("%s of %q: got %q, want %q, error %v", name, in, got, want, err)
			}
		}
	}
}

func TestLongPiecesAreWhole(t *testing.T) {
	value, text := strings.Repeat("v", 300_000), strings.Repeat("é&amp;", 100_000)
	in := "<a k='" + value + "'>" + text + "<!--" + strings.Repeat("-", 6<<20) + "--></a>"
	want := "<a k=" + value + ">{" + strings.ReplaceAll(text, "amp;", "") + "}</a>"
	if got, err := shape(strings.NewReader(in), "k"); got != want || err != nil {
		t.Errorf("got %d bytes, want %d, error %v", len(got), len(want), err)
	}
}

func TestEndlessTagIsRefused(t *testing.T) {
	in := io.MultiReader(strings.NewReader("<a k='"), io.LimitReader(zeros{}, 1<<30))
	if _, err := shape(in); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("error %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestDamageIsReportedAfterWhatWasRead(t *testing.T) {
	broken := errors.New("broken")
	got, err := shape(io.MultiReader(strings.NewReader("<a>text<b/>"), iotest.ErrReader(broken)))
	if got != "<a>{text}<b></b>" || !errors.Is(err, broken) {
		t.Errorf("got %q, error %v", got, err)
	}
}

func TestAttributesCanBeAskedForAgain(t *testing.T) {
	x := xmlstream.New(strings.NewReader("<a k='&lt;&amp;&gt;'/>"))
	x.Next()
	if first, again := x.Attr("k"), x.Attr("k"); first != "<&>" || again != first {
		t.Errorf("got %q, then %q", first, again)
	}
}

func TestSkipEndsWithItsElement(t *testing.T) {
	x := xmlstream.New(strings.NewReader("<a><b>x<b/><c>y</c></b>z</a>"))
	x.Next()
	x.Next()
	x.Skip()
	if kind := x.Next(); kind != xmlstream.Text || string(x.Text()) != "z" {
		t.Errorf("got %d %q", kind, x.Text())
	}
}

// FuzzReader compares with encoding/xml where that finds no fault.
func FuzzReader(f *testing.F) {
	f.Add(`<a k="1"><b>x &amp; y</b><![CDATA[z]]><c/></a>`)
	f.Fuzz(func(t *testing.T, in string) {
		got, _ := shape(strings.NewReader(in))
		if strings.ContainsAny(in, "\r:") || strings.Contains(in, "<!") || strings.Contains(in, "<?") {
			return // spaces, ends of lines and declarations differ on purpose
		}
		d := xml.NewDecoder(strings.NewReader(in))
		var b strings.Builder
		for {
			token, err := d.RawToken()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			switch v := token.(type) {
			case xml.StartElement:
				b.WriteString("<" + v.Name.Local + ">")
			case xml.EndElement:
				b.WriteString("</" + v.Name.Local + ">")
			case xml.CharData:
				fmt.Fprintf(&b, "{%s}", v)
			}
		}
		if got != b.String() {
			t.Errorf("%q: got %q, want %q", in, got, b.String())
		}
	})
}

func BenchmarkReader(b *testing.B) {
	var doc strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&doc, `<c r="A%d" s="3" t="n"><v>%d</v></c>`, i, i)
	}
	b.SetBytes(int64(doc.Len()))
	for b.Loop() {
		x := xmlstream.New(strings.NewReader(doc.String()))
		for kind := x.Next(); kind != xmlstream.None; kind = x.Next() {
			if kind == xmlstream.Start {
				x.RawAttr("r")
				x.RawAttr("t")
			}
		}
	}
}
