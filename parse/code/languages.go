package code

import "regexp"

// A language says how declarations are recognised. The expressions are matched
// with the head of a declaration in one line, up to the brace or semicolon that
// ends it, or to the end of the line if the language is indented.
type language struct {
	syntax

	indented bool // depth is white space, not brackets
	flat     bool // a declaration reaches to the next one
	newline  bool // a statement ends with its line, where that can be
	resync   bool // a brace in the first column ends everything

	pkg       *regexp.Regexp   // names the package of the file
	holders   []*regexp.Regexp // hold declarations of their own
	members   []*regexp.Regexp // hold none
	functions bool             // "name(...) {" is a declaration too
	above     *regexp.Regexp   // a line that belongs to the declaration below it
	closer    *regexp.Regexp   // a line that belongs to the declaration above it
}

// define returns what makes the language of a media type, nil if it is not known.
func define(mediaType string) func() *language {
	if d, ok := braced()[mediaType]; ok {
		return d
	}
	if d, ok := indented()[mediaType]; ok {
		return d
	}
	return flat()[mediaType]
}

func list(exprs ...string) (out []*regexp.Regexp) {
	for _, e := range exprs {
		out = append(out, regexp.MustCompile(e))
	}
	return out
}

// Comments and strings that many languages share.
func slashes() syntax {
	return syntax{line: []string{"//"}, block: [][2]string{{"/*", "*/"}}, quotes: `"`, char: true}
}

func hashes() syntax { return syntax{line: []string{"#"}, quotes: `"'`} }

// mods matches the words before a declaration.
const mods = `^(?:(?:public|private|protected|internal|static|final|abstract|async|override|open|sealed|virtual|export|default|declare|inline|extern|unsafe|const|partial|readonly|data|inner|case|implicit|lazy|suspend|companion|fileprivate|mutating|strictfp|synchronized|native|base|mixin|ref|value|annotation|expect|actual|operator|infix|tailrec|external|indirect|required|convenience|dynamic|nonisolated|global|typedef|(?:pub|package|private|open)(?:\([^)]*\)|\[[^\]]*\])?|template ?<[^{;]*>|(?:@|\[\[)[\w.:]+(?:\([^()]*\))?(?:\]\])?) )*`

const attribute = `^@[\w.]+(?:\(.*\))?$`
