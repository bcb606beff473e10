package ooxml

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What is read of one chart.
const (
	maxSeries = 100
	maxPoints = 2_000
)

// Chart returns the title of a chart with those of its axes, and its data: a row
// for each category, a column for each series.
func Chart(root *Node) (title string, rows [][]string) {
	chart := root.Find("chart")
	var titles []string
	if t := Words(chart.Find("title")); t != "" {
		titles = append(titles, t)
	}
	for _, axis := range axes(chart.Find("plotArea")) {
		if t := Words(axis.Find("title")); t != "" && !slices.Contains(titles, t) {
			titles = append(titles, t)
		}
	}
	var series []*Node
	chart.Find("plotArea").Each(func(n *Node) { series = append(series, n) }, "ser")
	return strings.Join(titles, " - "), table(series[:min(len(series), maxSeries)])
}

func axes(plot *Node) (list []*Node) {
	if plot == nil {
		return nil
	}
	for _, n := range plot.Nodes {
		if strings.HasSuffix(n.Name, "Ax") {
			list = append(list, n)
		}
	}
	return list
}

// table lays the values of the series out beside the categories of the first
// that has them.
func table(series []*Node) [][]string {
	if len(series) == 0 {
		return nil
	}
	head, categories := []string{"Category"}, map[int]string{}
	columns, last := []map[int]string{}, -1
	for _, s := range series {
		for i, c := range points(s.Find("cat"), s.Find("xVal")) {
			if categories[i] == "" {
				categories[i] = c
			}
			last = max(last, i)
		}
		values := points(s.Find("val"), s.Find("yVal"))
		for i := range values {
			last = max(last, i)
		}
		columns = append(columns, values)
		head = append(head, seriesName(s))
	}
	rows := [][]string{head}
	for i := range last + 1 {
		row := []string{categories[i]}
		for _, c := range columns {
			row = append(row, c[i])
		}
		rows = append(rows, row)
	}
	return rows
}

func seriesName(s *Node) string {
	if names := points(s.Find("tx")); names[0] != "" {
		return names[0]
	}
	if v := s.Find("tx", "v"); v != nil {
		return v.Text
	}
	return "Series"
}

// points returns the cached values in the first of the nodes that is there. Of
// categories in several levels it takes the innermost.
func points(nodes ...*Node) map[int]string {
	out := map[int]string{}
	for _, n := range nodes {
		n.Each(func(pt *Node) {
			i := pt.Int("idx", -1)
			if v := pt.Find("v"); v != nil && i >= 0 && i < maxPoints && out[i] == "" {
				out[i] = rounded(v.Text)
			}
		}, "pt")
		if len(out) > 0 {
			break
		}
	}
	return out
}

// rounded returns a number as programs show it: 4.4, where 4.4000000000000004 is
// stored.
func rounded(s string) string {
	if v, err := strconv.ParseFloat(s, 64); err == nil && len(s) > 15 {
		return strconv.FormatFloat(v, 'g', 15, 64)
	}
	return s
}

// Diagram returns the texts of a SmartArt's data, in order.
func Diagram(root *Node) (lines []string) {
	root.Find("ptLst").Each(func(n *Node) {
		if text := Words(n.Find("t")); text != "" && n.Attr("type") != "pres" {
			lines = append(lines, text)
		}
	}, "pt")
	return lines
}

// Words returns the text of the paragraphs below n on one line.
func Words(n *Node) string {
	var list []string
	n.Each(func(p *Node) {
		var b strings.Builder
		p.Each(func(t *Node) {
			if t.Name != "t" {
				b.WriteByte(' ')
			}
			b.WriteString(t.Text)
		}, "t", "br", "tab")
		list = append(list, strings.Fields(b.String())...)
	}, "p")
	return strings.Join(list, " ")
}

// Alt returns the text that stands for a picture, made of its description or else
// its title: "" if that is just the file that it was in.
func Alt(description, title string) string {
	text := strings.Join(strings.Fields(description), " ")
	if text == "" {
		text = strings.Join(strings.Fields(title), " ")
	}
	text = strings.TrimSpace(strings.TrimSuffix(text, "Description automatically generated")) // says Word
	if pictureFile.MatchString(text) {
		return ""
	}
	return text
}

var pictureFile = regexp.MustCompile(`(?i)^\S*\.(png|jpe?g|gif|bmp|emf|wmf|svg|tiff?)$|^[a-z]:\\`)
