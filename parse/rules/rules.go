// Package rules chooses the parser of a document as the configuration says, by its
// path or its type, before the formats that this program reads by itself.
package rules

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/router"
)

// ErrIgnored says that a rule leaves the document out.
var ErrIgnored = errors.New("left out")

// A Rule is for the documents whose path matches one of Match, if there are any,
// and whose media type is one of Types, if there are any. The first rule that fits
// decides.
type Rule struct {
	Match []string // globs of the whole path; ** stands for any folders
	Types []string // media types, as in "application/pdf"; "image/*" for all of a family
	Name  string   // what the rule is called in messages, as in `parse[2] ("**/*.tmp")`

	Parser   parse.Parser // nil: the builtin one
	Ignore   bool         // the document is left out
	Fallback bool         // the builtin parser is asked where Parser fails
}

// A Parser follows rules.
type Parser struct {
	rules   []Rule
	builtin parse.Parser
}

// New checks the rules. What none of them is for goes to builtin.
func New(builtin parse.Parser, rules ...Rule) (*Parser, error) {
	for _, r := range rules {
		for _, g := range r.Match {
			if !doublestar.ValidatePattern(g) {
				return nil, fmt.Errorf("%s: match: %q is not a glob", r.Name, g)
			}
		}
		for _, t := range r.Types {
			if family, kind, ok := strings.Cut(t, "/"); !ok || family == "" || kind == "" {
				return nil, fmt.Errorf("%s: type: %q is not a media type such as application/pdf", r.Name, t)
			}
		}
		if len(r.Match) == 0 && len(r.Types) == 0 {
			return nil, fmt.Errorf("%s: match or type is missing", r.Name)
		}
	}
	return &Parser{rules, builtin}, nil
}

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	r := p.rule(in)
	switch {
	case r == nil || r.Parser == nil && !r.Ignore:
		return p.builtin.Parse(ctx, in)
	case r.Ignore:
		return rag.Text{}, fmt.Errorf("%w by the rule %s", ErrIgnored, r.Name)
	case len(in.Data) == 0:
		return p.builtin.Parse(ctx, in) // there is nothing to send
	}
	t, err := r.Parser.Parse(ctx, in)
	if err == nil || ctx.Err() != nil || !r.Fallback {
		return t, err
	}
	t, otherErr := p.builtin.Parse(ctx, in)
	if otherErr != nil {
		return rag.Text{}, fmt.Errorf("%w; the builtin parser: %w", err, otherErr)
	}
	t.Warnings = append(t.Warnings, fmt.Sprintf("read by the builtin parser: %v", err))
	return t, nil
}

// Variant implements parse.Variant: the rule.
func (p *Parser) Variant(in parse.Input) string {
	if r := p.rule(in); r != nil {
		return r.Name
	}
	return ""
}

// rule returns the first rule for a document, nil if there is none.
func (p *Parser) rule(in parse.Input) *Rule {
	mediaType := ""
	for i := range p.rules {
		r := &p.rules[i]
		if len(r.Types) > 0 && mediaType == "" {
			mediaType = router.Detect(in)
		}
		if r.fits(in.Name, mediaType) {
			return r
		}
	}
	return nil
}

func (r *Rule) fits(path, mediaType string) bool {
	found := len(r.Match) == 0
	for _, g := range r.Match {
		found = found || doublestar.MatchUnvalidated(g, path)
	}
	if !found || len(r.Types) == 0 {
		return found
	}
	family, _, _ := strings.Cut(mediaType, "/")
	for _, t := range r.Types {
		if strings.EqualFold(t, mediaType) || strings.EqualFold(t, family+"/*") {
			return true
		}
	}
	return false
}
