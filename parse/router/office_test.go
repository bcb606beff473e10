package router_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/router"
)

func TestOfficeDocumentsAreFoundWhereverTheirMembersStand(t *testing.T) {
	far := strings.Repeat("customXml/item.xml ", 200)
	for _, c := range []struct{ members, want string }{
		{far + "word/document.xml [Content_Types].xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{far + `PPT\presentation.xml [content_types].xml`, "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
		{far + "/xl/workbook.xml [Content_Types].xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{far + "word/notes.txt", "application/zip"},
		{far + "word [Content_Types].xml", "application/zip"},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for name := range strings.FieldsSeq(c.members) {
			if _, err := w.Create(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := router.Detect(parse.Input{Name: "x", Data: b.Bytes()}); got != c.want {
			t.Errorf("%s: got %q, want %q", strings.TrimPrefix(c.members, far), got, c.want)
		}
	}
}
