// Package ooxmltest makes documents for the tests of parsers.
package ooxmltest

import "bytes"

// Relations returns the part that holds relations: ID, type and target of each, in
// this order. A target with a colon is outside the document.
func Relations(list ...[3]string) string {
	var b bytes.Buffer
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		mode := ""
		if bytes.ContainsRune([]byte(r[2]), ':') {
			mode = ` TargetMode="External"`
		}
		b.WriteString(`<Relationship Id="` + r[0] + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + r[1] + `" Target="` + r[2] + `"` + mode + `/>`)
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}
