package main

import (
	"fmt"
	"strings"
	"time"

	"ragserver/configs"
	"ragserver/parse"
	"ragserver/parse/external"
	"ragserver/parse/rules"
)

// A parseRule says what reads the documents of a path or a type.
type parseRule struct {
	Match    []string      // globs of the path
	Type     []string      // media types
	Use      configs.Block // builtin, ignore, or an external parser
	Fallback bool          // the builtin parser reads what the external one fails on
}

// A reader is what a rule uses: a parser of this program without parser.
type reader struct {
	parser  parse.Parser
	timeout time.Duration
	ignore  bool
}

// readers lists what a rule can use.
func readers() *configs.Kinds[reader] {
	k := new(configs.Kinds[reader])
	configs.Add(k, "builtin", func(struct{}) (reader, error) { return reader{}, nil })
	configs.Add(k, "ignore", func(struct{}) (reader, error) { return reader{ignore: true}, nil })
	configs.Add(k, "command", func(c external.CommandConfig) (reader, error) {
		p, err := external.NewCommand(c)
		if err != nil {
			return reader{}, err
		}
		return reader{parser: p, timeout: p.Timeout()}, nil
	})
	addService(k, "tika", external.NewTika)
	addService(k, "docling", external.NewDocling)
	addService(k, "unstructured", external.NewUnstructured)
	return k
}

func addService(k *configs.Kinds[reader], kind string, open func(external.ServiceConfig) (*external.Service, error)) {
	configs.Add(k, kind, func(c external.ServiceConfig) (reader, error) {
		p, err := open(c)
		if err != nil {
			return reader{}, err
		}
		return reader{parser: p, timeout: p.Timeout()}, nil
	})
}

// ruled puts the rules before the builtin parser. It also returns how long a
// document may take, 0 for the default.
func (s settings) ruled(builtin parse.Parser) (parse.Parser, time.Duration, error) {
	if len(s.Parse) == 0 {
		return builtin, s.Limits.ParseTimeout, nil
	}
	longest := s.Limits.ParseTimeout
	var list []rules.Rule
	for i, r := range s.Parse {
		name := fmt.Sprintf("parse[%d] (%s)", i, strings.Join(append(append([]string{}, r.Match...), r.Type...), ", "))
		use, err := readers().Build(r.Use)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, rules.Rule{Match: r.Match, Types: r.Type, Name: name, Parser: use.parser, Ignore: use.ignore, Fallback: r.Fallback})
		if use.timeout > 0 { // the builtin parser may follow
			longest = max(longest, use.timeout+orElse(s.Limits.ParseTimeout, time.Minute))
		}
	}
	p, err := rules.New(builtin, list...)
	return p, longest, err
}

// parserID names all that decides what a document's text is.
func (s settings) parserID() string {
	id := []string{s.readerID()}
	for _, r := range s.Parse {
		id = append(id, fmt.Sprintf("%q %q %s %v", r.Match, r.Type, r.Use.Fingerprint(), r.Fallback))
	}
	return strings.Join(id, "|")
}
