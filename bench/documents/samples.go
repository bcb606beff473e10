package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A sample is a document that is made here.
type sample struct {
	data []byte
	expectation
}

// good is a document with texts that must be found, the first on the given page
// if that is not 0.
func good(data []byte, page int, texts ...string) sample {
	s := sample{data: data}
	for _, text := range texts {
		s.Expect = append(s.Expect, wanted{Text: text, Page: page})
	}
	return s
}

// harmful is a document that does not have to be read.
func harmful(kind string, data []byte) sample { return sample{data, expectation{Hostile: kind}} }

// samples returns documents by name.
func samples() map[string]sample {
	word := pack(map[string]string{"word/document.xml": inWord(`<w:p><w:r><w:t>A letter about harbours</w:t></w:r></w:p>`)})
	return map[string]sample{
		"text/note.txt":    good([]byte("Rain is expected over the northern islands."), 0, "rain is expected"),
		"text/table.csv":   good([]byte("town,people\nOslo,709037\nBergen,291940\n"), 0, "Bergen", "291940"),
		"text/data.json":   good([]byte(`{"river":{"name":"Glomma","length":621}}`), 0, "Glomma"),
		"markdown/a.md":    good([]byte("# Boats\n\nA *ferry* crosses the fjord.\n"), 0, "crosses the fjord"),
		"html/page.html":   good([]byte("<html><body><main><h1>Lighthouses</h1><p>They stand on the outermost rocks.</p></main></body></html>"), 0, "outermost rocks"),
		"eml/mail.eml":     good([]byte("From: a@example.org\r\nTo: b@example.org\r\nSubject: Anchors\r\nDate: Mon, 6 Jan 2025 10:00:00 +0000\r\n\r\nThe anchor is at the quay.\r\n"), 0, "anchor is at the quay", "Anchors"),
		"rtf/a.rtf":        good([]byte(`{\rtf1\ansi The tide turns at noon.\par}`), 0, "tide turns at noon"),
		"docx/letter.docx": good(word, 0, "letter about harbours"),
		"zip/both.zip":     good(pack(map[string]string{"letter.docx": string(word), "note.txt": "A note inside."}), 0, "letter about harbours", "A note inside."),
		"pdf/two.pdf":      good(pages("The first page is about whales.", "The second page is about seals."), 2, "about seals"),

		"hostile/empty.pdf":     harmful("malformed", []byte("%PDF-1.7\n")),
		"hostile/cut.pdf":       harmful("malformed", pages("Nothing of this may be left.")[:90]),
		"hostile/cut.docx":      harmful("malformed", word[:len(word)/2]),
		"hostile/deep.json":     harmful("malformed", bytes.Repeat([]byte("["), 200_000)),
		"hostile/entities.xml":  harmful("bomb", []byte(entities())),
		"hostile/nested.zip":    harmful("bomb", nested(12, 3)),
		"hostile/large.docx":    harmful("bomb", pack(map[string]string{"word/document.xml": inWord(strings.Repeat(" ", 200<<20))})),
		"hostile/many.docx":     harmful("bomb", pack(map[string]string{"word/document.xml": inWord(strings.Repeat("<w:p/>", 1<<20))})),
		"hostile/container.doc": harmful("encrypted", append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 2000)...)),
	}
}

// inWord is the main part of a document of Word.
func inWord(body string) string {
	return `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`
}

// pack returns an archive of members by name.
func pack(members map[string]string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(members[name]))
		}
		if err != nil {
			panic(err) // a buffer takes all
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// nested returns an archive in which so many archives lie beside each other, at
// every one of some levels.
func nested(levels, beside int) []byte {
	data := pack(map[string]string{"innermost.txt": "the innermost text"})
	for range levels {
		members := make(map[string]string)
		for i := range beside {
			members[fmt.Sprintf("%d.zip", i)] = string(data)
		}
		data = pack(members)
		if len(data) > 1<<20 {
			break
		}
	}
	return data
}

// entities is a document of XML whose entities multiply.
func entities() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">`)
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, `<!ENTITY e%d "%s">`, i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
	}
	b.WriteString(`]><a>&e29;</a>`)
	return b.String()
}

// pages returns a PDF with a line of text on each page.
func pages(lines ...string) []byte {
	var kids strings.Builder
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	for _, line := range lines {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		content := fmt.Sprintf("BT /F 12 Tf 72 700 Td (%s) Tj ET", line)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", n+1),
			fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(lines), kids.String())
	var b, table bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table.String(), len(objects)+1, at)
	return b.Bytes()
}
