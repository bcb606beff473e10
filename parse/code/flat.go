package code

// flat are the languages in which a declaration reaches to the next one.
func flat() map[string]func() *language {
	simple := func(s syntax, exprs ...string) func() *language {
		return func() *language { return &language{syntax: s, indented: true, flat: true, members: list(exprs...)} }
	}
	semicolon := syntax{line: []string{";", "#"}, quotes: `"`}
	return map[string]func() *language{
		"text/x-toml":       simple(syntax{line: []string{"#"}, long: []string{`"""`, "'''"}, quotes: `"'`}, `^\[+ ?([^\[\]]+)`),
		"text/x-ini":        simple(semicolon, `^\[ ?([^\[\]]+)`),
		"text/x-dockerfile": simple(hashes(), `(?i)^from (.+)`),
		"text/x-diff":       simple(syntax{}, `^diff .*? b/(\S+)$`, `^Index: (\S+)`),
		"text/x-asm":        simple(semicolon, `^([\w.$@]+):`),
		"text/x-bat":        simple(syntax{}, `^:([A-Za-z]\w*)`),
		"text/x-erlang":     simple(syntax{line: []string{"%"}, quotes: `"'`}, `^-(?:spec|record) ?\(? ?(\w+)`, `^-(?:type|opaque) (\w+)`),
		"text/x-fortran":    simple(syntax{line: []string{"!"}}, `(?i)^(?:[\w()* ]+ )?(?:subroutine|function|module|program) (\w+)`),
		"text/x-pascal": simple(syntax{line: []string{"//"}, block: [][2]string{{"{", "}"}, {"(*", "*)"}}, raw: [][2]string{{"'", "'"}}},
			`(?i)^(?:class )?(?:procedure|function|constructor|destructor|unit|program) ([\w.]+)`),
		"text/x-vue": simple(syntax{}, `^<(template|script|style)\b`),
	}
}
