package ooxml

import "strings"

// Equation writes an equation on one line, as one would type it: a/b, x^2, √(x).
func Equation(n *Node) string {
	if n == nil {
		return ""
	}
	part := func(name string) string { return Equation(n.Find(name)) }
	switch n.Name {
	case "t":
		return n.Text
	case "f":
		return bracketed(part("num")) + "/" + bracketed(part("den"))
	case "sSup":
		return bracketed(part("e")) + "^" + bracketed(part("sup"))
	case "sSub":
		return part("e") + "_" + bracketed(part("sub"))
	case "sSubSup":
		return part("e") + "_" + bracketed(part("sub")) + "^" + bracketed(part("sup"))
	case "rad":
		return part("deg") + "√(" + part("e") + ")"
	case "d":
		return delimited(n)
	case "nary":
		return sign(n.Find("naryPr"), "∫") + limits(part("sub"), part("sup")) + " " + part("e")
	case "func":
		return part("fName") + " " + part("e")
	case "limLow":
		return part("e") + limits(part("lim"), "")
	case "limUpp":
		return part("e") + limits("", part("lim"))
	case "m", "eqArr":
		return rowsOf(n)
	}
	var b strings.Builder
	for i, c := range n.Nodes {
		if n.Name == "oMathPara" && i > 0 && c.Name == "oMath" && b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(Equation(c))
	}
	return b.String()
}

// delimited writes brackets around the elements of n.
func delimited(n *Node) string {
	p := n.Find("dPr")
	sign := func(name, usual string) string {
		if c := p.Find(name); c != nil {
			return c.Attr("val")
		}
		return usual
	}
	var list []string
	for _, c := range n.Nodes {
		if c.Name == "e" {
			list = append(list, Equation(c))
		}
	}
	return sign("begChr", "(") + strings.Join(list, sign("sepChr", "|")) + sign("endChr", ")")
}

func sign(properties *Node, usual string) string {
	if c := properties.Find("chr"); c != nil {
		return c.Attr("val")
	}
	return usual
}

func limits(below, above string) (s string) {
	if below != "" {
		s = "_" + bracketed(below)
	}
	if above != "" {
		s += "^" + bracketed(above)
	}
	return s
}

// rowsOf writes the rows of a matrix or a system of equations.
func rowsOf(n *Node) string {
	var rows []string
	for _, r := range n.Nodes {
		switch r.Name {
		case "e":
			rows = append(rows, Equation(r))
		case "mr":
			var cells []string
			for _, c := range r.Nodes {
				cells = append(cells, Equation(c))
			}
			rows = append(rows, strings.Join(cells, ", "))
		}
	}
	return strings.Join(rows, "; ")
}

// bracketed puts brackets around more than one sign.
func bracketed(s string) string {
	s = strings.TrimSpace(s)
	if len([]rune(s)) > 1 && strings.ContainsAny(s, " +-−*/=^_,;") && !enclosed(s) {
		return "(" + s + ")"
	}
	return s
}

func enclosed(s string) bool {
	return strings.HasPrefix(s, "(") && strings.IndexByte(s, ')') == len(s)-1
}
