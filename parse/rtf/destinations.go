package rtf

import (
	"strconv"
	"strings"
)

// destination takes words that say what the text of the group is.
func (r *reader) destination(name string, p param) bool {
	switch name {
	case "fonttbl":
		r.now.fontTable = true
	case "stylesheet":
		r.now.styleTable, r.now.para = true, look{}
	case "info":
		r.now.capture = &strings.Builder{} // what is in no field is nothing
		r.now.end = nil
	case "title", "subject", "author", "keywords", "doccomm", "company", "category", "manager":
		r.take(func(s string) { r.describeAs(name, s) })
	case "creatim", "revtim":
		r.stamp = new([5]int)
		r.times[name] = r.stamp
	case "yr", "mo", "dy", "hr", "min":
		if r.stamp != nil {
			r.stamp[strings.Index("yr mo dy hr min", name)/3] = min(max(p.n, 0), 9999)
		}
	case "htmltag":
		r.now.capture, r.now.skip = &r.page, !r.wraps
	case "upr":
		r.now.skip = true
	case "ud":
		r.now.skip = len(r.stack) > 1 && r.stack[len(r.stack)-2].skip
	case "pntext", "listtext":
		flow := r.flow()
		r.take(func(s string) { flow.label = s })
	case "pn":
		r.now.capture = &strings.Builder{}
	default:
		return r.field(name, p) || r.note(name) || r.object(name)
	}
	return true
}

func (r *reader) describeAs(name, s string) {
	if r.info[name] == nil {
		r.info[name] = &strings.Builder{}
		r.info[name].WriteString(strings.Join(strings.Fields(s), " "))
	}
}

// A field is text that a program computes: its instruction and its result.
type field struct {
	instruction strings.Builder
}

// field takes the words of fields. The address of a hyperlink belongs to the
// paragraph that its result is in.
func (r *reader) field(name string, _ param) bool {
	switch name {
	case "field":
		r.now.field = &field{}
	case "fldinst":
		if r.now.field == nil {
			r.now.skip = true
			return true
		}
		r.now.capture = &r.now.field.instruction
	case "fldrslt":
		if f := r.now.field; f != nil && r.now.capture == nil {
			if address := hyperlink(f.instruction.String()); address != "" {
				r.flow().links = append(r.flow().links, address)
			}
		}
	default:
		return false
	}
	return true
}

// maxLink is the length of an address, in bytes, that is still one.
const maxLink = 2000

// hyperlink returns the address in an instruction as in `HYPERLINK "http://a.b"
// \l "place"`, "" if there is none.
func hyperlink(instruction string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(instruction), "HYPERLINK")
	if !ok {
		return ""
	}
	rest = strings.TrimSpace(rest)
	address := ""
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		address, _, _ = strings.Cut(quoted, `"`)
	} else if !strings.HasPrefix(rest, `\`) {
		address, _, _ = strings.Cut(rest, " ")
	}
	if address = strings.TrimSpace(address); len(address) > maxLink {
		return ""
	}
	return address
}

// note takes the words of notes, comments, text boxes, headers and footers. Each
// is a flow of its own.
func (r *reader) note(name string) bool {
	switch name {
	case "footnote":
		r.notes++
		r.branch(func(f *flow) { r.flow().follow(noteOf(f, "")) })
	case "annotation":
		who := r.author
		r.author = ""
		r.branch(func(f *flow) { r.flow().follow(noteOf(f, commentBy(who))) })
	case "atnauthor":
		r.take(func(s string) { r.author = strings.Join(strings.Fields(s), " ") })
	case "atnid":
		r.take(func(s string) {
			if r.author == "" {
				r.author = strings.Join(strings.Fields(s), " ")
			}
		})
	case "chftn":
		if r.flow().main {
			r.text("[" + strconv.Itoa(r.notes+1) + "]")
		} else {
			r.text("[" + strconv.Itoa(r.notes) + "] ")
		}
	case "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		r.branch(func(f *flow) { r.margin(f) })
	case "shptxt", "dptxbxtext":
		r.branch(func(f *flow) { r.flow().box(f) })
	default:
		return false
	}
	return true
}

func commentBy(who string) string {
	if who == "" {
		return "Comment: "
	}
	return "Comment by " + who + ": "
}
