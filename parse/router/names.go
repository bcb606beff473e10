package router

import "strings"

// extensions maps the extensions of text formats to media types. Source code is
// "text/x-" and the language.
var extensions = table(map[string]string{
	"text/plain":                "txt text log readme license",
	"text/markdown":             "md markdown mdown mkd mkdn mdx rmd qmd",
	"text/html":                 "html htm xhtml shtml",
	"text/xml":                  "xml xsd xsl xslt rss atom svg opml kml gpx plist jats dita docbook wsdl",
	"text/csv":                  "csv",
	"text/tab-separated-values": "tsv tab",
	"application/json":          "json geojson webmanifest ipynb har jsonld",
	"application/x-ndjson":      "jsonl ndjson",
	"message/rfc822":            "eml mht mhtml",
	"application/mbox":          "mbox",
	"text/x-rst":                "rst rest",
	"text/asciidoc":             "adoc asciidoc asc",
	"text/x-tex":                "tex ltx sty cls bib",
	"text/x-org":                "org",
	"text/x-go":                 "go mod",
	"text/x-python":             "py pyi pyw",
	"text/javascript":           "js mjs cjs jsx",
	"text/typescript":           "ts tsx mts cts",
	"text/x-java":               "java",
	"text/x-kotlin":             "kt kts",
	"text/x-scala":              "scala sc",
	"text/x-c":                  "c h",
	"text/x-c++":                "cc cpp cxx hpp hh hxx ino",
	"text/x-csharp":             "cs",
	"text/x-fsharp":             "fs fsx",
	"text/x-rust":               "rs",
	"text/x-ruby":               "rb rake gemspec",
	"text/x-php":                "php",
	"text/x-perl":               "pl pm",
	"text/x-shellscript":        "sh bash zsh fish ksh",
	"text/x-powershell":         "ps1 psm1",
	"text/x-bat":                "bat cmd",
	"text/x-sql":                "sql",
	"text/x-swift":              "swift",
	"text/x-objective-c":        "m mm",
	"text/x-lua":                "lua",
	"text/x-r":                  "r",
	"text/x-julia":              "jl",
	"text/x-haskell":            "hs lhs",
	"text/x-erlang":             "erl hrl",
	"text/x-elixir":             "ex exs",
	"text/x-clojure":            "clj cljs edn",
	"text/x-lisp":               "lisp el scm",
	"text/x-ocaml":              "ml mli",
	"text/x-dart":               "dart",
	"text/x-zig":                "zig",
	"text/x-asm":                "s asm",
	"text/x-fortran":            "f f90 f95",
	"text/x-pascal":             "pas",
	"text/x-vb":                 "vb vbs bas",
	"text/x-groovy":             "groovy gradle",
	"text/x-cmake":              "cmake",
	"text/x-makefile":           "mk",
	"text/x-diff":               "diff patch",
	"text/x-protobuf":           "proto",
	"text/x-graphql":            "graphql gql",
	"text/x-terraform":          "tf hcl tfvars",
	"text/x-yaml":               "yaml yml",
	"text/x-toml":               "toml",
	"text/x-ini":                "ini cfg conf properties env editorconfig",
	"text/css":                  "css scss sass less",
	"text/x-vue":                "vue svelte",
	"text/vtt":                  "vtt",
	"application/x-subrip":      "srt",
})

// baseNames maps whole names.
var baseNames = map[string]string{
	"makefile": "text/x-makefile", "gnumakefile": "text/x-makefile",
	"dockerfile": "text/x-dockerfile", "containerfile": "text/x-dockerfile",
	"jenkinsfile": "text/x-groovy", "rakefile": "text/x-ruby", "gemfile": "text/x-ruby",
	"cmakelists.txt": "text/x-cmake", "requirements.txt": "text/plain",
}

// Code lists the media types of source code and settings.
func Code() []string {
	out := []string{"text/x-dockerfile"}
	seen := map[string]bool{}
	for _, m := range extensions {
		if !seen[m] && !other[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	return out
}

// other lists the media types of text that is not source code.
var other = map[string]bool{
	"text/plain": true, "text/markdown": true, "text/html": true, "text/xml": true, "text/csv": true,
	"text/tab-separated-values": true, "application/json": true, "application/x-ndjson": true,
	"message/rfc822": true, "application/mbox": true, "text/x-rst": true, "text/asciidoc": true,
	"text/x-tex": true, "text/x-org": true, "text/vtt": true, "application/x-subrip": true,
}

func table(kinds map[string]string) map[string]string {
	out := map[string]string{}
	for mediaType, exts := range kinds {
		for ext := range strings.FieldsSeq(exts) {
			out[ext] = mediaType
		}
	}
	return out
}
