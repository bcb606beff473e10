package router_test

import (
	"testing"

	"ragserver/parse"
	"ragserver/parse/router"
)

func TestSpreadsheetOfOneFileIsFound(t *testing.T) {
	const kind = "application/vnd.oasis.opendocument.spreadsheet"
	data := `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:mimetype="` + kind + `">`
	if got := router.Detect(parse.Input{Name: "a.fods", Data: []byte(data)}); got != kind {
		t.Errorf("got %q, want %q", got, kind)
	}
}
