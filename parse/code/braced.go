package code

import "regexp"

// braced are the languages whose declarations are in braces.
func braced() map[string]func() *language {
	return map[string]func() *language{
		"text/x-go": goLike, "text/x-c": c, "text/x-c++": cpp, "text/x-objective-c": objectiveC, "text/x-java": java,
		"text/x-groovy": groovy, "text/x-kotlin": kotlin, "text/x-scala": scala, "text/x-csharp": csharp, "text/x-rust": rust,
		"text/javascript": javaScript, "text/typescript": javaScript, "text/x-php": php, "text/x-swift": swift, "text/x-dart": dart,
		"text/x-zig": zig, "text/x-protobuf": protobuf, "text/x-graphql": graphQL,
	}
}

// goLike is for Go that its own parser cannot read.
func goLike() *language {
	s := slashes()
	s.raw = [][2]string{{"`", "`"}}
	return &language{
		syntax: s, newline: true, pkg: regexp.MustCompile(`^package (\w+)`),
		members: list(`^func \(\s*(?:\w+ )?\*?(\w+)[^)]*\) ?(\w+)`, `^func (\w+)`, `^type (\w+)`),
	}
}

func c() *language {
	s := slashes()
	s.prepare = "#"
	return &language{
		syntax: s, functions: true, resync: true,
		holders: list(`^extern "C" \{$`),
		members: list(mods+`(?:struct|union|enum) (\w+)[^;=(){]*\{$`, `^typedef (?:struct|union|enum)\b[^;=(){]*\{$`),
	}
}

func cpp() *language {
	s := slashes()
	s.prepare = "#"
	s.raw = [][2]string{{`R"(`, `)"`}}
	return &language{
		syntax: s, functions: true,
		holders: list(`^extern "C" \{$`, `^(?:inline )?namespace ?([\w:]*)[^;={()]*\{$`,
			mods+`(?:class|struct|union)(?: \w+\([^)]*\)| [A-Z_]+)? ([\w:]+)(?:<[^{;]*>)?(?: final)?(?: ?:[^;={]*)? ?\{$`),
		members: list(mods + `enum (?:class |struct )?(\w+)[^;=(){]*\{$`),
		above:   regexp.MustCompile(`^(?:public|private|protected|signals|(?:public |private |protected )?slots|Q_\w+) ?:$|^template ?<[^;{}]*>$`),
	}
}

func objectiveC() *language {
	l := c()
	l.members = append(l.members, list(`^@(?:interface|implementation|protocol) (\w+)`, `^[-+] ?\([^)]*\) ?(\w+)`)...)
	l.closer = regexp.MustCompile(`^@end\b`)
	l.flat, l.newline = true, true
	return l
}

func java() *language {
	s := slashes()
	s.long = []string{`"""`}
	return &language{
		syntax: s, functions: true, pkg: regexp.MustCompile(`^package ([\w.]+)`),
		holders: list(mods + `(?:class|interface|enum|record|@interface|object|trait) (\w+)`),
		above:   regexp.MustCompile(attribute),
	}
}

func groovy() *language {
	l := java()
	l.long = append(l.long, "'''")
	l.quotes, l.char, l.newline = `"'`, false, true
	return l
}

func kotlin() *language {
	s := slashes()
	s.long = []string{`"""`}
	return &language{
		syntax: s, newline: true, pkg: regexp.MustCompile(`^package ([\w.]+)`),
		holders: list(mods+`(?:enum )?(?:class|interface|object) (\w+)[^=]*\{$`, `^(?:private )?(companion object)`),
		members: list(mods+`(?:fun|val|var) (?:<[^>]*> )?(?:[\w<>?, ]+\.)?(\w+)`, mods+`(?:class|interface|object|typealias) (\w+)`, `^(init) \{`, mods+`(constructor)\b`),
		above:   regexp.MustCompile(attribute),
	}
}

func scala() *language {
	s := slashes()
	s.long = []string{`"""`}
	return &language{
		syntax: s, newline: true, pkg: regexp.MustCompile(`^package ([\w.]+)`),
		holders: list(mods + `(?:class|trait|object|enum) (\w+)[^={]*\{$`),
		members: list(mods+`def ([^\s(\[:=]+)`, mods+`(?:class|trait|object|type|given) (\w+)`),
		above:   regexp.MustCompile(attribute),
	}
}

func csharp() *language {
	s := slashes()
	s.raw = [][2]string{{`"""`, `"""`}, {`@"`, `"`}}
	s.prepare = "#"
	return &language{
		syntax: s, functions: true, pkg: regexp.MustCompile(`^namespace ([\w.]+) ?;`),
		holders: list(`^namespace ([\w.]+) ?\{$`, mods+`(?:record )?(?:class|interface|struct|record) (\w+)`),
		members: list(mods+`enum (\w+)`, mods+`[\w<>\[\]?,. ]+ (\w+) \{$`),
		above:   regexp.MustCompile(`^\[.*\]$`),
	}
}

func rust() *language {
	s := slashes()
	s.raw = [][2]string{{`r#"`, `"#`}, {`r##"`, `"##`}}
	s.long = []string{`"`}
	return &language{
		syntax: s,
		holders: list(mods+`mod (\w+) ?\{$`, mods+`trait (\w+)`,
			`^(?:unsafe )?impl ?(?:<[^{]*?> )?([^{]+?)(?: where [^{]*)? ?\{$`),
		members: list(mods+`(?:"[^"]*" )?fn (\w+)`, mods+`(?:struct|enum|union|type|static) (\w+)`, `^macro_rules! (\w+)`),
		above:   regexp.MustCompile(`^#!?\[.*\]?$`),
	}
}

func javaScript() *language {
	s := slashes()
	s.quotes, s.char, s.regex = `"'`, false, true
	s.long = []string{"`"}
	return &language{
		syntax: s, newline: true, functions: true,
		holders: list(mods+`class (\w+)`, mods+`(?:namespace|module) ([\w.]+) \{$`),
		members: list(mods+`function ?\*? ?(\w+)`, mods+`(?:interface|enum|type) (\w+)`,
			`^(?:export )?(?:const|let|var) (\w+)[^=]*= (?:async )?(?:function\b|\([^=]*\)[^=]*=>|\w+ =>)`,
			`^([\w.$]+) = (?:async )?(?:function\b|\([^=]*\) ?=>|class\b)`,
			`^(?:static )?(?:async )?(#?\w+) = (?:async )?(?:\([^=]*\)|\w+) =>`,
			`^(export default)\b`),
		above: regexp.MustCompile(attribute),
	}
}

func php() *language {
	s := slashes()
	s.line = append(s.line, "#")
	s.quotes, s.char = `"'`, false
	s.here = regexp.MustCompile(`^<<<\s*["']?(\w+)`)
	return &language{
		syntax: s, pkg: regexp.MustCompile(`^namespace ([\w\\]+) ?;`),
		holders: list(mods+`(?:class|interface|trait|enum) (\w+)`, `^namespace ([\w\\]+) ?\{$`),
		members: list(mods + `function &?(\w+)`),
	}
}

func swift() *language {
	s := slashes()
	s.long, s.char = []string{`"""`}, false
	return &language{
		syntax:  s,
		holders: list(mods + `(?:class|struct|enum|protocol|extension|actor) ([\w.]+)[^={]*\{$`),
		members: list(mods+`(?:class )?func ([^\s(<]+)`, mods+`(init|deinit|subscript)\b`, mods+`(?:class )?(?:var|let|typealias) (\w+)`),
		above:   regexp.MustCompile(attribute),
	}
}

func dart() *language {
	l := java()
	l.long = append(l.long, "'''")
	l.quotes, l.char = `"'`, false
	l.pkg = regexp.MustCompile(`^library ([\w.]+)`)
	l.holders = list(mods + `(?:class|mixin|enum|extension) (\w+)`)
	return l
}

func zig() *language {
	s := syntax{line: []string{"//", `\\`}, quotes: `"`, char: true}
	return &language{
		syntax:  s,
		holders: list(`^(?:pub )?const (\w+) = (?:packed |extern )?(?:struct|enum|union)[^;]*\{$`),
		members: list(`^(?:pub |export |extern |inline )*fn (\w+)`, `^test ("[^"]*")`),
	}
}

func protobuf() *language {
	return &language{syntax: slashes(), pkg: regexp.MustCompile(`^package ([\w.]+)`), members: list(`^(?:message|enum|service|extend) ([\w.]+)`)}
}

func graphQL() *language {
	s := hashes()
	s.raw = [][2]string{{`"""`, `"""`}}
	return &language{syntax: s, newline: true, members: list(`^(?:extend )?(?:type|input|enum|interface|union|scalar|query|mutation|subscription|fragment|directive) @?(\w+)`, `^(schema)\b`)}
}
