// Package configs reads configuration files: YAML into the Config of each back
// end, and from there into the thing itself. Every mistake is reported with
// file, line and key.
package configs

import (
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Mistake is what is wrong at one place of a file. Several are joined with
// errors.Join.
type Mistake struct {
	File    string
	Line    int
	Key     string // path of the key, as in "sources[0].path"; "" for the file
	Message string

	err error // what a back end said, if it was one
}

// Unwrap returns the error of the back end whose block it is, if any.
func (m *Mistake) Unwrap() error { return m.err }

func (m *Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, m.Line)
	}
	if m.Key == "" {
		return fmt.Sprintf("%s: %s", where, m.Message)
	}
	return fmt.Sprintf("%s: %s: %s", where, m.Key, m.Message)
}

// Load reads the YAML file into the struct that into points to. See Decode.
func Load(file string, into any, getenv func(string) (string, bool)) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return Decode(file, src, into, getenv)
}

// Decode reads YAML into the struct that into points to. Keys are the fields'
// names in snake_case; an unknown key and a value of the wrong type are
// Mistakes, all of which are reported at once. In every scalar ${NAME} becomes the value that getenv
// has for NAME and ${NAME:-text} falls back to text; a NAME that is not set is
// a Mistake. $$ stands for one dollar sign.
//
// Durations are written as in Go ("1m30s"), and an int64 may be written with a
// unit of bytes ("64MiB", "10kB").
func Decode(file string, src []byte, into any, getenv func(string) (string, bool)) error {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return yamlMistake(file, err)
	}
	if root.Kind == 0 { // an empty file
		return nil
	}
	d := &decoder{file: file, getenv: getenv}
	d.document(&root, into)
	return d.err()
}

// yamlMistake turns "yaml: line 3: message" into a Mistake.
func yamlMistake(file string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	m := &Mistake{File: file, Message: text}
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		m.Line = line
		_, m.Message, _ = strings.Cut(text, ": ")
	}
	return m
}
