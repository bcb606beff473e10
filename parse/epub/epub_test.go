package epub_test

import (
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/epub"
	"ragserver/parse/parsetest"
)

func members() map[string]string {
	return map[string]string{
		"META-INF/container.xml": `<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>`,
		"OPS/book.opf": `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title id="s">Sub</dc:title><dc:title id="t">Main</dc:title><meta property="title-type" refines="#t">main</meta>
<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator><dc:creator id="e">Ed</dc:creator><meta property="role" refines="#e">edt</meta><dc:language>de-AT</dc:language><dc:date>1999-05</dc:date><meta property="dcterms:modified">2020-01-02T03:04:05Z</meta></metadata>
<manifest><item id="a" href="text/a%20b.xhtml" media-type="application/xhtml+xml"/><item id="n" href="notes.xhtml" media-type="application/xhtml+xml"/><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/><item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n" linear="no"/><itemref idref="a"/><itemref idref="c"/></spine></package>`,
		"OPS/nav.xhtml":           `<html xmlns:epub="x"><nav epub:type="toc"><ol><li><a href="text/a%20b.xhtml">Alpha</a></li><li><a href="c.xhtml">Part</a><ol><li><a href="c.xhtml#two">Second</a></li></ol></li></ol></nav></html>`,
		"OPS/text/a b.xhtml":      `<html><head><title/><script src="x"/></head><body><h3>Alpha</h3><p>one <span epub:type="pagebreak" title="iv"/>two</p><p>three<a id="x"/></p></body></html>`,
		"OPS/c.xhtml":             `<html><body><p>four</p><p id="two">five</p></body></html>`,
		"OPS/notes.xhtml":         `<html><body><aside epub:type="footnote" id="f"><p>a note</p></aside></body></html>`,
		"META-INF/encryption.xml": `<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/><CipherData><CipherReference URI="OPS/font.otf"/></CipherData></EncryptedData></encryption>`,
	}
}

func read(t *testing.T, m map[string]string) rag.Text {
	t.Helper()
	got, err := epub.New().Parse(t.Context(), parse.Input{Data: parsetest.Zip(t, m)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sections(got rag.Text) string {
	var b strings.Builder
	for _, s := range got.Sections {
		b.WriteString(string(s.Kind) + string(rune('0'+s.Page)) + "|" + strings.Join(s.Heading, "/") + "|" + got.Text[s.Start:s.End] + "\n")
	}
	return b.String()
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, epub.New(), parse.Input{Name: "a.epub", Data: parsetest.Zip(t, members())})
}

func TestBookIsReadInItsOrder(t *testing.T) {
	got := read(t, members())
	want := "heading0|Alpha|Alpha\nparagraph0|Alpha|one two\nparagraph1|Alpha|three\nheading1|Part|Part\nparagraph1|Part|four\n" +
		"heading1|Part/Second|Second\nparagraph1|Part/Second|five\nnote1|Part/Second|a note\n"
	if s := sections(got); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if got.Title != "Main" || got.Author != "Ann, Bob" || got.Language != "de-AT" || got.Created.Year() != 1999 || got.Modified.Year() != 2020 || got.Meta["titles"] != "Main; Sub" {
		t.Errorf("metadata %+v", got)
	}
	if got.Pages != 1 || len(got.Labels) != 1 || got.Labels[0] != "iv" {
		t.Errorf("pages %d, labels %q", got.Pages, got.Labels)
	}
}

func TestEncryptedChapterSaysSo(t *testing.T) {
	m := members()
	m["META-INF/encryption.xml"] = `<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><CipherData><CipherReference URI="OPS/c.xhtml"/></CipherData></EncryptedData></encryption>`
	if _, err := epub.New().Parse(t.Context(), parse.Input{Data: parsetest.Zip(t, m)}); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("error %v", err)
	}
}

func TestBookWithoutItsPackageIsReadAnyway(t *testing.T) {
	m := members()
	delete(m, "OPS/book.opf")
	got := read(t, m)
	if !strings.Contains(got.Text, "three") || !strings.Contains(got.Text, "five") || len(got.Warnings) == 0 {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
}

func TestMissingChapterIsAWarning(t *testing.T) {
	m := members()
	delete(m, "OPS/c.xhtml")
	got := read(t, m)
	if !strings.Contains(got.Text, "three") || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "c.xhtml") {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
}

func TestContentsOfEPUB2NameChapters(t *testing.T) {
	m := members()
	delete(m, "OPS/nav.xhtml")
	m["OPS/book.opf"] = strings.Replace(m["OPS/book.opf"], `<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>`, `<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>`, 1)
	m["OPS/toc.ncx"] = `<ncx><navMap><navPoint><navLabel><text>Third</text></navLabel><content src="c.xhtml"/></navPoint></navMap></ncx>`
	if s := sections(read(t, m)); !strings.Contains(s, "heading1|Third|Third\nparagraph1|Third|four") {
		t.Errorf("got\n%s", s)
	}
}

func TestHeadingsHaveTheLevelsOfTheContents(t *testing.T) {
	m := members()
	m["OPS/c.xhtml"] = `<html><body><h4>Part</h4><p>four</p><h5>Deeper</h5><p>five</p></body></html>`
	levels := ""
	for _, s := range read(t, m).Sections {
		if s.Kind == rag.Heading {
			levels += string(rune('0' + s.Level))
		}
	}
	if levels != "112" {
		t.Errorf("got levels %s, want 112", levels)
	}
}

func TestHostileMarksStayCheap(t *testing.T) {
	m := members()
	m["OPS/c.xhtml"] = "<p>" + strings.Repeat(`<a id="two" epub:type="pagebreak"/>`+"\uF8F09\uF8F1", 20_000)
	if got := read(t, m); !strings.Contains(got.Text, "three") || strings.ContainsAny(got.Text, "\uF8F0\uF8F1") {
		t.Errorf("marks were left in %d bytes", len(got.Text))
	}
}

func FuzzBook(f *testing.F) {
	m := members()
	f.Add([]byte(m["OPS/book.opf"]), []byte(m["OPS/nav.xhtml"]), []byte(m["OPS/c.xhtml"]))
	f.Fuzz(func(t *testing.T, opf, nav, chapter []byte) {
		m := members()
		m["OPS/book.opf"], m["OPS/nav.xhtml"], m["OPS/c.xhtml"] = string(opf), string(nav), string(chapter)
		parsetest.Survives(t, epub.New(), parse.Input{Data: parsetest.Zip(t, m)})
	})
}
