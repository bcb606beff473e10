package docx

import (
	"strings"

	rag "ragserver"
	"ragserver/parse/ooxml"
)

// fixedWidth tells whether the properties of a run name a font whose letters are
// all of one width.
func fixedWidth(properties *ooxml.Node) bool {
	name := strings.ToLower(properties.Find("rFonts").Attr("ascii"))
	for _, font := range []string{"courier", "consolas", "mono", "menlo", "monaco", "lucida console", "source code"} {
		if strings.Contains(name, font) {
			return true
		}
	}
	return false
}

// code tells whether a paragraph without a style for it is code: all of it is in
// a font of one width, and it has signs that prose does not have, or goes on with
// code.
func (d *document) code(l *line, text string) bool {
	if l.typed == 0 || l.typed < len(strings.TrimSpace(text))*9/10 {
		return false
	}
	return d.group.kind == rag.Code || strings.ContainsAny(text, "={};$<>|\\") || strings.Contains(text, "()") || strings.HasSuffix(text, ":") && strings.Contains(text, "(")
}
