package docx_test

import (
	"fmt"
	"strings"
	"testing"
)

func numberingXML(levels string, nums string) string {
	return `<w:numbering` + namespaces + `><w:abstractNum w:abstractNumId="0">` + levels + `</w:abstractNum>` + nums + `</w:numbering>`
}

func lvl(i int, format, text string) string {
	return fmt.Sprintf(`<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/></w:lvl>`, i, format, text)
}

const twoLists = `<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>`

func li(list string, level int, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%s"/></w:numPr></w:pPr>%s</w:p>`, level, list, r(text))
}

func TestListsHaveTheirNumbers(t *testing.T) {
	levels := lvl(0, "decimal", "%1.") + lvl(1, "lowerLetter", "%1.%2)") + lvl(2, "bullet", "x") + lvl(3, "upperRoman", "(%4)")
	got := read(t, body(li("1", 0, "one")+li("1", 1, "a")+li("1", 1, "b")+li("1", 2, "dot")+li("1", 0, "two")+li("1", 1, "again")+
		p("", "between")+li("1", 0, "three")+li("2", 0, "five")+li("2", 0, "six")+li("2", 3, "deep")+li("0", 0, "none")+li("9", 0, "unknown")+p("Liste", "seven")).
		with(word{"numbering.xml": numberingXML(levels, twoLists), "styles.xml": stylesXML}))
	check(t, got,
		"list: 1. one\n  1.a) a\n  1.b) b\n    - dot\n2. two\n  2.a) again", "paragraph: between",
		"list: 3. three\n5. five\n6. six\n      (I) deep", "paragraph: none", "paragraph: unknown", "list: 7. seven")
}

func TestHeadingsHaveTheirNumbers(t *testing.T) {
	heading := func(level int, text string) string {
		return strings.Replace(li("1", level, text), "</w:pPr>", fmt.Sprintf(`<w:outlineLvl w:val="%d"/></w:pPr>`, level), 1)
	}
	got := read(t, body(heading(0, "A")+heading(1, "B")+heading(1, "C")+heading(0, "D")).
		with(word{"numbering.xml": numberingXML(lvl(0, "decimal", "%1")+lvl(1, "decimal", "%1.%2"), twoLists)}))
	check(t, got, "heading1: 1 A", "heading2: 1.1 B", "heading2: 1.2 C", "heading1: 2 D")
}

func TestLongListsAreCut(t *testing.T) {
	got := read(t, body(strings.Repeat(li("1", 0, strings.Repeat("word ", 100)), 10)).
		with(word{"numbering.xml": numberingXML(lvl(0, "decimal", "%1."), twoLists)}))
	if n := len(got.Sections); n != 5 {
		t.Errorf("got %d sections, want 5 of two items", n)
	}
	if !strings.Contains(got.Text, "10. word") {
		t.Error("the last item has no number")
	}
}
