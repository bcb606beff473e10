package docx

import (
	"regexp"
	"strings"

	"ragserver/parse/ooxml"
)

// A field is text that a program computes: instructions, then the result of the
// last time.
type field struct {
	instruction string
	result      bool // what comes now is the result
}

// Limits of fields: in each other, and bytes of an instruction.
const (
	maxFields      = 64
	maxInstruction = 4096
)

// instructing tells whether what comes now is shown to nobody.
func (d *document) instructing() bool {
	for _, f := range d.fields {
		if !f.result {
			return true
		}
	}
	return false
}

func (d *document) instruction(text string) {
	if len(d.fields) == 0 {
		return
	}
	if f := &d.fields[len(d.fields)-1]; !f.result && len(f.instruction)+len(text) <= maxInstruction {
		f.instruction += text
	}
}

func (d *document) fieldChar(l *line, n *ooxml.Node) {
	switch last := len(d.fields) - 1; n.Attr("fldCharType") {
	case "begin":
		d.text(l, formField(n.Find("ffData")))
		if len(d.fields) < maxFields {
			d.fields = append(d.fields, field{})
		}
	case "separate":
		if last >= 0 {
			d.fields[last].result = true
			l.link(address(d.fields[last].instruction))
		}
	case "end":
		if last >= 0 {
			d.fields = d.fields[:last]
		}
	}
}

// formField returns what a box or a list of a form shows.
func formField(data *ooxml.Node) string {
	if box := data.Find("checkBox"); box != nil {
		state := box.Find("checked")
		if state == nil {
			state = box.Find("default")
		}
		if state.On() {
			return "☒"
		}
		return "☐"
	}
	if choices := data.Find("ddList"); choices != nil {
		chosen := choices.Find("result").Int("val", 0)
		for _, n := range choices.Nodes {
			if n.Name == "listEntry" {
				if chosen == 0 {
					return n.Attr("val")
				}
				chosen--
			}
		}
	}
	return ""
}

var hyperlink = regexp.MustCompile(`^\s*(?i:HYPERLINK)\s+"([^"]+)"`)

// address returns where a field leads to, "" if it is no link out of the document.
func address(instruction string) string {
	if m := hyperlink.FindStringSubmatch(instruction); m != nil {
		return strings.ToValidUTF8(m[1], "\uFFFD")
	}
	return ""
}
