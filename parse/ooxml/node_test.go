package ooxml

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ragserver/parse"
)

func TestTreesAreWhatTheDocumentSays(t *testing.T) {
	n, err := Tree(t.Context(), []byte(`<?xml version="1.0" encoding="ISO-8859-1"?><a:x xmlns:a="urn:a" xmlns:r="urn:q/relationships" r:id="1" id="2">
 <a:y val="`+"\xE4"+`"/><z>te<!-- c -->xt &amp; &unknown;</z></a:x>`))
	if err != nil {
		t.Fatal(err)
	}
	if n.Attr("r:id") != "1" || n.Int("id", 0) != 2 || n.Find("y").Attr("val") != "ä" || n.Find("z").Text != "text & &unknown;" || n.Text != "" {
		t.Errorf("got %+v, %+v", n, n.Find("z"))
	}
	if n.Find("y", "no").Find("more").On() || n.Find("y").Int("val", 7) != 7 {
		t.Error("what is not there has a value")
	}
}

func TestPropertiesAreSwitches(t *testing.T) {
	for value, want := range map[string]bool{"": true, "1": true, "true": true, "0": false, "false": false, "off": false} {
		if got := (&Node{Attrs: []Attr{{"val", value}}}).On(); got != want {
			t.Errorf("%q: got %v", value, got)
		}
	}
}

func TestFirstChoiceOrFallbackIsRead(t *testing.T) {
	for text, want := range map[string]string{
		`<A><Choice><x/></Choice><Choice><y/></Choice><Fallback><z/></Fallback></A>`: "x",
		`<A><Choice/><Fallback><z/></Fallback></A>`:                                  "z",
	} {
		n, err := Tree(t.Context(), []byte(text))
		if err != nil || n.Alternative().Nodes[0].Name != want {
			t.Errorf("%s: got %+v, error %v", text, n.Alternative(), err)
		}
	}
}

func TestDamageKeepsWhatIsBefore(t *testing.T) {
	n, err := Tree(t.Context(), []byte(`<a><b>text</b><c attr=`))
	if err == nil || n.Find("b").Text != "text" {
		t.Errorf("got %+v, error %v", n, err)
	}
	var names []string
	err = Children(t.Context(), []byte(`<d><skip><b/></skip><body><p/><q><r>x`), "body", func(n *Node) error {
		names = append(names, n.Name)
		return nil
	})
	if err == nil || strings.Join(names, " ") != "p q" {
		t.Errorf("got %q, error %v", names, err)
	}
}

func TestTreesAreLimited(t *testing.T) {
	deep := []byte(strings.Repeat("<a>", 100_000))
	if _, err := Tree(t.Context(), deep); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got %v", err)
	}
	if err := Children(t.Context(), deep, "b", func(*Node) error { return nil }); !errors.Is(err, parse.ErrLimit) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Tree(ctx, []byte("<a/>")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNumbersHaveFormats(t *testing.T) {
	for _, c := range []struct {
		n            int
		format, want string
	}{
		{3, "decimal", "3"}, {27, "lowerLetter", "aa"}, {26, "upperLetter", "Z"}, {1994, "upperRoman", "MCMXCIV"}, {4, "lowerRoman", "iv"},
		{7, "decimalZero", "07"}, {12, "decimalZero", "12"}, {0, "upperRoman", "0"}, {5, "hebrew1", "5"}, {-1, "lowerLetter", "-1"}, {2, "none", ""},
	} {
		if got := Number(c.n, c.format); got != c.want {
			t.Errorf("%d as %s: got %q, want %q", c.n, c.format, got, c.want)
		}
	}
}

func TestEquationsAreOnOneLine(t *testing.T) {
	const r = "<r><t>%</t></r>"
	e := func(name, text string) string {
		return "<" + name + ">" + strings.ReplaceAll(r, "%", text) + "</" + name + ">"
	}
	for text, want := range map[string]string{
		"<f>" + e("num", "a+b") + e("den", "2") + "</f>":                                        "(a+b)/2",
		"<sSup>" + e("e", "x") + e("sup", "2") + "</sSup>":                                      "x^2",
		"<sSubSup>" + e("e", "x") + e("sub", "i") + e("sup", "n+1") + "</sSubSup>":              "x_i^(n+1)",
		"<rad>" + e("e", "x") + "</rad>":                                                        "√(x)",
		`<nary><naryPr><chr val="∑"/></naryPr>` + e("sub", "i=1") + e("e", "i") + "</nary>":     "∑_(i=1) i",
		`<d><dPr><begChr val="["/><endChr val="]"/></dPr>` + e("e", "a") + e("e", "b") + "</d>": "[a|b]",
		"<m><mr>" + e("e", "1") + e("e", "2") + "</mr><mr>" + e("e", "3") + "</mr></m>":         "1, 2; 3",
		"<func>" + e("fName", "log") + e("e", "x") + "</func>":                                  "log x",
	} {
		n, err := Tree(t.Context(), []byte("<oMath>"+text+"</oMath>"))
		if got := Equation(n); err != nil || got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestDescriptionsOfPicturesAreWords(t *testing.T) {
	for in, want := range map[string]string{
		"A duck\n\nDescription automatically generated": "A duck", "logo.png": "", `C:\a\b c.jpg`: "", "see logo.png": "see logo.png", "": "title",
	} {
		if got := Alt(in, "title"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
