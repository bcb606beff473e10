package retrieve

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jmespath-community/go-jmespath/pkg/api"
	"github.com/jmespath-community/go-jmespath/pkg/functions"
	"github.com/jmespath-community/go-jmespath/pkg/parsing"
)

// Limits of a filter. They are far above what people write and far below what
// could exhaust the parser's stack.
const (
	maxFilterLength = 8192
	maxFilterDepth  = 100
)

// A Condition is a compiled filter and glob. The zero Condition selects
// everything.
type Condition struct {
	filter api.JMESPath
	ast    parsing.ASTNode // of filter
	glob   *Glob
	key    string
}

// NewCondition compiles a JMESPath filter over a document's metadata and a glob
// of its path; either may be empty. Errors are *BadQuery.
//
// The language is JMESPath with globmatch(pattern, text). Some things are added
// for what people and Pathway's clients write: a back-ticked literal that is
// not JSON is a string, and so is a double-quoted word after a comparison or a
// comma; a number there needs no back-ticks. A filter must be a condition: an expression that is true or false. A
// document that lacks what is compared does not match.
func NewCondition(filter, glob string) (*Condition, error) {
	c := &Condition{key: filter + "\x00" + glob}
	if strings.TrimSpace(filter) != "" {
		compiled, ast, err := compileFilter(filter)
		if err != nil {
			return nil, &BadQuery{Field: "filter", Message: err.Error()}
		}
		c.filter, c.ast = compiled, ast
	}
	if glob != "" {
		compiled, err := NewGlob(glob)
		if err != nil {
			return nil, &BadQuery{Field: "glob", Message: err.Error()}
		}
		c.glob = compiled
	}
	return c, nil
}

// Empty tells whether the condition selects everything.
func (c *Condition) Empty() bool { return c.filter == nil && c.glob == nil }

// Key is equal for conditions that select equally.
func (c *Condition) Key() string { return c.key }

// Match tells whether a document with this metadata is selected.
func (c *Condition) Match(metadata map[string]any) bool {
	if c.glob != nil {
		if path, _ := metadata["path"].(string); !c.glob.Match(path) {
			return false
		}
	}
	if c.filter == nil {
		return true
	}
	result, err := c.filter.Search(comparable(metadata))
	yes, isBool := result.(bool)
	return err == nil && isBool && yes // an error is a missing or mistyped field: no match
}

// comparable returns metadata with its numbers as JMESPath has them.
func comparable(metadata map[string]any) map[string]any {
	m := maps.Clone(metadata)
	for k, v := range m {
		if n, ok := v.(int64); ok {
			m[k] = float64(n)
		}
	}
	return m
}

func compileFilter(filter string) (api.JMESPath, parsing.ASTNode, error) {
	ast := parsing.ASTNode{}
	if len(filter) > maxFilterLength {
		return nil, ast, fmt.Errorf("has %d characters, more than %d", len(filter), maxFilterLength)
	}
	filter = lenient(filter)
	if d := depth(filter); d > maxFilterDepth {
		return nil, ast, fmt.Errorf("is nested deeper than %d", maxFilterDepth)
	}
	ast, err := parsing.NewParser().Parse(filter)
	if err != nil {
		return nil, ast, syntaxError(err)
	}
	if err := checkNode(ast); err != nil {
		return nil, ast, err
	}
	if !isCondition(ast) {
		return nil, ast, fmt.Errorf("%q is not a condition: it is not true or false", filter)
	}
	compiled, err := api.Compile(filter, globmatch, contains)
	return compiled, ast, err
}

func syntaxError(err error) error {
	var s parsing.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("%s at character %d of %q", strings.TrimPrefix(s.Error(), "SyntaxError: "), s.Offset+1, s.Expression)
	}
	return err
}

// lenient rewrites the forms that NewCondition adds into plain JMESPath.
func lenient(filter string) string {
	var out strings.Builder
	operand := false // the last token was a comparison or a comma
	for i := 0; i < len(filter); {
		switch c := filter[i]; {
		case c == '`' || c == '\'' || c == '"':
			end := closing(filter, i)
			out.WriteString(literal(filter[i:end], operand))
			i, operand = end, false
		case operand && strings.IndexByte("-0123456789", c) >= 0:
			end := i + len(filter[i:]) - len(strings.TrimLeft(filter[i:], "-0123456789.eE"))
			out.WriteString("`" + filter[i:end] + "`")
			i, operand = end, false
		default:
			if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
				operand = strings.IndexByte("=<>,", c) >= 0 // "!=" ends with "="
			}
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// closing returns the index after the quote that closes the one at start, or
// the end of the text.
func closing(s string, start int) int {
	for i := start + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[start]:
			return i + 1
		}
	}
	return len(s)
}

func literal(token string, operand bool) string {
	if len(token) < 2 || token[len(token)-1] != token[0] {
		return token // not closed: the parser will say so
	}
	inner := token[1 : len(token)-1]
	switch {
	case token[0] == '`' && !json.Valid([]byte(strings.ReplaceAll(inner, "\\`", "`"))):
		return rawString(strings.ReplaceAll(inner, "\\`", "`"))
	case token[0] == '"' && operand:
		var s string
		if json.Unmarshal([]byte(token), &s) != nil {
			s = inner
		}
		return rawString(s)
	}
	return token
}

func rawString(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `\'`) + "'"
}

// depth returns how deep brackets are nested outside of literals. Operators
// that nest without brackets count too.
func depth(filter string) int {
	deepest, now, prefix := 0, 0, 0
	for i := 0; i < len(filter); i++ {
		switch filter[i] {
		case '`', '\'', '"':
			i = closing(filter, i) - 1
		case '(', '[', '{':
			now++
		case ')', ']', '}':
			now--
		case '!', '&', '|', '-', '+':
			prefix++
		}
		deepest = max(deepest, now+prefix/4)
	}
	return deepest
}

// conditions are the functions that return true or false.
var conditions = map[string]bool{"contains": true, "starts_with": true, "ends_with": true, "globmatch": true}

// forbidden functions make texts of any size from a short filter.
var forbidden = map[string]bool{"pad_left": true, "pad_right": true, "replace": true, "join": true}

func isCondition(n parsing.ASTNode) bool {
	switch n.NodeType {
	case parsing.ASTComparator, parsing.ASTNotExpression:
		return true
	case parsing.ASTAndExpression, parsing.ASTOrExpression:
		return isCondition(n.Children[0]) && isCondition(n.Children[1])
	case parsing.ASTFunctionExpression:
		return conditions[fmt.Sprint(n.Value)]
	case parsing.ASTLiteral:
		_, yes := n.Value.(bool)
		return yes
	case parsing.ASTPipe:
		return isCondition(n.Children[1])
	}
	return false
}

// checkNode finds calls of unknown functions and with a wrong number of
// arguments, which JMESPath itself finds only when a document is looked at.
func checkNode(n parsing.ASTNode) error {
	if n.NodeType == parsing.ASTFunctionExpression {
		if err := checkCall(fmt.Sprint(n.Value), len(n.Children)); err != nil {
			return err
		}
	}
	for _, child := range n.Children {
		if err := checkNode(child); err != nil {
			return err
		}
	}
	return nil
}

func checkCall(name string, arguments int) error {
	for _, f := range append(functions.GetDefaultFunctions(), globmatch) {
		if f.Name != name || forbidden[name] {
			continue
		}
		required, variadic := 0, false
		for _, a := range f.Arguments {
			variadic = variadic || a.Variadic
			if !a.Optional {
				required++
			}
		}
		if arguments < required || arguments > len(f.Arguments) && !variadic {
			return fmt.Errorf("%s() takes %d arguments, not %d", name, len(f.Arguments), arguments)
		}
		return nil
	}
	return fmt.Errorf("there is no function %s()", name)
}

// globmatch is Pathway's addition to JMESPath.
var globmatch = functions.FunctionEntry{
	Name: "globmatch",
	Arguments: []functions.ArgSpec{
		{Types: []functions.JpType{functions.JpString}},
		{Types: []functions.JpType{functions.JpString}},
	},
	Handler: func(args []any) (any, error) {
		g, err := NewGlob(args[0].(string))
		if err != nil {
			return nil, err
		}
		return g.Match(args[1].(string)), nil
	},
}

// contains is that of JMESPath, which panics where it compares two lists or
// objects.
var contains = functions.FunctionEntry{
	Name: "contains",
	Arguments: []functions.ArgSpec{
		{Types: []functions.JpType{functions.JpArrayArray, functions.JpString}}, // any list of any values
		{Types: []functions.JpType{functions.JpAny}},
	},
	Handler: func(args []any) (any, error) {
		switch in := args[0].(type) {
		case string:
			part, ok := args[1].(string)
			return ok && strings.Contains(in, part), nil
		case []any:
			return slices.ContainsFunc(in, func(e any) bool { return reflect.DeepEqual(e, args[1]) }), nil
		}
		return false, nil
	},
}
