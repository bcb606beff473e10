package code

import "regexp"

// indented are the languages whose declarations are told apart by white space,
// with words or nothing at their ends.
func indented() map[string]func() *language {
	return map[string]func() *language{
		"text/x-python": python, "text/x-ruby": ruby, "text/x-lua": lua, "text/x-shellscript": shell, "text/x-elixir": elixir,
		"text/x-julia": julia, "text/x-r": r, "text/x-perl": perl, "text/x-powershell": powerShell, "text/x-haskell": haskell,
		"text/x-ocaml": ocaml, "text/x-fsharp": ocaml, "text/x-clojure": lisp, "text/x-lisp": lisp, "text/x-sql": sql,
		"text/x-makefile": makefile, "text/x-cmake": cmake, "text/x-terraform": terraform, "text/x-yaml": yaml,
		"text/x-vb": visualBasic,
	}
}

func python() *language {
	s := hashes()
	s.long = []string{`"""`, `'''`}
	return &language{
		syntax: s, indented: true,
		holders: list(`^class (\w+)`), members: list(`^(?:async )?def (\w+)`),
		above: regexp.MustCompile(`^@`), closer: regexp.MustCompile(`^(?:else|elif|except|finally)\b`),
	}
}

func ruby() *language {
	s := hashes()
	s.block = [][2]string{{"\n=begin", "\n=end"}}
	s.here = regexp.MustCompile(`^<<[~-]?["'` + "`" + `]?([A-Z_]\w*)`)
	return &language{
		syntax: s, indented: true,
		holders: list(`^(?:class|module) (\w[\w:]*)`),
		members: list(`^(?:private |protected |public )?def ((?:self\.)?[^\s(;]+)`, `^(?:RSpec\.)?(?:describe|context|task|namespace) \(?(.{1,80}?) do\b`),
		closer:  regexp.MustCompile(`^(?:end|else|elsif|rescue|ensure|when|in|then)\b`),
	}
}

func lua() *language {
	return &language{
		syntax:   syntax{block: [][2]string{{"--[[", "]]"}}, line: []string{"--"}, raw: [][2]string{{"[[", "]]"}}, quotes: `"'`},
		indented: true,
		members:  list(`^(?:local )?function ([\w.:]+)`, `^(?:local )?([\w.]+) = function\b`),
		closer:   regexp.MustCompile(`^(?:end|else|elseif|until)\b`),
	}
}

func shell() *language {
	s := hashes()
	s.here = regexp.MustCompile(`^<<-?\s*["'\\]?([A-Za-z_]\w*)`)
	s.raw = [][2]string{{"'", "'"}}
	s.quotes = `"`
	return &language{
		syntax: s, indented: true,
		members: list(`^(?:function )?([\w:.-]+) ?\( ?\)`, `^function ([\w:.-]+)`),
		closer:  regexp.MustCompile(`^(?:fi|done|esac|then|do|else|elif|;;)\b`),
	}
}

func elixir() *language {
	s := hashes()
	s.long, s.quotes = []string{`"""`, `'''`}, `"`
	return &language{
		syntax: s, indented: true,
		holders: list(`^(?:defmodule|defprotocol|defimpl) ([\w.]+)`), members: list(`^def\w* ([\w?!]+)`, `^(?:describe|test) ("[^"]*")`),
		above: regexp.MustCompile(`^@`), closer: regexp.MustCompile(`^(?:end|else|rescue|catch|after)\b`),
	}
}

func julia() *language {
	s := hashes()
	s.block = [][2]string{{"#=", "=#"}}
	s.long, s.quotes, s.char = []string{`"""`}, `"`, true
	return &language{
		syntax: s, indented: true,
		members: list(`^(?:function|macro) ([\w.!]+)`, `^(?:mutable )?struct (\w+)`, `^(?:abstract|primitive) type (\w+)`),
		closer:  regexp.MustCompile(`^(?:end|else|elseif|catch|finally)\b`),
	}
}

func r() *language {
	return &language{syntax: hashes(), indented: true, members: list(`^([\w.]+) (?:<-|=) function\b`)}
}

func perl() *language {
	s := hashes()
	s.block = [][2]string{{"\n=", "\n=cut"}}
	s.here = regexp.MustCompile(`^<<["']?([A-Z_]\w*)`)
	return &language{syntax: s, indented: true, pkg: regexp.MustCompile(`^package ([\w:]+)`), members: list(`^sub (\w+)`)}
}

func powerShell() *language {
	s := hashes()
	s.block = [][2]string{{"<#", "#>"}}
	return &language{syntax: s, indented: true, members: list(`(?i)^(?:function|filter|class|enum) ([\w:-]+)`)}
}

func haskell() *language {
	return &language{
		syntax:   syntax{block: [][2]string{{"{-", "-}"}}, line: []string{"--"}, quotes: `"`, char: true},
		indented: true, flat: true, pkg: regexp.MustCompile(`^module ([\w.]+)`),
		members: list(`^([a-z_][\w']*) ::`, `^(?:data|newtype|type|class) (?:[^=]*=> ?)?([A-Z][\w']*)`, `^instance ([^=]+?)(?: where|$)`),
	}
}

func ocaml() *language {
	return &language{
		syntax:   syntax{block: [][2]string{{"(*", "*)"}}, line: []string{"//"}, quotes: `"`, char: true},
		indented: true, pkg: regexp.MustCompile(`^(?:namespace|module) ([\w.]+)$`),
		members: list(`^(?:let|and)(?: rec| inline)? \(?([\w']+)`, `^(?:type|module(?: type)?|class|exception) (?:'\w+ |\([^)]*\) )?(\w+)`),
		above:   regexp.MustCompile(`^\[<.*>\]$`),
	}
}

func lisp() *language {
	return &language{
		syntax:   syntax{block: [][2]string{{"#|", "|#"}}, line: []string{";"}, long: []string{`"`}},
		indented: true, members: list(`^\((?:def[\w*-]*|ns) (?:\^\S+ )?\(?([^\s()]+)`),
	}
}

func sql() *language {
	return &language{
		syntax: syntax{line: []string{"--"}, block: [][2]string{{"/*", "*/"}}, raw: [][2]string{{"'", "'"}, {"$$", "$$"}}}, indented: true,
		members: list(`(?i)^create (?:or replace |or alter |unique |global |temp |temporary |unlogged |materialized |external |recursive |definer *= *\S+ )*(?:table|view|index|function|procedure|trigger|type|domain|schema|sequence|policy|role|database|event|package(?: body)?|extension) (?:if not exists |concurrently )?([\w."\[\]` + "`" + `]+)`),
		closer:  regexp.MustCompile(`(?i)^(?:as|begin|end|return|returns|language|declare|is|go)\b`),
	}
}

func makefile() *language {
	return &language{syntax: hashes(), indented: true, members: list(`^([\w./%$(){} -]+?) ?::?(?:[^=:]|$)`, `^define (\S+)`), closer: regexp.MustCompile(`^(?:endef|endif|else)\b`), above: regexp.MustCompile(`^\.PHONY`)}
}

func cmake() *language {
	return &language{syntax: hashes(), indented: true, members: list(`(?i)^(?:function|macro) ?\( ?(\w+)`), closer: regexp.MustCompile(`(?i)^(?:end\w+|else\w*) ?\(`)}
}

func terraform() *language {
	s := hashes()
	s.line = append(s.line, "//")
	s.here = regexp.MustCompile(`^<<[~-]?(\w+)`)
	return &language{syntax: s, indented: true, members: list(`^(resource|data|module|variable|output|provider|locals|terraform|moved|import)((?: "[^"]*")*) ?\{`)}
}

func yaml() *language {
	return &language{syntax: hashes(), indented: true, members: list(`^["']?([^\s"'#:-][^"'#:]*?)["']? ?:(?: |$)`)}
}

func visualBasic() *language {
	return &language{
		syntax: syntax{line: []string{"'"}}, indented: true,
		holders: list(`(?i)` + mods + `(?:class|module|structure|interface|namespace) ([\w.]+)`),
		members: list(`(?i)` + mods + `(?:shared |overrides |friend )*(?:sub|function|property|enum|operator) (\w+)`),
		above:   regexp.MustCompile(`^<.*> ?_?$`), closer: regexp.MustCompile(`(?i)^(?:end|else|elseif|next|loop)\b`),
	}
}
