package code

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// goCuts cuts Go as its own parser reads it, as far as that goes: what it cannot
// read is in the section of the declaration before. It returns nil if nothing can
// be read.
func goCuts(src string) []mark {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if f == nil || f.Name == nil || f.Name.Name == "_" || err != nil && len(f.Decls) == 0 {
		return nil
	}
	g := &goFile{src: src, file: files.File(f.Pos()), pkg: below(nil, f.Name.Name)}
	if g.file == nil {
		return nil
	}
	g.marks = append(g.marks, mark{start: 0, path: g.pkg})
	g.last = g.offset(f.Name.End())
	for _, d := range f.Decls {
		g.add(d)
	}
	return g.marks
}

type goFile struct {
	src   string
	file  *token.File
	pkg   []string
	marks []mark
	last  int // end of the declaration before
}

// offset returns where p is in the text: a broken declaration may end beyond it.
func (g *goFile) offset(p token.Pos) int {
	if !p.IsValid() || int(p) < g.file.Base() {
		return 0
	}
	return min(int(p)-g.file.Base(), len(g.src))
}

// add begins a section with d and the comments above it, unless it is one line
// among others.
func (g *goFile) add(d ast.Decl) {
	start, end := g.offset(d.Pos()), g.offset(d.End())
	if start < g.last {
		return
	}
	from := g.last + lineEnd(g.src[g.last:start])
	name, own := goName(d)
	switch current := g.marks[len(g.marks)-1]; {
	case own != nil && (g.documented(d) || g.tall(d)):
		path := g.pkg
		for _, n := range own {
			path = below(path, n)
		}
		g.marks = append(g.marks, mark{start: from, path: path, named: true})
	case name != "import" && (current.named || g.documented(d) || g.tall(d)):
		g.marks = append(g.marks, mark{start: from, path: g.pkg, named: true})
	}
	g.last = end
}

func (g *goFile) tall(d ast.Decl) bool {
	return strings.Contains(g.src[g.offset(d.Pos()):g.offset(d.End())], "\n")
}

func (g *goFile) documented(d ast.Decl) bool {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc != nil
	case *ast.GenDecl:
		return d.Doc != nil
	}
	return false
}

// goName returns the word that a declaration begins with, and the names that it
// is found under: none for a group.
func goName(d ast.Decl) (word string, own []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil && len(d.Recv.List) > 0 {
			own = append(own, receiver(d.Recv.List[0].Type))
		}
		return "func", append(own, d.Name.Name)
	case *ast.GenDecl:
		if len(d.Specs) != 1 || d.Tok == token.IMPORT {
			return d.Tok.String(), nil
		}
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return "type", []string{s.Name.Name}
		case *ast.ValueSpec:
			if len(s.Names) == 1 {
				return d.Tok.String(), []string{s.Names[0].Name}
			}
		}
	}
	return "", nil
}

// receiver returns the name of a method's type.
func receiver(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}
