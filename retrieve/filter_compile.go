package retrieve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jmespath-community/go-jmespath/pkg/functions"
	"github.com/jmespath-community/go-jmespath/pkg/interpreter"
	"github.com/jmespath-community/go-jmespath/pkg/parsing"

	"ragserver/index/metadata"
)

// Expr returns the condition as the metadata index can work it out. What it
// leaves open Match decides.
func (c *Condition) Expr() metadata.Expr {
	all := metadata.And{}
	if c.glob != nil {
		all = append(all, globExprOf("path", c.glob, metadata.None))
	}
	if c.filter != nil {
		all = append(all, conditionExpr(c.ast))
	}
	return all
}

// globExprOf returns the condition that a field matches a glob. Without a path,
// the path is "".
func globExprOf(field string, g *Glob, without metadata.Constant) metadata.Text {
	if without == metadata.None && g.Match("") {
		without = metadata.All
	}
	return metadata.Text{Field: field, Match: g.Match, Prefix: g.prefix, Parts: g.parts(), Else: without}
}

// conditionExpr translates a condition as JMESPath means it: a comparison with
// the wrong type is false (null), a function with the wrong type fails.
func conditionExpr(n parsing.ASTNode) metadata.Expr {
	switch n.NodeType {
	case parsing.ASTAndExpression:
		return metadata.And{conditionExpr(n.Children[0]), conditionExpr(n.Children[1])}
	case parsing.ASTOrExpression:
		return metadata.Or{conditionExpr(n.Children[0]), conditionExpr(n.Children[1])}
	case parsing.ASTNotExpression:
		return notExpr(n.Children[0])
	case parsing.ASTComparator:
		return comparisonExpr(n)
	case parsing.ASTFunctionExpression:
		return functionExpr(n)
	case parsing.ASTLiteral:
		if yes, ok := n.Value.(bool); ok {
			return constantExpr(yes)
		}
	}
	return metadata.Unknown
}

func constantExpr(yes bool) metadata.Expr {
	if yes {
		return metadata.All
	}
	return metadata.None
}

// notExpr translates !n. A field is false if it is null, false or empty.
func notExpr(n parsing.ASTNode) metadata.Expr {
	if field, ok := fieldOf(n); ok {
		return metadata.Or{
			metadata.Equal{Field: field, Value: nil}, metadata.Equal{Field: field, Value: false}, metadata.Equal{Field: field, Value: ""},
		}
	}
	if isCondition(n) {
		return metadata.Not{Expr: conditionExpr(n)}
	}
	return metadata.Unknown
}

// mirrored are the comparisons with their sides changed.
func mirrored(op any) any {
	switch op {
	case parsing.TOKLT:
		return parsing.TOKGT
	case parsing.TOKLTE:
		return parsing.TOKGTE
	case parsing.TOKGT:
		return parsing.TOKLT
	case parsing.TOKGTE:
		return parsing.TOKLTE
	}
	return op
}

// comparisonExpr translates a comparison of a field with a value.
func comparisonExpr(n parsing.ASTNode) metadata.Expr {
	op := any(n.Value)
	field, ok := fieldOf(n.Children[0])
	other := n.Children[1]
	if !ok {
		op, other = mirrored(op), n.Children[0]
		if field, ok = fieldOf(n.Children[1]); !ok {
			return metadata.Unknown
		}
	}
	value, known, fails := valueOf(other)
	switch name, _ := fieldOf(other); {
	case name == "null" && op == parsing.TOKEQ:
		return isNull(field)
	case name == "null" && op == parsing.TOKNE:
		return metadata.Not{Expr: isNull(field)}
	case !known:
		return metadata.Unknown
	case fails:
		return metadata.Failed
	case op == parsing.TOKEQ && isScalar(value):
		return metadata.Equal{Field: field, Value: value}
	case op == parsing.TOKNE && isScalar(value):
		return metadata.Not{Expr: metadata.Equal{Field: field, Value: value}}
	case op == parsing.TOKEQ || op == parsing.TOKNE:
		return metadata.Unknown
	}
	number, ok := value.(float64)
	if !ok || number != number {
		return metadata.None // null
	}
	ops := map[any]metadata.Op{
		parsing.TOKLT: metadata.Less, parsing.TOKLTE: metadata.LessEqual, parsing.TOKGT: metadata.Greater, parsing.TOKGTE: metadata.GreaterEqual,
	}
	if ops[op] == "" {
		return metadata.Unknown
	}
	return metadata.Compare{Field: field, Op: ops[op], Number: number}
}

// isNull translates field == null. Without back-ticks, null is a field too: one
// that documents lack in general.
func isNull(field string) metadata.Expr {
	lacking := metadata.Equal{Field: "null", Value: nil}
	return metadata.Or{
		metadata.And{lacking, metadata.Equal{Field: field, Value: nil}},
		metadata.And{metadata.Not{Expr: lacking}, metadata.Unknown},
	}
}

// functionExpr translates a function of a field and a value. All of them take
// the field first, except globmatch.
func functionExpr(n parsing.ASTNode) metadata.Expr {
	if len(n.Children) != 2 {
		return metadata.Unknown
	}
	name, subject, argument := fmt.Sprint(n.Value), n.Children[0], n.Children[1]
	if name == globmatch.Name {
		subject, argument = argument, subject
	}
	field, ok := fieldOf(subject)
	value, known, fails := valueOf(argument)
	if !ok || !known {
		return metadata.Unknown
	}
	if fails {
		return metadata.Failed
	}
	if name == "contains" {
		if !isScalar(value) {
			return metadata.Unknown
		}
		return metadata.Contains{Field: field, Value: value}
	}
	text, ok := value.(string)
	if !ok {
		return metadata.Failed
	}
	switch name {
	case "starts_with":
		return metadata.Text{Field: field, Prefix: text, Else: metadata.Failed, Match: func(s string) bool { return strings.HasPrefix(s, text) }}
	case "ends_with":
		return metadata.Text{Field: field, Parts: []string{text}, Else: metadata.Failed, Match: func(s string) bool { return strings.HasSuffix(s, text) }}
	case globmatch.Name:
		g, err := NewGlob(text)
		if err != nil {
			return metadata.Failed
		}
		return globExprOf(field, g, metadata.Failed)
	}
	return metadata.Unknown
}

// fieldOf returns the field that n is.
func fieldOf(n parsing.ASTNode) (string, bool) {
	name, ok := n.Value.(string)
	return name, ok && n.NodeType == parsing.ASTField
}

func isScalar(v any) bool {
	switch v := v.(type) {
	case nil, bool, string:
		return true
	case float64:
		return v == v
	}
	return false
}

// constant are the nodes whose value depends on nothing but their children's.
func constant() []any {
	return []any{parsing.ASTLiteral, parsing.ASTFunctionExpression, parsing.ASTArithmeticExpression, parsing.ASTArithmeticUnaryExpression}
}

// valueOf returns the value of n if it is the same for every document, and
// whether working it out fails.
func valueOf(n parsing.ASTNode) (value any, known, fails bool) {
	if n.NodeType == parsing.ASTLiteral {
		return n.Value, true, false
	}
	if !isConstant(n) {
		return nil, false, false
	}
	value, err := interpreter.NewInterpreter(nil, interpreter.NewFunctionCaller(allFunctions()...), nil).Execute(n, nil)
	return value, true, err != nil
}

func isConstant(n parsing.ASTNode) bool {
	if !slices.Contains(constant(), any(n.NodeType)) {
		return false
	}
	for _, child := range n.Children {
		if !isConstant(child) {
			return false
		}
	}
	return true
}

// allFunctions are those of filters; the last of a name counts.
func allFunctions() []functions.FunctionEntry {
	return append(functions.GetDefaultFunctions(), globmatch, contains)
}
