package markdown

import (
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"ragserver/parse"
)

var (
	link       = regexp.MustCompile(`!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])`)
	attributes = regexp.MustCompile(`\s*\{[#.:][^}]*\}\s*$|<[^>]*>`)
	field      = regexp.MustCompile(`(?m)^[A-Za-z_-]+ ?[:=]`)
	emphasis   = regexp.MustCompile(`(\*\*|__|\*|\b_)([^*_]+)(\*\*|__|\*|_\b)`)
)

// A matter is what the front matter of a document tells about it.
type matter struct{ title, author, language string }

// maxMatter bounds the front matter, in bytes: YAML can be made slow to read.
const maxMatter = 16 << 10

// frontMatter reads the block between two lines "---" (YAML) or "+++" (TOML) at
// the very start, and returns where the document goes on. A block without any
// field is no front matter: the first line was a rule.
func frontMatter(text string) (m matter, body int) {
	stop, next := parse.Line(text, 0)
	fence := strings.TrimRight(text[:stop], " \t")
	if fence != "---" && fence != "+++" {
		return m, 0
	}
	for pos := next; pos < len(text) && pos < maxMatter; {
		stop, after := parse.Line(text, pos)
		if line := strings.TrimRight(text[pos:stop], " \t"); line == fence || line == "..." && fence == "---" {
			if m, ok := readMatter(text[next:pos], fence); ok {
				return m, after
			}
			return m, 0
		}
		pos = after
	}
	return m, 0
}

func readMatter(block, fence string) (matter, bool) {
	var fields map[string]any
	unmarshal := yaml.Unmarshal
	if fence == "+++" {
		unmarshal = toml.Unmarshal
	}
	if unmarshal([]byte(block), &fields) != nil {
		return matter{title: lineValue(block, "title")}, field.MatchString(block)
	}
	m := matter{str(fields["title"]), str(fields["author"]), str(fields["language"])}
	if m.language == "" {
		m.language = str(fields["lang"])
	}
	return m, len(fields) > 0
}

// lineValue returns the value of a simple "key: value" line.
func lineValue(block, key string) string {
	for line := range strings.Lines(block) {
		if v, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}

func str(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}
