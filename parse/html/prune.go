package html

import (
	"regexp"
	"strings"

	xhtml "golang.org/x/net/html"
)

// invisible elements hold no text of the page.
var invisible = set("script style noscript template svg iframe object embed canvas audio video map select option datalist button input textarea dialog head link meta")

// navigation elements stand around the content.
var navigation = set("nav footer aside header menu")

var navigationRole = set("navigation banner contentinfo search complementary menu menubar dialog alert")

var hiddenStyle = regexp.MustCompile(`(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)`)

func set(names string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		out[n] = true
	}
	return out
}

// prune removes what a reader of the page does not see. Scripts with linked data
// stay for readability, which drops them itself.
func prune(doc *xhtml.Node) {
	remove(doc, func(n *xhtml.Node) bool {
		if n.Type == xhtml.CommentNode {
			return true
		}
		return n.Type == xhtml.ElementNode && (hidden(n) || n.Data != "head" && n.Data != "meta" && n.Data != "link" && n.Data != "script" && invisible[n.Data])
	})
}

func hidden(n *xhtml.Node) bool {
	return has(n, "hidden") || hiddenStyle.MatchString(attr(n, "style")) ||
		attr(n, "aria-hidden") == "true" && !strings.Contains(attr(n, "class"), "fallback-image")
}

// stripNavigation removes menus, page headers and footers. A header that belongs
// to an article stays: it holds the title.
func stripNavigation(body *xhtml.Node) {
	remove(body, func(n *xhtml.Node) bool {
		if n.Type != xhtml.ElementNode {
			return false
		}
		if n.Data == "header" && (within(n, "article") || within(n, "main") || find(n, "h1") != nil) {
			return false
		}
		return navigation[n.Data] || navigationRole[attr(n, "role")] || n.Data == "script"
	})
}

func within(n *xhtml.Node, name string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return true
		}
	}
	return false
}

// remove takes every node below n out of the tree for which drop holds.
func remove(n *xhtml.Node, drop func(*xhtml.Node) bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if drop(c) {
			n.RemoveChild(c)
		} else {
			remove(c, drop)
		}
		c = next
	}
}
