package code_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/code"
	"ragserver/parse/parsetest"
	"ragserver/parse/router"
)

func read(t *testing.T, mediaType, source string) rag.Text {
	t.Helper()
	got, err := code.New(mediaType).Parse(t.Context(), parse.Input{Name: "a", Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	if got.Text != source {
		t.Errorf("the text is %q, not the source", got.Text)
	}
	return got
}

// outline returns for each section its path and its first and last line.
func outline(t rag.Text) (out []string) {
	for _, s := range t.Sections {
		lines := strings.Split(strings.TrimRight(t.Text[s.Start:s.End], "\r\n"), "\n")
		first, last := strings.TrimSpace(lines[0]), strings.TrimSpace(lines[len(lines)-1])
		out = append(out, strings.Join(s.Heading, " > ")+" | "+first+" | "+last)
	}
	return out
}

func want(t *testing.T, got rag.Text, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, outline(got)); diff != "" {
		t.Errorf("sections differ (-want +got):\n%s", diff)
	}
}

// long is a body that makes a type too large for one section.
func long(comment string) string {
	return strings.Repeat(comment+" fills the lines of a large type\n", 30)
}

const goSource = `// Copyright.

// Package shop sells.
package shop

import "fmt"

const one = 1

// Limits of a cart.
const (
	most  = 9
	least = 1
)

// detached

// A Cart holds things.
type Cart[T any] struct {
	things []T
}

func (c *Cart[T]) Len() int { return len(c.things) }

// Add adds "func (x Y) Z() {".
func (c *Cart[T]) Add(t T) {
	fmt.Println("}")
}

func main() {
	// func no() {}
}
`

func TestGoIsCutByItsOwnParser(t *testing.T) {
	want(t, read(t, "text/x-go", goSource),
		"shop | // Copyright. | const one = 1",
		"shop | // Limits of a cart. | )",
		"shop > Cart | // detached | }",
		"shop | func (c *Cart[T]) Len() int { return len(c.things) } | func (c *Cart[T]) Len() int { return len(c.things) }",
		`shop > Cart > Add | // Add adds "func (x Y) Z() {". | }`,
		"shop > main | func main() { | }")
}

func TestBrokenGoIsStillCut(t *testing.T) {
	got := read(t, "text/x-go", "package a\n\nfunc b() {\n\tx := (\n}\n\nfunc c() {\n\treturn\n}\n")
	if list := outline(got); len(list) < 2 || !strings.HasPrefix(list[1], "a > b |") {
		t.Errorf("got %q", list)
	}
	want(t, read(t, "text/x-go", "func (s *S) b() {\n\tx()\n}\n"), "S b | func (s *S) b() { | }")
}

func TestBracesNestTypesAndFunctions(t *testing.T) {
	source := "/*\n * Licence.\n */\n\npackage org.shop;\n\nimport java.util.List;\n\n/** A cart. */\n@Deprecated\npublic class Cart<T> extends Base {\n" +
		"    private int size = 0;\n    static final String S = \"class X {\";\n\n    /** Makes one. */\n    public Cart(int size) {\n        this.size = size;\n    }\n\n    @Override\n    @Test(timeout = 3)\n    public List<T>\n            all(int a,\n                int b) throws X {\n        if (a) { return null; }\n        return null;\n    }\n\n" +
		"    enum Kind { A, B }\n" + long("    //") + "}\n"
	want(t, read(t, "text/x-java", source),
		"org.shop | /* | import java.util.List;",
		"org.shop > Cart | /** A cart. */ | static final String S = \"class X {\";",
		"org.shop > Cart > Cart | /** Makes one. */ | }",
		"org.shop > Cart > all | @Override | }",
		"org.shop > Cart | enum Kind { A, B } | }")
}

func TestSmallTypesStayWhole(t *testing.T) {
	want(t, read(t, "text/x-java", "class A {\n  void f() {\n  }\n}\nclass B {\n  void g() {\n  }\n}\n"),
		"A | class A { | }", "B | class B { | }")
}

func TestPythonFollowsWhiteSpace(t *testing.T) {
	source := "\"\"\"Module.\n\ndef not_this():\n\"\"\"\nimport os\n\n# A shop.\n@dataclass(\n    frozen=True)\nclass Shop:\n    \"\"\"Sells.\"\"\"\n\n    name: str = 'x'\n\n    @property\n    def size(self) -> int:\n        text = '''\ndef fake():\n'''\n        def inner():\n            pass\n        return 1\n# odd comment\n        + 2\n\n    async def sell(\n        self,\n    ):\n        pass\n" +
		long("    #") + "\ndef main():\n    pass\n\n\nif __name__ == '__main__':\n    main()\n"
	want(t, read(t, "text/x-python", source),
		" | \"\"\"Module. | import os",
		"Shop | # A shop. | name: str = 'x'",
		"Shop > size | @property | + 2",
		"Shop > sell | async def sell( | # fills the lines of a large type",
		"main | def main(): | pass",
		" | if __name__ == '__main__': | main()")
}

func TestLanguages(t *testing.T) {
	tests := []struct {
		mediaType, source string
		paths             string // of the sections
	}{
		{"text/javascript", "import a from 'a';\n\nconst re = /[/{]\\/{/;\nexport function one(a, {b}) {\n  return `${a} }`;\n}\n\nexport const two = async (x) => {\n  return 1;\n};\n\nmodule.exports.three = function () {\n};\n", ", one, two, module.exports.three"},
		{"text/javascript", "class A {\n  #x = 1;\n  constructor() {\n  }\n  get size() {\n    if (a) {\n    }\n  }\n  static async *all() {\n  }\n" + long("  //") + "}\n", "A, A>constructor, A>size, A>all"},
		{"text/typescript", "export interface P {\n  a: string;\n}\nexport type Q = {\n  b: 1\n};\nfunction f<T>(a: T): T {\n  return a;\n}\n", "P, Q, f"},
		{"text/x-c", "#include <a.h>\n#define X(a) { \\\n  {\n\nstruct s {\n  int a;\n};\n\nstatic int\nfoo(int a)\n{\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\n\nint bar(void) {\n  return '{';\n}\n", ", s, foo, bar"},
		{"text/x-c++", "#include <a>\nnamespace n {\ntemplate <typename T>\nclass A : public B<T> {\n public:\n  void f() {\n    g();\n  }\n" + long("  //") + "};\nA::A(int x) : B(x) {\n  y();\n}\nint A::operator()(int x) {\n  return 1'000;\n}\n" + long("//") + "}\n", ", n, n>A, n>A>f, n>A::A, n>A::operator"},
		{"text/x-csharp", "using System;\nnamespace A.B;\n\n[Serializable]\npublic class C\n{\n    public int N\n    {\n        get { return 1; }\n    }\n    public async Task Run(int a)\n    {\n        await x();\n    }\n" + long("    //") + "}\n", ", A.B, A.B>C, A.B>C>N, A.B>C>Run"},
		{"text/x-rust", "use a::b;\n\n#[derive(Debug)]\npub struct S<'a> {\n    x: &'a str,\n}\n\nimpl<'a> Show for S<'a> {\n    fn show(&self) -> char {\n        '{'\n    }\n    /// Doc.\n    pub(crate) async fn other(&self) {\n    }\n" + long("    //") + "}\n\nmacro_rules! m {\n    () => {};\n}\n", ", S, Show for S<'a>, Show for S<'a>>show, Show for S<'a>>other, m"},
		{"text/x-kotlin", "package a.b\n\nimport c\n\ndata class P(\n    val a: Int,\n)\n\nfun String.shout(): String {\n    return this\n}\n\nclass Q : R() {\n    override fun go() {\n    }\n    companion object {\n    }\n" + long("    //") + "}\n", "a.b, a.b>P, a.b>shout, a.b>Q, a.b>Q>go, a.b>Q>companion object"},
		{"text/x-scala", "package a\n\nobject O {\n  def f(x: Int): Int = {\n    x\n  }\n" + long("  //") + "}\n\ncase class C(\n  a: Int\n)\n", "a, a>O, a>O>f, a>C"},
		{"text/x-swift", "import A\n\nextension S {\n    func go(_ a: Int) -> Int {\n        return 1\n    }\n    init() {\n    }\n" + long("    //") + "}\n", ", S, S>go, S>init"},
		{"text/x-php", "<?php\nnamespace A\\B;\n\nclass C extends D\n{\n    # a '\n    public function f($a)\n    {\n        return <<<EOT\nclass X {\nEOT;\n    }\n" + long("    //") + "}\n\nfunction g() {\n}\n", ", A\\B, A\\B>C, A\\B>C>f, A\\B>g"},
		{"text/x-ruby", "require 'a'\n\nmodule M\n  class C < D\n    # Doc.\n    def f(a)\n      <<~SQL\n    def fake\n      SQL\n    end\n\n    def self.g?\n    end\n" + long("    #") + "  end\nend\n", ", M, M>C, M>C>f, M>C>self.g?"},
		{"text/x-lua", "local a = 1\nfunction M.f(x)\n  return [[\nfunction fake()\n]]\nend\n\nlocal g = function()\nend\n", ", M.f, g"},
		{"text/x-shellscript", "#!/bin/sh\nset -e\n\n# Says.\nsay() {\n  cat <<EOF\nfake() {\nEOF\n}\n\nfunction go {\n  :\n}\nsay\n", ", say, go, "},
		{"text/x-sql", "-- all\nCREATE TABLE IF NOT EXISTS a.b (\n  x int,\n  y text DEFAULT 'CREATE TABLE z ('\n);\n\nINSERT INTO b VALUES (1);\n\ncreate or replace function f() returns int as $$\nbegin\n  return 1;\nend;\n$$ language sql;\n", "a.b, , f"},
		{"text/x-elixir", "defmodule A.B do\n  @doc \"x\"\n  def f(x) do\n    x\n  end\n" + long("  #") + "end\n", "A.B, A.B>f"},
		{"text/x-haskell", "module M where\n\nimport A\n\n-- | Doc.\nf' :: Int -> Int\nf' x = x\n\ndata T = A\n  | B\n", "M, M>f', M>T"},
		{"text/x-clojure", "(ns a.b\n  (:require [c]))\n\n(defn f [x]\n  (inc x))\n", "a.b, f"},
		{"text/x-toml", "a = 1\n\n[x.y]\nb = 2\n\n[[z]]\nc = 3\n", ", x.y, z"},
		{"text/x-yaml", "a: 1\nb: 2\njobs:\n  one:\n    - x\nlast:\n- y\n", ", jobs, "},
		{"text/x-makefile", "A = 1\n\n.PHONY: all\nall: b c\n\techo\n\nb:\n\techo\n", ", all, b"},
		{"text/x-terraform", "resource \"a\" \"b\" {\n  c = 1\n}\n\nvariable \"d\" {\n  e = \"f\"\n}\n", `resource "a" "b", variable "d"`},
		{"text/x-protobuf", "syntax = \"proto3\";\npackage p;\n\n// M.\nmessage M {\n  int32 a = 1;\n}\n", ", p, p>M"},
		{"text/x-diff", "diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/y b/y\n--- a/y\n", "x.go, y"},
		{"text/x-dockerfile", "ARG a\nFROM a AS b\nRUN c\n\nFROM d\nRUN e\n", ", a AS b, d"},
		{"text/x-objective-c", "#import <a.h>\n\n@implementation A\n\n- (void)go {\n}\n\n@end\n", ", A, go"},
	}
	for _, tt := range tests {
		got := read(t, tt.mediaType, tt.source)
		var paths []string
		for _, s := range got.Sections {
			paths = append(paths, strings.Join(s.Heading, ">"))
		}
		if list := strings.Join(paths, ", "); list != tt.paths {
			t.Errorf("%s: got  %s\nwant %s\n%s", tt.mediaType, list, tt.paths, strings.Join(outline(got), "\n"))
		}
	}
}

func TestNothingDeclaredIsCutInBlocks(t *testing.T) {
	want(t, read(t, "text/x-python", "a = 1\n\nprint(a)\n"), " | a = 1 | a = 1", " | print(a) | print(a)")
	want(t, read(t, "text/css", "a {}\n\nb {}\n"), " | a {} | a {}", " | b {} | b {}")
}

func TestEveryLineIsInASection(t *testing.T) {
	for _, m := range router.Code() {
		got := read(t, m, goSource)
		rest := got.Text
		for _, s := range got.Sections {
			rest = strings.Replace(rest, got.Text[s.Start:s.End], "", 1)
		}
		if strings.TrimSpace(rest) != "" {
			t.Errorf("%s: %q is in no section", m, rest)
		}
	}
}

func TestParsersKeepTheContract(t *testing.T) {
	for _, m := range []string{"text/x-go", "text/x-c++", "text/x-python", "text/javascript", "text/x-ruby", "text/x-haskell", "text/x-sql", "text/x-unknown"} {
		parsetest.Run(t, code.New(m), parse.Input{Name: m, Data: []byte(goSource)})
	}
}

// TestHostileCodeIsLinear would not end in time if a scan began again at every
// byte.
func TestHostileCodeIsLinear(t *testing.T) {
	const n = 20_000
	for _, s := range []string{"\"\\", "'", "/*", "`", "{", "}", "<<A ", "func a() {", "class A {\n", "!", "/", "(", "@a ", "#", "\\\n", "r#\"", "a(", "template <", "\n"} {
		source := "package a\nclass B {\n" + strings.Repeat(s, n/len(s))
		for _, m := range []string{"text/x-go", "text/x-c++", "text/x-python", "text/javascript", "text/x-rust", "text/x-shellscript", "text/x-java"} {
			parsetest.Survives(t, code.New(m), parse.Input{Name: "a", Data: []byte(source)})
		}
	}
}

func FuzzCode(f *testing.F) {
	types := router.Code()
	for i := range types {
		f.Add(uint8(i), goSource)
	}
	f.Add(uint8(3), "class A {\n\"\"\"\n'\\''\n<<EOF\n`${`${a}`}`\nr#\"\"# /* /* */")
	parsers := make([]*code.Parser, len(types))
	for i, m := range types {
		parsers[i] = code.New(m)
	}
	f.Fuzz(func(t *testing.T, kind uint8, source string) {
		parsetest.Survives(t, parsers[int(kind)%len(parsers)], parse.Input{Name: "a", Data: []byte(source)})
	})
}
