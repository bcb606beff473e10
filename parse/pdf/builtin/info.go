package builtin

import (
	"strconv"
	"strings"

	"github.com/ledongthuc/pdf"

	rag "ragserver"
	"ragserver/parse/pdf/layout"
)

// info reads what the file says of itself.
func (d *document) info(t *rag.Text) {
	err := guard(func() {
		trailer := d.reader.Trailer()
		info, root := trailer.Key("Info"), trailer.Key("Root")
		t.Title, t.Author = layout.Label(info.Key("Title").Text()), layout.Label(info.Key("Author").Text())
		t.Created, t.Modified = layout.Time(info.Key("CreationDate").Text()), layout.Time(info.Key("ModDate").Text())
		t.Meta = layout.Meta(func(key string) string { return info.Key(key).Text() })
		t.Language = layout.Label(root.Key("Lang").Text())
	})
	if err != nil {
		d.warn("the document information cannot be read: %v", err)
	}
	if err := guard(func() { t.Labels = d.labels() }); err != nil {
		t.Labels = nil
	}
}

// labels returns what the pages are called, nil if they only have their numbers.
func (d *document) labels() []string {
	ranges := map[int]pdf.Value{}
	d.numberTree(d.reader.Trailer().Key("Root").Key("PageLabels"), 0, ranges)
	n := len(pageTree(d.reader))
	if len(ranges) == 0 {
		return nil
	}
	out := make([]string, n)
	var rule pdf.Value
	number := 1
	for i := range n {
		if r, ok := ranges[i]; ok {
			rule, number = r, 1
			if start := r.Key("St"); !start.IsNull() {
				number = int(start.Int64())
			}
		}
		out[i] = layout.Label(rule.Key("P").Text() + numeral(rule.Key("S").Name(), number))
		number++
	}
	return layout.Labels(out)
}

// numberTree collects the entries of a number tree.
func (d *document) numberTree(v pdf.Value, depth int, out map[int]pdf.Value) {
	if d.treeNodes++; d.treeNodes > maxTreeNodes || depth > 20 || len(out) > maxPages {
		return
	}
	for i, list := 0, v.Key("Nums"); i+1 < min(list.Len(), 2*maxPages); i += 2 {
		out[int(list.Index(i).Int64())] = list.Index(i + 1)
	}
	kids := v.Key("Kids")
	for i := range min(kids.Len(), 1000) {
		d.numberTree(kids.Index(i), depth+1, out)
	}
}

// numeral writes n in a style of page numbers.
func numeral(style string, n int) string {
	switch style {
	case "D":
		return strconv.Itoa(n)
	case "R":
		return roman(n)
	case "r":
		return strings.ToLower(roman(n))
	case "A", "a":
		if n < 1 || n > 26*20 {
			return ""
		}
		s := strings.Repeat(string(rune('A'+(n-1)%26)), (n-1)/26+1)
		if style == "a" {
			s = strings.ToLower(s)
		}
		return s
	}
	return ""
}

func roman(n int) string {
	if n < 1 || n > 5000 {
		return ""
	}
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	digits := []string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	var b strings.Builder
	for i, v := range values {
		for ; n >= v; n -= v {
			b.WriteString(digits[i])
		}
	}
	return b.String()
}
