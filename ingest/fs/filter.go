package fs

import (
	"bufio"
	"io"
	"log/slog"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxIgnoreFile bounds what is read of one ignore file.
const maxIgnoreFile = 1 << 20

// A filter says which paths belong to the collection. Paths are relative to the
// folder and have slashes.
type filter struct {
	include, exclude []string
	hidden           bool
	ignoreNames      []string
	logger           *slog.Logger
	// rules by folder, as last read; an entry of nil is a folder without.
	rules map[string][]rule
}

func newFilter(c Config) filter {
	f := filter{include: c.Include, exclude: c.Exclude, hidden: c.Hidden, logger: c.Logger,
		ignoreNames: []string{c.IgnoreFile}, rules: make(map[string][]rule)}
	if c.UseGitignore {
		f.ignoreNames = append(f.ignoreNames, ".gitignore")
	}
	return f
}

// selects reports whether rel belongs to the collection. The folders above it
// have been asked about before.
func (f *filter) selects(root *os.Root, rel string, isDir bool) bool {
	name := path.Base(rel)
	if !f.hidden && strings.HasPrefix(name, ".") || slices.Contains(f.ignoreNames, name) || matchAny(f.exclude, rel) {
		return false
	}
	if !isDir && len(f.include) > 0 && !matchAny(f.include, rel) {
		return false
	}
	return !f.ignored(root, rel, isDir)
}

func matchAny(globs []string, rel string) bool {
	return slices.ContainsFunc(globs, func(g string) bool { return doublestar.MatchUnvalidated(g, rel) })
}

// ignored asks the ignore files from the top down; the last rule that matches
// decides.
func (f *filter) ignored(root *os.Root, rel string, isDir bool) bool {
	ignored := false
	for i := 0; i >= 0; {
		dir, below := ".", rel
		if i > 0 {
			dir, below = rel[:i], rel[i+1:]
		}
		for _, r := range f.rulesIn(root, dir) {
			if r.matches(below, isDir) {
				ignored = !r.negated
			}
		}
		next := strings.IndexByte(rel[min(i+1, len(rel)):], '/')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return ignored
}

func (f *filter) rulesIn(root *os.Root, dir string) []rule {
	rules, ok := f.rules[dir]
	if !ok {
		rules = f.refresh(root, dir)
	}
	return rules
}

// refresh reads the ignore files of dir again.
func (f *filter) refresh(root *os.Root, dir string) (rules []rule) {
	for _, name := range f.ignoreNames {
		file, _, err := openRegular(root, path.Join(dir, name), maxIgnoreFile)
		if err != nil {
			continue // there is none, or none that can be heeded
		}
		rules = append(rules, parseIgnore(file, func(line string) {
			f.logger.Warn("fs: ignore file holds a line that is not a pattern", "file", path.Join(dir, name), "line", line)
		})...)
		file.Close()
	}
	f.rules[dir] = rules
	return rules
}

// forget drops the rules of dir and below.
func (f *filter) forget(dir string) {
	for d := range f.rules {
		if d == dir || strings.HasPrefix(d, dir+"/") {
			delete(f.rules, d)
		}
	}
}

// A rule is one line of an ignore file.
type rule struct {
	glob    string
	negated bool // brings back what an earlier rule left out
	dirs    bool // matches folders only
}

func (r rule) matches(rel string, isDir bool) bool {
	return (isDir || !r.dirs) && doublestar.MatchUnvalidated(r.glob, rel)
}

// parseIgnore reads rules in the syntax of .gitignore. Bad gets each line that
// is none.
func parseIgnore(r io.Reader, bad func(line string)) (rules []rule) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxIgnoreFile)
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line = trimBlanks(line); line == "" || line[0] == '#' {
			continue
		}
		if rule, ok := parseRule(line); ok {
			rules = append(rules, rule)
		} else {
			bad(line)
		}
	}
	return rules
}

// trimBlanks removes blanks at the end that no backslash protects.
func trimBlanks(line string) string {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	return line
}

func parseRule(line string) (r rule, ok bool) {
	line, r.negated = strings.CutPrefix(line, "!")
	line, r.dirs = strings.CutSuffix(line, "/")
	// Without a slash, except at the end, it matches at any depth.
	if !strings.Contains(line, "/") {
		line = "**/" + line
	}
	line = strings.TrimPrefix(line, "/")
	// Alternatives in braces are not part of the syntax.
	r.glob = strings.NewReplacer(`\{`, `\{`, `\}`, `\}`, "{", `\{`, "}", `\}`).Replace(line)
	if inside, ok := strings.CutSuffix(r.glob, "/**"); ok {
		r.glob = inside + "/**/*" // what is in the folder, not the folder
	}
	return r, r.glob != "" && doublestar.ValidatePattern(r.glob)
}
