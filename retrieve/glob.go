package retrieve

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A Glob matches whole paths. "*" stands for any characters, slashes too (as
// in Pathway's retrieval), "**/" for any folders or none, "?" for one
// character, "[a-z]" and "[!a-z]" for one of a set, and "{md,txt}" for one of
// several. Case matters.
type Glob struct {
	re   *regexp.Regexp
	runs []globRun
	// What every matching path begins and ends with: most paths are told
	// apart by it, many times faster than by re.
	prefix, suffix string
	plain          bool // runs say all: re is not needed
}

const maxGlobLength = 1024

// NewGlob compiles a pattern.
func NewGlob(pattern string) (*Glob, error) {
	if len(pattern) > maxGlobLength {
		return nil, fmt.Errorf("has %d characters, more than %d", len(pattern), maxGlobLength)
	}
	if !utf8.ValidString(pattern) {
		return nil, fmt.Errorf("%q is not UTF-8", pattern)
	}
	expr, err := globExpr(pattern)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(`(?s)\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("%q is not a glob: %w", pattern, err)
	}
	g := &Glob{re: re, runs: globRuns(pattern), plain: true}
	for i, run := range g.runs {
		g.plain = g.plain && run.gap != other
		if i == 0 && run.gap == noGap {
			g.prefix = run.text
		}
		if i == len(g.runs)-1 {
			g.suffix = run.text
		}
	}
	return g, nil
}

// Match tells whether the pattern matches the whole path.
func (g *Glob) Match(path string) bool {
	if g.plain {
		return matchRuns(g.runs, path)
	}
	return strings.HasPrefix(path, g.prefix) && strings.HasSuffix(path, g.suffix) && g.re.MatchString(path)
}

// parts returns texts that every matching path contains.
func (g *Glob) parts() []string {
	var parts []string
	for _, run := range g.runs {
		if run.text != "" {
			parts = append(parts, run.text)
		}
	}
	return parts
}

func globExpr(pattern string) (string, error) {
	var out strings.Builder
	braces := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			if strings.HasPrefix(pattern[i:], "**/") && (i == 0 || pattern[i-1] == '/') {
				out.WriteString(`(?:.*/)?`)
				i += 2
				continue
			}
			out.WriteString(`.*`)
		case '?':
			out.WriteByte('.')
		case '[':
			class, size, err := globClass(pattern[i:])
			if err != nil {
				return "", fmt.Errorf("%q at character %d: %w", pattern, i+1, err)
			}
			out.WriteString(class)
			i += size - 1
		case '{':
			braces++
			out.WriteString("(?:")
		case '}':
			if braces == 0 {
				return "", fmt.Errorf("%q at character %d: } without {", pattern, i+1)
			}
			braces--
			out.WriteByte(')')
		case ',':
			if braces > 0 {
				out.WriteByte('|')
			} else {
				out.WriteByte(',')
			}
		case '\\':
			if i++; i == len(pattern) {
				return "", fmt.Errorf("%q ends with a backslash", pattern)
			}
			fallthrough
		default:
			_, size := utf8.DecodeRuneInString(pattern[i:])
			out.WriteString(regexp.QuoteMeta(pattern[i : i+size]))
			i += size - 1
		}
	}
	if braces > 0 {
		return "", fmt.Errorf("%q: { is not closed", pattern)
	}
	return out.String(), nil
}

// globClass translates the set that s begins with and returns its length.
func globClass(s string) (class string, size int, err error) {
	rest := s[1:]
	negated := strings.HasPrefix(rest, "!") || strings.HasPrefix(rest, "^")
	if negated {
		rest = rest[1:]
	}
	skip := 0
	if strings.HasPrefix(rest, "]") { // a bracket that comes first is meant literally
		skip = 1
	}
	end := strings.IndexByte(rest[skip:], ']')
	if end < 0 {
		return "", 0, fmt.Errorf("[ is not closed")
	}
	set := rest[:skip+end]
	if set == "" {
		return "", 0, fmt.Errorf("the set is empty")
	}
	set = strings.NewReplacer(`\`, `\\`, `]`, `\]`, `[`, `\[`, `^`, `\^`, `&`, `\&`).Replace(set)
	prefix := "["
	if negated {
		prefix = "[^"
	}
	return prefix + set + "]", len(s) - len(rest) + skip + end + 1, nil
}
